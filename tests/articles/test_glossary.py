"""The glossary: its page, where articles explain its terms, and what a changed term does to them."""

import re

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles import admin
from articles.models import Article, ArticleEdition, Term
from articles.seeding import Seeds, load
from articles.usage import mentions_of
from tests.articles.test_admin import form as article_form
from tests.articles.test_admin import page as article_page
from tests.articles.typing import typed
from tests.factories import make_article, make_draft, make_reference, make_term, make_topic, make_user

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/term/"


def change(term):
    return f"{LIST}{term.pk}/change/"


def save(client, term, **changes):
    """Open the form of a term, type over it, name a source, and save."""
    named = {"references": [make_reference(f"of-{term.slug}").pk]}
    return client.post(change(term), typed(client, change(term)) | named | changes)


def explained(edition):
    """The words that the page of an edition marks, in order of their targets, as they are stored."""
    edition.refresh_from_db()
    html = "".join([edition.quick_answer_html, edition.key_points_html, edition.body_html])
    html += "".join(faq.answer_html for faq in edition.faqs.all())
    assert re.findall(r'popovertarget="term-([\w-]+)"', html) == [term["slug"] for term in edition.terms]
    return re.findall(r"<button[^>]*>(.*?)</button>", html, re.DOTALL)


# The page of the glossary


def test_the_glossary_lists_terms_by_letter_with_their_sources(client):
    source = make_reference("study", title="A study", status="superseded")
    make_term("tremor")
    make_term("Tetany", "tetanies", "stiffness").references.add(source)
    make_term("École")
    make_term("5-HT")
    page = client.get("/glossary/").content.decode()
    assert re.findall(r'<h2 id="(letter-[^"]+)"', page) == ["letter-0-9", "letter-E", "letter-T"]
    assert re.findall(r'href="#(letter-[^"]+)"', page) == ["letter-0-9", "letter-E", "letter-T"]
    assert re.findall(r'<div id="([\w-]+)"', page) == ["5-ht", "ecole", "tetany", "tremor"]
    assert "Also: stiffness</dd>" in page
    assert f'<a href="{source.get_absolute_url()}">A study</a> <strong class="tag caution">' in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["Cramp", "cramps"], []),
        (["Open-label study", "open-label studies", "open-label trial", "open-label trials"], ["open-label trial"]),
        (["Proton pump inhibitor", "PPI", "PPIs", "proton-pump inhibitor", "proton-pump inhibitors"], ["PPI"]),
        (["Chelated", "chelate", "chelates"], ["chelate"]),
        (["Hertz", "kilohertz", "nerves"], ["kilohertz", "nerves"]),
        (["Spasm", "spasms", "Spasm", "SPASM"], []),
    ],
)
def test_the_page_shows_no_name_that_only_adds_a_plural_or_a_hyphen(names, shown):
    assert Term(name=names[0], other_names="\n".join(names[1:])).shown_names == shown


def test_the_glossary_takes_two_queries_however_long_it_is(client, django_assert_num_queries):
    source = make_reference("study")
    for number in range(60):
        make_term(f"word {number}").references.add(source)
    with django_assert_num_queries(2):  # terms, sources
        client.get("/glossary/")


def test_an_empty_glossary_says_so(client):
    assert "<dl>" not in client.get("/glossary/").content.decode()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_glossary_is_read_only(client, method):
    assert getattr(client, method)("/glossary/").status_code == 405


def test_the_glossary_is_the_same_for_everybody_and_kept(client):
    make_term()
    first = client.get("/glossary/")
    assert "Cookie" not in first.get("Vary", "")
    assert client.get("/glossary/", headers={"If-None-Match": first["ETag"]}).status_code == 304


# Rules


@pytest.mark.parametrize(
    "values",
    [{"name": "CRAMP"}, {"name": "x"}, {"name": "  "}, {"definition": " \n"}, {"slug": "main"}, {"slug": "letter-a"}],
)
def test_the_database_refuses(values):
    make_term("cramp")
    fields = {"slug": "spasm", "name": "spasm", "definition": "What it is."} | values
    with pytest.raises(IntegrityError), transaction.atomic():
        Term.objects.create(**fields)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "TREMOR"}, "__all__"),
        ({"other_names": "Tremor"}, "__all__"),
        ({"name": "shaking"}, "__all__"),
        ({"other_names": "a"}, "other_names"),
        ({"definition": " "}, "definition"),
    ],
)
def test_the_form_refuses_what_a_text_could_take_for_another_term(reviewer, sign_in, changes, field):
    make_term("tremor", "shaking")
    response = save(sign_in(reviewer), make_term("cramp"), **changes)
    assert response.status_code == 200
    assert list(response.context["adminform"].form.errors) == [field]


