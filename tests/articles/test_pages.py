"""The pages of articles: what works, then every refusal."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from articles import views
from articles.models import Article, ArticleEdition, Topic
from tests.factories import make_article, make_draft, make_reference, make_topic

pytestmark = pytest.mark.django_db


def test_detail_works(client):
    make_reference("ods", title="A fact sheet", kind="fact-sheet")
    edition = make_article("toes", body="## Why\n\nText.[^ods]")
    response = client.get("/articles/toes/")
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("<h1>") == 1
    assert edition.title in page
    assert 'id="source-1"' in page
    assert "Health fact sheet" in page
    assert "Not yet reviewed by a clinician" in page
    assert "For information, not diagnosis." in page


@pytest.mark.parametrize("count", [10, 10_000])
def test_detail_takes_five_queries(client, django_assert_num_queries, count):
    make_reference("ods")
    related = make_article()
    draft = make_draft(body="Text.[^ods]")
    draft.faqs.create(question="Why?", answer="Because.")
    draft.related.add(related.document)
    draft.typeset()
    draft.publish(waiver="A test.")
    fill(count)
    with django_assert_num_queries(
        5
    ):  # edition with its review, questions, sources, related articles, forms that name it
        client.get(f"/articles/{draft.document.slug}/")


@pytest.mark.parametrize("count", [10, 10_000])
def test_home_takes_two_queries(client, django_assert_num_queries, count):
    fill(count)
    with django_assert_num_queries(2):  # which are the latest, and those
        client.get("/")


def test_index_takes_two_queries(client, django_assert_num_queries):
    fill(10)
    with django_assert_num_queries(2):  # the order of all, and those of the page
        client.get("/articles/")


def test_a_long_list_is_cut_into_pages_and_every_topic_is_found_on_each(client, monkeypatch):
    monkeypatch.setattr(views, "ARTICLES_A_PAGE", 2)
    for place, slug in enumerate(("one", "two", "three")):
        topic = make_topic(slug=slug, name=slug.title(), position=place)
        for number in range(2 - place % 2):
            make_article(f"{slug}-{number}", topic=topic)
    pages = [client.get(f"/articles/{query}").content.decode() for query in ("", "?page=2", "?page=3")]
    listed = [re.findall(r'<h3><a href="/articles/([^/]+)/', page) for page in pages]
    assert listed == [["one-0", "one-1"], ["two-0", "three-0"], ["three-1"]]
    for page in pages:
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert {"one", "two", "three"} <= set(ids)  # where a link to a topic leads
    assert 'href="/articles/#one"' in pages[1]
    assert 'href="#three"' in pages[1]
    assert 'href="/articles/?page=2#three"' in pages[2]
    assert '<link rel="canonical" href="http://testserver/articles/?page=3">' in pages[2]


def fill(count):
    """Publish `count` articles in two statements."""
    topic = make_topic()
    documents = Article.objects.bulk_create(Article(slug=f"filler-{n}") for n in range(count))
    ArticleEdition.objects.bulk_create(
        ArticleEdition(document=d, number=1, state="published", published_at=timezone.now(), title=d.slug, topic=topic)
        for d in documents
    )


def test_a_draft_is_404_to_the_public_and_a_preview_to_staff(client, sign_in, editor):
    draft = make_draft()
    for path in (f"/articles/{draft.document.slug}/", f"/articles/{draft.document.slug}/history/1/"):
        assert client.get(path).status_code == 404
        response = sign_in(editor).get(path)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert b'name="robots" content="noindex"' in response.content


def test_a_draft_of_a_live_article_stays_out_of_sight(client, editor):
    live = make_article(title="The old title")
    draft = live.document.start_draft(editor)
    draft.title = "The new title"
    draft.save()
    slug = live.document.slug
    for path in ("/", "/articles/", f"/articles/{slug}/", f"/articles/{slug}/history/", "/sitemap-articles.xml"):
        assert b"The new title" not in client.get(path).content
    assert client.get(f"/articles/{slug}/history/2/").status_code == 404


def test_a_superseded_edition_stays_readable_and_says_so(client, editor):
    first = make_article(title="The first title")
    second = first.document.start_draft(editor)
    second.title, second.change_note = "The second title", "Renamed."
    second.save()
    second.publish(waiver="A test.")
    slug = first.document.slug
    old = client.get(f"/articles/{slug}/history/1/")
    assert b"The first title" in old.content
    assert b'name="robots" content="noindex"' in old.content
    assert b"noindex" not in client.get(f"/articles/{slug}/history/2/").content
    history = client.get(f"/articles/{slug}/history/").content
    assert history.index(b"history/2/") < history.index(b"history/1/")
    assert b"Renamed." in history


@pytest.mark.parametrize("suffix", ["", "history/", "history/1/"])
def test_a_withdrawn_article_is_410_with_its_reason(client, suffix):
    edition = make_article("gone")
    edition.document.withdraw("A figure was wrong.")
    response = client.get(f"/articles/gone/{suffix}")
    assert response.status_code == 410
    assert b"A figure was wrong." in response.content


def test_a_scheduled_article_appears_when_its_time_comes(client, reviewer):
    draft = make_draft()
    draft.submit()
    draft.approve(reviewer)
    draft.publish(reviewer, at=timezone.now() + dt.timedelta(hours=1))
    path = f"/articles/{draft.document.slug}/"
    assert client.get(path).status_code == 404
    ArticleEdition.objects.update(published_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(path).status_code == 200


def test_an_overdue_review_is_said(client):
    edition = make_article()
    path = f"/articles/{edition.document.slug}/"
    assert b"overdue" not in client.get(path).content
    edition.reviews.update(reviewed_on="2020-01-01", next_due="2021-01-01")
    assert b"overdue" in client.get(path).content


def test_a_site_page_has_an_address_of_its_own_and_is_not_listed(client):
    make_article("privacy", is_site_page=True, title="What we keep")
    assert client.get("/privacy/").status_code == 200
    assert client.get("/articles/privacy/").status_code == 404
    assert b"What we keep" not in client.get("/articles/").content
    assert b"/privacy/" in client.get("/sitemap-articles.xml").content


def test_about_lists_corrections(client, editor):
    make_article("about", is_site_page=True)
    wrong = make_article(title="Kale")
    right = wrong.document.start_draft(editor)
    right.change_note, right.is_correction = "Kale holds 12 mg, not 120.", True
    right.save()
    assert b"Kale holds" not in client.get("/about/").content
    right.publish(waiver="A test.")
    page = client.get("/about/").content
    assert b"Kale holds 12 mg" in page
    assert b"desk@example.org" in page


def test_articles_are_listed_by_topic(client):
    Topic.objects.create(slug="b", name="Second", position=2)
    Topic.objects.create(slug="a", name="First", position=1)
    make_article(topic=Topic.objects.get(slug="b"))
    make_article(topic=Topic.objects.get(slug="a"))
    page = client.get("/articles/").content
    assert page.index(b'id="a"') < page.index(b'id="b"')


@pytest.mark.parametrize(
    "path",
    ["/articles/nothing/", "/articles/nothing/history/", "/articles/nothing/history/1/", "/articles/A%20B/", "/x/"],
)
def test_an_unknown_address_is_404(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/", "/articles/", "/articles/toes/", "/articles/toes/history/", "/healthz", "/robots.txt"]
)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_wrong_method_is_405(client, path, method):
    make_article("toes")
    assert getattr(client, method)(path).status_code == 405


def test_public_pages_set_no_cookie_do_not_vary_and_are_byte_stable(client):
    make_article("toes")
    make_article("about", is_site_page=True)
    for path in ("/", "/articles/", "/articles/toes/", "/articles/toes/history/", "/about/"):
        first, second = client.get(path), client.get(path)
        assert first.content == second.content
        assert not first.cookies
        assert "Cookie" not in first.get("Vary", "")
        assert first["ETag"].startswith('"'), "a strong validator"
        assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
