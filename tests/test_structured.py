"""What pages say of themselves to machines: read out of every kind of page, and held against schema.org's words."""

import datetime as dt
import json
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles import structured
from tests.factories import (
    make_article,
    make_checklist,
    make_draft,
    make_form,
    make_interaction,
    make_reference,
)

VOCABULARY = tomllib.loads(Path(__file__).with_name("schema_org.toml").read_text(encoding="utf-8"))
PAGES = {
    "/": ["WebSite"],
    "/articles/": ["BreadcrumbList", "CollectionPage"],
    "/articles/toes/": ["BreadcrumbList", "MedicalWebPage"],
    "/articles/toes/history/": ["BreadcrumbList"],
    "/about/": ["BreadcrumbList", "WebPage"],
    "/glossary/": ["BreadcrumbList", "WebPage"],
    "/evidence/": ["BreadcrumbList", "MedicalWebPage"],
    "/sources/": ["BreadcrumbList", "CollectionPage"],
    "/sources/study/": ["BreadcrumbList", "WebPage"],
    "/search/": ["BreadcrumbList"],
    "/supplements/": ["BreadcrumbList", "MedicalWebPage"],
    "/supplements/citrate/": ["BreadcrumbList", "MedicalWebPage"],
    "/supplements/citrate/history/": ["BreadcrumbList"],
    "/supplements/dose/": ["BreadcrumbList", "MedicalWebPage"],
    "/supplements/medicines/": ["BreadcrumbList", "MedicalWebPage"],
    "/supplements/foods/": ["BreadcrumbList", "MedicalWebPage"],
    "/check/twitching/": ["BreadcrumbList", "MedicalWebPage"],
    "/check/twitching/history/": ["BreadcrumbList"],
    "/check/safety/": ["BreadcrumbList", "WebPage"],
}


class Reader(HTMLParser):
    """Gathers the data blocks of a page and the steps of its visible breadcrumb."""

    def __init__(self, page: str):
        super().__init__()
        self.blocks, self.steps, self.inside = [], [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "script" and attrs.get("type") == "application/ld+json":
            self.inside = "script"
        elif tag == "nav" and attrs.get("class") == "breadcrumb":
            self.inside = "nav"
        elif self.inside == "nav" and tag == "li":
            self.steps.append(["", ""])
        elif self.inside == "nav" and tag == "a":
            self.steps[-1][0] = attrs["href"]

    def handle_data(self, data):
        if self.inside == "script":
            self.blocks.append(json.loads(data))
        elif self.inside == "nav" and self.steps:
            self.steps[-1][1] += data.strip()

    def handle_endtag(self, tag):
        if tag == self.inside:
            self.inside = ""


def properties(kind: str) -> dict[str, list[str]]:
    """What a type may have, with what it has from those that it is."""
    own = {name: accepted for name, accepted in VOCABULARY[kind].items() if name != "is_a"}
    return (properties(VOCABULARY[kind]["is_a"]) if "is_a" in VOCABULARY[kind] else {}) | own


def kinds(kind: str) -> list[str]:
    return [kind, *(kinds(VOCABULARY[kind]["is_a"]) if "is_a" in VOCABULARY[kind] else [])]


def is_date(value, reads) -> bool:
    try:
        return isinstance(value, str) and bool(reads(value))
    except ValueError:
        return False


def is_address(value) -> bool:
    return isinstance(value, str) and urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).netloc)


VALUES = {
    "Text": lambda value: isinstance(value, str) and bool(value.strip()),
    "URL": is_address,
    "Thing": is_address,
    "Boolean": lambda value: isinstance(value, bool),
    "Integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "Number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    # A year alone is a date, as ISO 8601 has it.
    "Date": lambda value: is_date(value, dt.date.fromisoformat) or bool(re.fullmatch(r"\d{4}", str(value))),
    "DateTime": lambda value: is_date(value, dt.datetime.fromisoformat),
}


def faults(thing: dict, where: str = "") -> list[str]:
    """Everything in a thing that schema.org does not know, or that is of another kind than it asks for."""
    kind = thing.get("@type")
    if kind not in VOCABULARY:
        return [f"{where}: {kind} is no type"]
    found, known = [], properties(kind)
    for name, value in thing.items():
        if name in ("@type", "@context"):
            continue
        here = f"{where}{kind}.{name}"
        if name not in known:
            found.append(f"{here} is no property")
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                inside = faults(one, f"{here} > ")
                fits = bool(inside) or set(kinds(one["@type"])) & set(known[name])
                found += inside
            else:
                fits = any(VALUES[accepted](one) for accepted in known[name] if accepted in VALUES)
            found += [] if fits else [f"{here} may not be {one!r}"]
    return found


@pytest.fixture
def site(db):
    make_reference("study", kind="trial", doi="10.1000/x")
    make_reference("sheet", kind="fact-sheet", year=None, status="superseded")
    edition = make_article("toes", title="Toes </script><b> & “feet”", body="## Why\n\nText.[^study][^sheet]")
    make_article("about", is_site_page=True)
    make_form("citrate", cautions="Ask first.[^study]")
    make_interaction(what_happens="Less of it.[^study]")
    make_checklist("twitching")
    return edition