# In articles


def test_an_article_explains_the_first_use_and_its_page_takes_no_query_more(client, django_assert_num_queries):
    make_term("cramp", "cramps")
    document = Article.objects.create(slug="calves")
    draft = make_draft(document, quick_answer="Cramps hurt.", body="## A cramp\n\nA cramp.")
    draft.faqs.create(question="Why?", answer="A cramp.")
    draft.typeset()
    draft.publish(waiver="A test.")
    assert explained(draft) == ["Cramps"]
    with django_assert_num_queries(5):  # edition with its review, questions, sources, related articles, forms
        page = client.get("/articles/calves/").content.decode()
    article, after = page.split("</article>")
    assert article.count("popovertarget") == 1
    assert after.count('<div popover id="term-cramp"') == 1
    assert "What cramp means." in after
    assert 'href="/glossary/#cramp"' in after


def test_an_article_without_terms_has_no_list_of_them(client):
    make_article("toes")
    assert b"words-explained" not in client.get("/articles/toes/").content


def test_what_stands_against_publishing_does_not_depend_on_terms():
    draft = make_draft(body="## Why?\n\n" + "A cramp, and [more about cramps](/articles/). " * 60)
    before = draft.findings()
    make_term("cramp", "cramps")
    draft.typeset()
    assert explained(draft)
    assert draft.findings() == before


def test_a_term_is_switched_off_in_one_article(editor, sign_in):
    term = make_term("cramp")
    draft, other = make_draft(body="A cramp."), make_draft(body="A cramp.")
    client = sign_in(editor)
    data = typed(client, article_page(draft)) | {"unmarked_terms": [term.pk]}
    assert client.post(article_page(draft), data).status_code == 302
    assert (explained(draft), explained(other)) == ([], ["cramp"])
    draft.publish(waiver="A test.")
    assert list(draft.document.start_draft(editor).unmarked_terms.all()) == [term]


def test_the_preview_of_what_is_typed_explains_and_leaves_out(editor, sign_in):
    make_term("cramp")
    spasm = make_term("spasm")
    draft = make_draft()
    data = article_form(draft, body="A cramp or spasm.") | {"unmarked_terms": [spasm.pk, "x", "9" * 40]}
    response = sign_in(editor).post(f"/admin/articles/articleedition/typed/?edition={draft.pk}", data)
    assert [term["slug"] for term in response.context["terms"]] == ["cramp"]
    assert b'id="term-cramp"' in response.content


def test_where_a_term_is_used_names_what_explains_it_and_not_what_leaves_it_out(reviewer, sign_in):
    term = make_term("cramp")
    live, inside, without = make_article(body="A cramp."), make_draft(), make_draft(body="A cramp.")
    faq = inside.faqs.create(question="Why?", answer="A cramp.")
    inside.typeset()
    without.unmarked_terms.add(term)
    without.typeset()
    assert {(mention.row, mention.part) for mention in mentions_of(term)} == {(live, None), (inside, faq)}
    page = sign_in(reviewer).get(f"{LIST}{term.pk}/used/").content.decode()
    assert live.title in page
    assert without.title not in page


def test_a_source_is_used_by_a_term():
    source, term = make_reference("study"), make_term()
    term.references.add(source)
    assert [mention.row for mention in mentions_of(source)] == [term]


# A term changes


def test_a_new_term_is_explained_where_it_stands_already(reviewer, sign_in):
    live = make_article(body="A leg\ncramp.")
    data = {"name": "Leg cramp", "slug": "leg-cramp", "other_names": "", "definition": "It hurts.", "references": []}
    client = sign_in(reviewer)
    assert list(client.post(f"{LIST}add/", data).context["adminform"].form.errors) == ["references"]
    data["references"] = [make_reference().pk]
    assert client.post(f"{LIST}add/", data).status_code == 302
    assert explained(live) == ["leg\ncramp"]


def test_a_changed_term_reaches_what_has_its_old_or_its_new_name_and_is_in_use(reviewer, sign_in):
    term = make_term("cramp")
    old, new, draft = make_article(body="A cramp."), make_article(body="A Charley horse."), make_draft(body="A cramp.")
    first = make_article(body="A cramp.")
    second = first.document.start_draft(reviewer)
    second.change_note = "Newer."
    second.save()
    second.publish(waiver="A test.")
    save(sign_in(reviewer), term, name="Charley horse", definition="In other words.")
    assert (explained(old), explained(new), explained(draft)) == ([], ["Charley horse"], [])
    assert new.terms[0]["definition"] == "In other words."
    assert explained(first) == ["cramp"], "a superseded edition waits for the command"


