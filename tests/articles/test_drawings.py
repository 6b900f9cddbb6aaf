"""The site's own drawings: each says in words what it shows, follows both colour schemes, and is shown by its name."""

import re
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

from articles import markdown
from articles.drawings import FOLDER, PREFIX, SVG, known_drawings
from tests.factories import make_article, make_draft

NAMES = sorted(known_drawings())
NARROWEST = 288  # CSS pixels: the column of text on a screen of 320


def source(name):
    with open(finders.find(f"{FOLDER}/{name.removeprefix(PREFIX)}.svg")) as file:
        return file.read()


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_tells_in_words_all_that_it_shows(name):
    root = ElementTree.fromstring(source(name))  # noqa: S314 - a file of the site itself
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [root.find(f"{SVG}{tag}").get("id") for tag in ("title", "desc")]
    told = " ".join(root.findtext(f"{SVG}{tag}") for tag in ("title", "desc")).lower()
    shown = " ".join(text.text for text in root.iter(f"{SVG}text")).lower()
    words = re.findall(r"\w{4,}", shown)  # the shorter ones are symbols
    assert words
    assert not {word for word in words if word not in told}


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_can_be_read_on_a_small_screen_and_in_the_dark(name):
    text = source(name)
    root = ElementTree.fromstring(text)  # noqa: S314 - a file of the site itself
    width = float(root.get("viewBox").split()[2])
    sizes = [float(size) for size in re.findall(r"font-size:(\d+)px", text)]
    assert sizes
    assert min(sizes) * NARROWEST / width >= 16
    assert "@media(prefers-color-scheme:dark)" in text
    assert not re.findall(r"<script|<image|<use|href|url\(", text), "a drawing loads nothing"


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_text_shows_a_drawing_by_its_name(client, name):
    make_article("drawn", body=f"## Seen\n\n![]({name})")
    page = client.get("/articles/drawn/").content.decode()
    drawing = known_drawings()[name]
    assert f'src="{drawing["src"]}"' in page
    assert f'alt="{drawing["alt"]}"' in page
    assert f'width="{drawing["width"]}"' in page
    taken = client.get(reverse("articles:markdown", args=["drawn"])).content.decode()
    assert f"![{drawing['alt']}](http://testserver{drawing['src']})" in taken


@pytest.mark.django_db
def test_a_drawing_that_there_is_not_is_a_finding():
    edition = make_draft(body="## Seen\n\n![](drawing:nothing)")
    assert [finding.blocks for finding in edition.findings() if "drawing:nothing" in finding.message] == [True]


def test_a_drawing_stands_in_a_paragraph_of_its_own():
    rendered = markdown.render([f"Here ![]({NAMES[0]}) it is."], figures=known_drawings())
    assert rendered.missing
    assert "<img" not in rendered.html[0]
