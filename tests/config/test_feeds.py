"""The feed of what is new, read as Atom."""

from xml.etree import ElementTree

import pytest
from django.utils import timezone

from config import feeds
from tests.articles.test_pages import fill
from tests.factories import make_article, make_checklist, make_draft, make_form

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ASKED = {"id", "title", "updated", "link", "summary"}  # of an entry

pytestmark = pytest.mark.django_db


def read(client):
    response = client.get("/feed.xml")
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(response.content)  # noqa: S314 - our own


def entries(client) -> list[dict[str, str]]:
    """The entries by the names of what is in them; a link by where it leads."""
    found = []
    for entry in read(client).iterfind("a:entry", ATOM):
        values = {part.tag.split("}")[1]: part.text or part.get("href") for part in entry}
        assert values.keys() >= ASKED
        found.append(values)
    return found


def test_the_feed_is_atom_and_names_itself(client):
    make_article("toes")
    feed = read(client)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for name in ("id", "title", "updated", "author/a:name"):
        assert feed.findtext(f"a:{name}", "", ATOM), name
    links = {link.get("rel"): link.get("href") for link in feed.iterfind("a:link", ATOM)}
    assert links == {"alternate": "http://testserver/", "self": "http://testserver/feed.xml"}


def test_every_kind_of_document_is_in_it_newest_first_and_no_draft(client):
    make_article("toes", description="Toes.", change_note="Kale & <b>beans</b> added.")
    make_form("citrate")
    make_checklist("twitching").editions.update(description="A check.")
    make_draft()
    found = entries(client)
    assert [entry["id"].removeprefix("http://testserver") for entry in found] == [
        *("/check/twitching/history/1/", "/supplements/citrate/history/1/", "/articles/toes/history/1/")
    ]
    assert found[2]["link"] == found[2]["id"]
    assert found[0]["summary"].startswith("A check.")
    assert found[1]["summary"].startswith("Magnesium citrate: ")
    assert found[2]["summary"].startswith("Toes.")
    assert found[2]["summary"].endswith("Kale &amp; &lt;b&gt;beans&lt;/b&gt; added."), "HTML, as Atom says of its type"
    assert client.get(found[2]["link"].removeprefix("http://testserver")).status_code == 200


def test_a_change_takes_the_place_of_what_it_changed_under_a_name_of_its_own(client, editor):
    first = make_article("toes")
    second = first.document.start_draft(editor)
    second.title, second.change_note = "Toes & <feet>", "Feet added."
    second.save()
    assert [entry["id"] for entry in entries(client)] == ["http://testserver/articles/toes/history/1/"]
    second.publish(waiver="A test.")
    (entry,) = entries(client)
    assert entry["id"] == "http://testserver/articles/toes/history/2/"
    assert entry["title"] == "Toes & <feet>"
    assert entry["summary"] == "Feet added."
    assert entry["updated"] == second.published_at.isoformat()


def test_who_has_the_feed_is_told_that_nothing_changed(client):
    make_article("stays")
    edition = make_article("goes")
    before = client.get("/feed.xml")
    assert not before.has_header("Last-Modified")
    assert client.get("/feed.xml", headers={"If-None-Match": before["ETag"]}).status_code == 304
    edition.document.withdraw("Wrong.")
    after = client.get("/feed.xml", headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert b"goes" not in after.content


def test_an_empty_feed_does_not_move_with_the_clock(client):
    updated = read(client).findtext("a:updated", "", ATOM)
    assert updated < timezone.now().isoformat()
    assert read(client).findtext("a:updated", "", ATOM) == updated


def test_the_feed_takes_three_queries_and_holds_so_many_entries(client, django_assert_num_queries):
    fill(feeds.ENTRIES + 5)
    with django_assert_num_queries(3):  # the newest articles, forms and checklists
        found = entries(client)
    assert len(found) == feeds.ENTRIES


def test_every_page_names_the_feed(client):
    assert b'href="/feed.xml" type="application/atom+xml"' in client.get("/").content


def test_a_character_that_xml_does_not_know_takes_nothing_down(client):
    make_article("toes", title="Toes\x0bcramp", change_note="First\ufffe published.")
    (entry,) = entries(client)
    assert entry["title"] == "Toes cramp"
