"""Sources: which are public, what rests on each, how they are filtered, and that a doubt is said at every citation."""

import datetime as dt
import re

import pytest
from django.apps import apps
from django.http import QueryDict
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from articles.citations import Numbering
from articles.editions import Edition, Part
from articles.filters import SourceFilter
from articles.markdown import render, render_with_deadline
from articles.models import Article, ArticleEdition, Citation, Misconception, Reference
from articles.sources import coded, pages_on, speaks
from articles.usage import naming
from supplements.models import Food, RouteCaution
from tests.factories import (
    make_answer,
    make_article,
    make_checklist,
    make_draft,
    make_form,
    make_form_draft,
    make_interaction,
    make_reference,
    make_stage,
    make_topic,
)

pytestmark = pytest.mark.django_db


def public() -> set[str]:
    return set(Reference.objects.in_public_use().values_list("key", flat=True))


def addresses(key: str) -> set[str]:
    return {address for group in pages_on(Reference.objects.get(key=key)) for address, _ in group.pages}


def live_check(reference):
    """A live checklist; returns its edition, of which one option rests on `reference`."""
    edition = make_checklist().editions.get()
    edition.questions.get().options.get().references.add(reference)
    return edition


def test_every_kind_of_page_makes_its_sources_public_and_is_named():
    source = make_reference("study")
    make_article("toes", body="Text.[^study]")
    make_form("citrate", cautions="Ask.[^study]")
    live_check(source)
    make_interaction("lithium", what_to_do="Ask.[^study]")
    make_answer(answer="No.[^study]")
    assert public() == {"study"}
    documents = {"/articles/toes/", "/supplements/citrate/", "/check/twitching/"}
    assert addresses("study") == documents | {"/supplements/medicines/", "/evidence/"}
    titles = [group.title for group in pages_on(source)]
    assert titles == ["articles", "forms of magnesium", "checklists", "tables and lists"]


def plain_rows():
    caution = RouteCaution.objects.create(route="oral", cautions="Ask.[^study]")
    nuts = {"name": "Nuts", "serving": "30 g", "group": "nuts", "magnesium_mg": 80, "daily_value_percent": 19}
    food = Food.objects.create(sources="[^study]", **nuts)
    stage = make_stage(sources="[^study]")
    mistake = Misconception.objects.create(slug="one", claim="It is so.", right="It is not.[^study]")
    return {caution: "/supplements/", food: "/supplements/foods/", stage: "/supplements/foods/", mistake: "/evidence/"}


def test_each_kind_of_plain_row_makes_its_sources_public():
    make_reference("study")
    for row, address in plain_rows().items():
        assert public() == set()
        row.note_references()
        assert (public(), addresses("study")) == ({"study"}, {address})
        row.references.clear()


def test_every_kind_of_row_that_cites_says_where_readers_see_it():
    """A new kind of plain row that rests on sources would otherwise be left out without a word."""
    for model, _ in naming(Reference):
        assert speaks(model), f"{model.__name__} needs a page"
    assert {Edition, Part} & set(apps.get_models()) == set()


def test_what_code_cites_is_public():
    keys = sorted(set().union(*coded.values()))
    assert keys
    make_reference(keys[0])
    assert public() == {keys[0]}
    assert addresses(keys[0]) == {"/supplements/foods/"}


def test_what_no_reader_sees_makes_no_source_public(client, reviewer):
    """Drafts, scheduled and superseded editions and withdrawn documents; of articles, forms and checklists."""
    source = make_reference("study")
    make_reference("other")
    make_draft(body="Text.[^study]")
    make_form_draft("oxide", cautions="Ask.[^study]")
    scheduled = make_article("later", body="Text.[^study]")
    ArticleEdition.objects.filter(pk=scheduled.pk).update(published_at=timezone.now() + dt.timedelta(days=1))
    make_article("gone", body="Text.[^study]").document.withdraw("It was wrong.")
    old = make_article("renewed", body="Text.[^study]")
    new = old.document.start_draft(reviewer)
    new.body, new.change_note = "Text.[^other]", "Another source."
    new.save()
    new.typeset()
    new.publish(waiver="A test.")
    live_check(source).document.withdraw("It was wrong.")
    assert public() == {"other"}
    assert addresses("study") == set()
    assert b"/sources/study/" not in client.get("/sources/").content
    assert client.get("/sources/study/").status_code == 404
    assert b"/sources/study/" not in client.get("/articles/renewed/history/1/").content
    ArticleEdition.objects.filter(pk=scheduled.pk).update(published_at=timezone.now())
    assert public() == {"other", "study"}
    assert client.get("/sources/study/").status_code == 200


def test_a_citation_leads_to_the_source_and_to_its_page(client):
    make_reference("study", doi="10.1000/a")
    make_article("toes", body="Text.[^study]")
    page = client.get("/articles/toes/").content.decode()
    assert 'href="/sources/study/"' in page
    assert 'href="https://doi.org/10.1000/a"' in page
    source = client.get("/sources/study/").content.decode()
    assert 'href="/articles/toes/"' in source
    assert 'href="https://doi.org/10.1000/a"' in source