def read(client, path: str) -> Reader:
    response = client.get(path)
    assert response.status_code == 200, path
    return Reader(response.content.decode())


@pytest.mark.parametrize("path", PAGES)
def test_every_kind_of_page_speaks_schema_org(client, site, path):
    page = read(client, path)
    assert [block["@type"] for block in page.blocks] == PAGES[path]
    for block in page.blocks:
        assert block["@context"] == "https://schema.org"
        assert faults(block) == []
        if block["@type"] == "BreadcrumbList":
            told = [[urlsplit(step.get("item", "")).path, step["name"]] for step in block["itemListElement"]]
            assert told == [[address.split("#")[0], name] for address, name in page.steps]
            assert [step["position"] for step in block["itemListElement"]] == list(range(1, len(told) + 1))


def test_an_article_names_its_dates_its_sources_and_its_picture(client, site):
    data = read(client, "/articles/toes/").blocks[1]
    assert data["name"] == site.title
    assert data["url"] == "http://testserver/articles/toes/"
    assert data["image"] == "http://testserver/articles/toes/share-1.png"
    assert data["lastReviewed"] == "2026-11-22"
    assert data["citation"] == [
        {"@type": "CreativeWork", "url": "https://doi.org/10.1000/x"},
        {"@type": "CreativeWork", "url": "https://example.org/"},
    ]


def test_the_page_of_a_source_tells_all_about_it(client, site):
    way, page = read(client, "/sources/sheet/").blocks
    assert way["itemListElement"][-1]["name"] == "A study"
    assert page["mainEntity"] == {
        "@type": "CreativeWork",
        "name": "A study",
        "creditText": "Doe J",
        "creativeWorkStatus": "superseded",
        "url": "https://example.org/",
    }


def test_a_later_edition_keeps_the_day_of_the_first(client, site, editor):
    draft = site.document.start_draft(editor)
    draft.change_note = "Shorter."
    draft.save()
    draft.typeset()
    draft.publish(waiver="A test.")
    data = read(client, "/articles/toes/").blocks[1]
    first, second = (dt.datetime.fromisoformat(data[name]) for name in ("datePublished", "dateModified"))
    assert first < second
    assert data["version"] == 2
    assert read(client, "/articles/toes/history/1/").blocks == [], "an older edition is not to be found"
    assert read(client, "/articles/toes/history/2/").blocks[1]["url"] == "http://testserver/articles/toes/"


def test_a_reviewer_is_named_only_where_one_is_recorded(client, site):
    for path in ("/articles/toes/", "/supplements/citrate/", "/check/twitching/"):
        assert "reviewedBy" not in read(client, path).blocks[1], path
    site.reviews.update(reviewer="Dr A. Lee")
    data = read(client, "/articles/toes/").blocks[1]
    assert data["reviewedBy"] == {"@type": "Person", "name": "Dr A. Lee"}
    assert faults(data) == []
    site.reviews.all().delete()
    assert not {"lastReviewed", "reviewedBy"} & read(client, "/articles/toes/").blocks[1].keys()


def test_the_front_page_says_how_to_search(client, site):
    (data,) = read(client, "/").blocks
    template = data["potentialAction"]["target"]["urlTemplate"]
    assert template == "http://testserver/search/?q={search_term_string}"


def test_previews_and_pages_off_the_index_say_nothing(client, site, sign_in, editor):
    draft = make_draft()
    make_form("oxide")
    assert read(sign_in(editor), f"/articles/{draft.document.slug}/").blocks == []
    for path in ("/supplements/compare/?form=citrate&form=oxide", "/check/twitching/1/"):
        assert read(client, path).blocks == [], path
    client.get("/articles/toes/")
    site.document.withdraw("Wrong.")
    for path in ("/articles/toes/", "/nothing/"):
        assert Reader(client.get(path).content.decode()).blocks == [], path


@given(st.text())
def test_no_text_leaves_its_block(text):
    block = structured.block({"@type": "Thing", "name": f"x{text}"})
    start, end = '<script type="application/ld+json">', "</script>"
    inside = block.removeprefix(start).removesuffix(end)
    assert block == start + inside + end
    assert not set(inside) & set("<>&\u2028\u2029")
    assert json.loads(inside)["name"] == f"x{text}"


@pytest.mark.parametrize(
    ("thing", "fault"),
    [
        ({"@type": "MedicalPage"}, "MedicalPage is no type"),
        ({"@type": "WebPage", "author": "x"}, "WebPage.author is no property"),
        ({"@type": "Person", "lastReviewed": "2026-01-01"}, "Person.lastReviewed is no property"),
        ({"@type": "WebPage", "url": "/x/"}, "WebPage.url may not be '/x/'"),
        ({"@type": "WebPage", "lastReviewed": "soon"}, "WebPage.lastReviewed may not be 'soon'"),
        ({"@type": "WebPage", "isAccessibleForFree": 1}, "WebPage.isAccessibleForFree may not be 1"),
        ({"@type": "WebPage", "citation": [{"@type": "Person"}]}, "WebPage.citation may not be {'@type': 'Person'}"),
        ({"@type": "WebPage", "name": ""}, "WebPage.name may not be ''"),
    ],
)
def test_the_check_finds_what_is_wrong(thing, fault):
    assert [found.removeprefix(": ") for found in faults(thing)] == [fault]
