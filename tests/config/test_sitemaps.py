"""The map for search engines: an index and its files, read as XML."""

from xml.etree import ElementTree

import pytest

from articles.models import ArticleEdition
from articles.sitemaps import EditionSitemap
from tests.articles.test_pages import fill
from tests.factories import make_article, make_checklist, make_draft, make_form

SPACE = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}

pytestmark = pytest.mark.django_db


def read(client, path) -> dict[str, str | None]:
    """The addresses of a file, with their lastmod."""
    root = ElementTree.fromstring(client.get(path).content)  # noqa: S314 - our own
    return {row.findtext("s:loc", None, SPACE): row.findtext("s:lastmod", None, SPACE) for row in root}


def test_the_index_leads_to_every_live_document_with_the_date_of_its_edition(client):
    article, form = make_article("toes"), make_form("citrate")
    make_checklist("twitching")
    make_draft()
    files = read(client, "/sitemap.xml")
    assert [path.rsplit("/", 1)[1] for path in files] == [
        *("sitemap-site.xml", "sitemap-articles.xml", "sitemap-supplements.xml", "sitemap-triage.xml")
    ]
    found = {}
    for path in files:
        found |= read(client, path.removeprefix("http://testserver"))
    assert found["http://testserver/articles/toes/"] == article.published_at.date().isoformat()
    assert found["http://testserver/supplements/citrate/"] == form.published_at.date().isoformat()
    assert found["http://testserver/check/twitching/"]
    assert found["http://testserver/"] == article.published_at.date().isoformat()
    assert found["http://testserver/supplements/dose/"] is None
    assert len(found) == 10 + 3


def test_a_long_map_is_split(client, monkeypatch):
    monkeypatch.setattr(EditionSitemap, "limit", 3)
    fill(7)
    pages = [path for path in read(client, "/sitemap.xml") if "articles" in path]
    assert pages == [f"http://testserver/sitemap-articles.xml{page}" for page in ("", "?p=2", "?p=3")]
    found = [read(client, page.removeprefix("http://testserver")) for page in pages]
    assert [len(rows) for rows in found] == [3, 3, 1]
    assert len({address for rows in found for address in rows}) == 7
    assert client.get("/sitemap-articles.xml?p=4").status_code == 404
    assert client.get("/sitemap-articles.xml?p=x").status_code == 404


def test_a_map_takes_two_queries_and_the_index_two_for_each_kind(client, django_assert_num_queries):
    fill(10)
    with django_assert_num_queries(2):  # how many there are, and the page of them
        client.get("/sitemap-articles.xml")
    with django_assert_num_queries(6):  # of three kinds, the newest edition and how many there are
        client.get("/sitemap.xml")


def test_a_withdrawal_is_seen_by_who_has_the_map(client):
    make_article("stays")
    edition = make_article("goes")
    before = client.get("/sitemap-articles.xml")
    assert not before.has_header("Last-Modified"), "the newest date goes back, so it proves nothing"
    assert client.get("/sitemap-articles.xml", headers={"If-None-Match": before["ETag"]}).status_code == 304
    edition.document.withdraw("Wrong.")
    after = client.get("/sitemap-articles.xml", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert b"/articles/goes/" not in after.content
    assert ArticleEdition.objects.live().count() == 1