@pytest.mark.parametrize("status", ["retracted", "superseded"])
def test_a_doubt_is_said_at_every_citation(client, reviewer, sign_in, status):
    source = make_reference("study")
    article = make_article("toes", quick_answer="Yes.[^study]", body="Text.[^study]")
    make_form("citrate", cautions="Ask.[^study]")
    make_answer(answer="No.[^study]")
    fields = ("authors", "title", "year", "publisher", "url", "kind", "checked")
    data = {name: getattr(source, name) for name in fields} | {"status": status}
    address = f"/admin/articles/reference/{source.pk}/change/"
    saved = sign_in(reviewer).post(address, data, follow=True)
    assert any(message.message.endswith(": 1.") for message in saved.context["messages"])
    for path, marks in (("/articles/toes/", 2), ("/supplements/citrate/", 1), ("/evidence/", 1)):
        page = client.get(path).content.decode()
        found = re.findall(r'<sup class="citation doubtful"[^>]*><a [^>]*aria-label="([^"]*)"[^>]*>(.*?)</a>', page)
        assert found == [(f"Source 1, {status}", f"1 {status}")] * marks, path
        assert f'<strong class="tag caution">{status.capitalize()}</strong>' in page, path
    assert status in client.get("/sources/").content.decode().lower()
    assert f"This source is {status}" in client.get("/sources/study/").content.decode()
    assert ArticleEdition.objects.get().citations.get().number == 1
    assert sign_in(reviewer).post(address, data | {"status": "current"}).status_code == 302
    assert b"doubtful" not in client.get("/articles/toes/").content
    assert article.document.editions.count() == 1


def test_a_corrected_title_typesets_nothing_again(reviewer, sign_in):
    """Only what the words show is made anew: a thousand pages cite some sources."""
    source = make_reference("study")
    edition = make_article(body="Text.[^study]")
    ArticleEdition.objects.filter(pk=edition.pk).update(body_html="as it was")
    fields = ("authors", "year", "publisher", "url", "kind", "checked", "status")
    data = {name: getattr(source, name) for name in fields} | {"title": "Another title"}
    assert sign_in(reviewer).post(f"/admin/articles/reference/{source.pk}/change/", data).status_code == 302
    edition.refresh_from_db()
    assert edition.body_html == "as it was"


def test_the_mark_is_the_same_in_articles_and_in_cells():
    make_reference("study", status="retracted")
    texts = ["One.[^study] Two.[^study]"]
    marks = re.findall(r"<sup.*?</sup>", render(texts, {"study": "retracted"}).html[0])
    assert len(marks) == 2
    assert sorted(map(parts, marks)) == sorted(
        map(parts, re.findall(r"<sup.*?</sup>", Numbering(texts).cite(texts[0])))
    )
    assert render_with_deadline(texts, {"study": "retracted"}).html == render(texts, {"study": "retracted"}).html


def parts(mark: str) -> list[str]:
    return sorted(re.split(r"[<>\s]+", mark))


def test_a_page_of_a_source_takes_five_queries(client, django_assert_num_queries):
    make_reference("study")
    for number in range(3):
        make_article(body="Text.[^study]")
        make_form(f"form-{number}", cautions="Ask.[^study]")
        make_interaction(f"medicine-{number}", what_to_do="Ask.[^study]")
    with django_assert_num_queries(5):  # the source, articles, forms, checklists, which tables and lists
        assert client.get("/sources/study/").status_code == 200


@pytest.mark.parametrize("count", [10, 1_000])
def test_the_list_takes_two_queries(client, django_assert_num_queries, count):
    fill(count)
    with django_assert_num_queries(2):  # how many, and a page of them
        response = client.get("/sources/")
    assert response.context["page"].paginator.count == count


def fill(count):
    """Publish `count` articles, each with a source of its own, in four statements."""
    topic, now = make_topic(), timezone.now()
    documents = Article.objects.bulk_create(Article(slug=f"filler-{n}") for n in range(count))
    editions = ArticleEdition.objects.bulk_create(
        ArticleEdition(document=d, number=1, state="published", published_at=now, title=d.slug, topic=topic)
        for d in documents
    )
    sources = Reference.objects.bulk_create(
        Reference(key=f"source-{n}", title=f"Study {n}", authors="A", publisher="B", kind="trial", url="https://x.org")
        for n in range(count)
    )
    Citation.objects.bulk_create(
        Citation(edition=edition, reference=source, number=1) for edition, source in zip(editions, sources, strict=True)
    )


@pytest.fixture
def library():
    """Live sources of several kinds and years; returns their keys, as a list without a filter shows them."""
    rows = {
        "a": ("guideline", 2001),
        "b": ("trial", 2020),
        "c": ("trial", 1999),
        "d": ("trial", None),
        "e": ("data", 2020),
    }
    for key, (kind, year) in rows.items():
        make_reference(key, kind=kind, year=year)
    make_article(body="".join(f"[^{key}]" for key in reversed(rows)) + " Text.")
    return list(rows)