def test_a_term_in_an_answer_is_reached(reviewer, sign_in):
    term = make_term("spasm")
    draft = make_draft()
    draft.faqs.create(question="Why?", answer="A cramp.")
    draft.typeset()
    save(sign_in(reviewer), term, other_names="cramp")
    assert explained(draft) == ["cramp"]


def test_an_abbreviation_reaches_only_what_has_its_capitals():
    live = make_article(body="An ALS test."), make_article(body="Also false.")
    assert list(ArticleEdition.objects.mentioning(["ALS"])) == [live[0]]
    assert set(ArticleEdition.objects.mentioning(["als"])) == set(live)


def test_a_change_of_sources_alone_typesets_nothing(reviewer, sign_in):
    term, source, live = make_term("cramp"), make_reference("study"), make_article(body="A cramp.")
    ArticleEdition.objects.update(terms=[])
    save(sign_in(reviewer), term, references=[source.pk])
    assert list(term.references.all()) == [source]
    live.refresh_from_db()
    assert live.terms == []


@pytest.mark.parametrize("together", [False, True])
def test_a_deleted_term_leaves_the_articles(superuser, sign_in, together):
    term, live = make_term("cramp"), make_article(body="A cramp.")
    client = sign_in(superuser)
    if together:
        chosen = {"action": "delete_selected", "_selected_action": [term.pk], "post": "yes"}
        assert client.post(LIST, chosen).status_code == 302
    else:
        assert client.post(f"{LIST}{term.pk}/delete/", {"post": "yes"}).status_code == 302
    assert explained(live) == []


def test_a_term_that_comes_with_a_file_is_explained_in_what_is_there():
    source, live = make_reference("study"), make_article(body="A cramp.")
    seeds = Seeds(terms=[(Term(slug="cramp", name="Cramp", definition="It hurts."), ["study"])])
    load(seeds)
    assert explained(live) == ["cramp"]
    assert list(Term.objects.get().references.all()) == [source]
    Term.objects.update(definition="In other words.")
    load(seeds)
    assert Term.objects.get().definition == "In other words."


def test_too_many_articles_are_left_to_the_command(reviewer, sign_in, monkeypatch, capsys):
    monkeypatch.setattr(admin, "MOST_AT_ONCE", 1)
    term = make_term("cramp")
    editions = [make_article(body="A cramp."), make_article(body="A cramp.")]
    client = sign_in(reviewer)
    response = save(client, term, definition="In other words.")
    told = [str(message) for message in client.get(response["Location"]).context["messages"]]
    assert any("2 pages" in text and "manage.py typeset" in text for text in told)
    assert {edition.terms[0]["definition"] for edition in ArticleEdition.objects.all()} == {"What cramp means."}
    call_command("typeset")
    assert "edition 2 of 2" in capsys.readouterr().out
    for edition in editions:
        edition.refresh_from_db()
        assert edition.terms[0]["definition"] == "In other words."


def test_the_form_of_a_term_and_its_save_ask_no_more_however_many_articles_there_are(
    reviewer, sign_in, django_assert_max_num_queries
):
    topic, term = make_topic(), make_term("cramp")
    term.references.add(make_reference())
    documents = Article.objects.bulk_create(Article(slug=f"filler-{n}") for n in range(100))
    ArticleEdition.objects.bulk_create(
        ArticleEdition(document=d, number=1, state="published", published_at=timezone.now(), topic=topic)
        for d in documents
    )
    make_article(body="A cramp.")
    client = sign_in(reviewer)
    client.get("/admin/")  # writes the session, as one request a minute does
    for address in (LIST, change(term)):
        with django_assert_max_num_queries(14, info=address):
            client.get(address)
    data = typed(client, change(term))
    with django_assert_max_num_queries(56):  # 14 to typeset the one page that mentions it, 13 for the search
        assert client.post(change(term), data | {"definition": "In other words."}).status_code == 302


# Who may


def test_editors_read_terms_and_reviewers_keep_them_with_a_history(editor, reviewer, sign_in):
    term = make_term()
    assert sign_in(editor).get(change(term)).status_code == 200
    assert sign_in(editor).post(change(term), {}).status_code == 403
    assert sign_in(make_user("norman")).get(change(term)).status_code == 403
    client = sign_in(reviewer)
    assert b'name="slug"' not in client.get(change(term)).content
    save(client, term, definition="In other words.")
    history = client.get(f"{LIST}{term.pk}/history/").context["action_list"]
    assert [entry.user for entry in history] == [reviewer]


def test_a_key_that_is_none_is_refused(reviewer, sign_in):
    term = make_term()
    client = sign_in(reviewer)
    assert client.post(change(term), typed(client, change(term)) | {"references": ["x"]}).status_code == 400