def listed(client, query: str) -> list[str]:
    page = client.get(f"/sources/{query}")
    assert page.status_code == 200
    return [reference.key for reference in page.context["page"]]


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("", "abcde"),
        ("?kind=trial", "bcd"),
        ("?kind=trial&since=2000", "b"),
        ("?until=2001", "ac"),
        ("?since=2001&until=2001", "a"),
        ("?since=2010&until=2001", ""),
        ("?kind=gossip&since=soon&until=-1&page=x&colour=red", "abcde"),
        ("?since=%D9%A2%D9%A0%D9%A2%D9%A0", "abcde"),
        ("?kind=data&kind=trial", "bcd"),
        ("?page=99", "abcde"),
    ],
)
def test_sources_are_filtered_by_kind_and_year_the_strongest_first(client, library, query, keys):
    assert listed(client, query) == list(keys)


def test_an_empty_list_leads_back_to_all(client, library):
    assert 'href="/sources/"' in client.get("/sources/?kind=animal").content.decode().split("<form", 1)[1]


def test_a_long_list_has_pages_that_keep_the_filter(client):
    fill(60)
    first = client.get("/sources/?kind=trial")
    assert "?kind=trial&amp;page=2" in first.content.decode()
    second = listed(client, "?kind=trial&page=2")
    assert len(second) == 10
    assert not {reference.key for reference in first.context["page"]} & set(second)


values = st.sampled_from(["", "trial", "guideline", "2000", "0000", " 2020 ", "99999", "²⁰²⁰", "a&b", "é"]) | st.text(
    max_size=6
)


@given(st.dictionaries(st.sampled_from(["kind", "since", "until", "x"]), values))
def test_any_query_is_read_and_says_itself_again(asked):
    query = QueryDict(mutable=True)
    query.update(asked)
    chosen = SourceFilter.from_query(query)
    assert SourceFilter.from_query(QueryDict(chosen.query)) == chosen
    assert chosen.query or chosen.condition.children == []
    assert chosen.summary(1, 2)


@pytest.mark.parametrize("path", ["/sources/", "/sources/study/", "/evidence/"])
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_a_wrong_method_is_405(client, path, method):
    assert getattr(client, method)(path).status_code == 405


@pytest.mark.parametrize("path", ["/sources/nothing/", "/sources/a%20b/"])
def test_an_unknown_source_is_404(client, path):
    assert client.get(path).status_code == 404


def test_the_pages_are_byte_stable_and_vary_by_nothing(client, library):
    make_answer(answer="No.[^a]")
    for path in ("/sources/", "/sources/a/", "/evidence/"):
        first, second = client.get(path), client.get(path)
        assert first.content == second.content
        assert not first.cookies
        assert "Cookie" not in first.get("Vary", "")


@pytest.mark.parametrize(("kind", "path"), [("article", "/articles/toes/"), ("form", "/supplements/citrate/")])
def test_a_page_is_cited_by_edition_and_day_with_an_address_that_stays(client, reviewer, kind, path):
    first = make_article("toes") if kind == "article" else make_form("citrate")
    second = first.document.start_draft(reviewer)
    second.change_note = "Clearer."
    second.save()
    second.reviews.create(reviewed_on="2026-01-01", next_due="2099-01-01")
    if kind == "article":
        second.typeset()
    second.publish(waiver="A test.")
    for address, number in ((path, 2), (f"{path}history/1/", 1), (f"{path}history/2/", 2)):
        page = client.get(address).content.decode()
        assert f'<a href="{path}history/{number}/">http://testserver{path}history/{number}/</a>' in page
        assert f'rel="canonical" href="http://testserver{path}"' in page
        assert ('name="robots" content="noindex"' in page) == (address == f"{path}history/1/")


def test_a_checklist_is_cited_and_its_old_edition_names_the_current_one(client):
    make_checklist()
    landing = client.get("/check/twitching/").content.decode()
    assert "http://testserver/check/twitching/history/1/" in landing
    old = client.get("/check/twitching/history/1/").content.decode()
    assert 'rel="canonical" href="http://testserver/check/twitching/"' in old
    assert 'content="noindex"' in old


def test_a_draft_offers_no_citation(editor, sign_in):
    draft = make_draft()
    page = sign_in(editor).get(f"/articles/{draft.document.slug}/history/1/").content
    assert b'class="cite"' not in page


def test_old_editions_say_a_doubt_too(client, reviewer):
    source = make_reference("study")
    old = make_article("toes", body="Text.[^study]")
    new = old.document.start_draft(reviewer)
    new.body, new.change_note = "Text.", "Without it."
    new.save()
    new.typeset()
    new.publish(waiver="A test.")
    Reference.objects.update(status="retracted")
    assert ArticleEdition.objects.citing(source).typeset_again() == 1
    assert b"1 retracted" in client.get("/articles/toes/history/1/").content
