"""The content that the site begins with, and what a broken file of it does."""

import re
import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from articles import seeding
from articles.models import Article, ArticleEdition, Reference

FIRST_TEN = {
    "magnesium-and-twitching",
    "magnesium-for-leg-twitches",
    "minerals-and-twitching",
    "too-little-or-too-much",
    "toe-twitching",
    "when-to-see-a-doctor",
    "eyelid-twitching",
    "foods-with-magnesium",
    "magnesium-and-medicines",
    "restless-legs-or-twitching",
    "how-we-write-and-check",
}


pytestmark = pytest.mark.django_db  # the constraints of a row are checked by the database


@pytest.fixture
def seeds():
    return seeding.read()


def test_the_files_have_no_faults(seeds):
    assert [str(fault) for fault in seeds.faults] == []
    assert seeds.articles.keys() >= FIRST_TEN


def test_every_claim_is_dealt_with(seeds):
    """The claims of the documents that the site grew from, C001 to C221, each in at least one article."""
    asked = {f"C{number:03}" for number in range(1, 222)}
    handled = {claim for article in seeds.articles.values() for claim in article["claims"]}
    assert handled == asked


def test_articles_are_finished(seeds):
    for slug in seeds.articles.keys() - {"about", "privacy", "accessibility", "disclaimer"}:
        article = seeds.articles[slug]
        words = len(re.sub(r"\[\^[\w-]+\]", "", article["body"]).split())
        assert 800 <= words <= 1800, slug
        assert 3 <= len(article["key_points"]) <= 6, slug
        assert article["faqs"], slug
        assert article["review"].get("reviewer", "") == "", "no reviewer is invented"


def test_loading_publishes_everything_once_and_overwrites_nothing(seeds, client):
    call_command("seed", verbosity=0, stdout=StringIO())
    assert ArticleEdition.objects.live().count() == len(seeds.articles)
    Reference.objects.filter(key="ods-mg-hp").update(title="Changed by an editor")
    call_command("seed", verbosity=0, stdout=StringIO())
    assert Reference.objects.get(key="ods-mg-hp").title == "Changed by an editor"
    assert ArticleEdition.objects.count() == len(seeds.articles)
    for slug in seeds.articles:
        assert client.get(Article.objects.get(slug=slug).get_absolute_url()).status_code == 200, slug


GOOD = """+++
title = "A title"
topic = "about"
description = "A description."
quick_answer = "An answer."
change_note = "First published."
claims = []

[review]
reviewed_on = 2026-11-22
next_due = 2027-11-22
+++

## A heading

Words.
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("topics.toml", "references.csv"):
        shutil.copy(seeding.HERE / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("Words.", "Words.[^nobody]", 16, "nobody"),
        ("Words.", "[Words](/articles/nowhere/).", 16, "nowhere"),
        ('topic = "about"', 'topic = "gossip"', 3, "gossip"),
        ('title = "A title"', f'title = "{"x" * 200}"', 2, "title"),
        ('title = "A title"', "", 1, "title"),
        ('title = "A title"', 'title = "A', 2, "at line"),
        ("claims = []", "claims = []\nrelated = ['nowhere']", 8, "nowhere"),
        ("claims = []", "claims = []\ncolour = 'red'", 8, "colour"),
        ("2027-11-22", "2025-11-22", 0, "due after"),
        ("+++", "---", 0, "front matter"),
    ],
)
def test_a_broken_article_is_named_with_its_line_and_reason(folder, old, new, line, says):
    (folder / "broken.md").write_text(GOOD.replace(old, new), encoding="utf-8")
    faults = seeding.read(folder).faults
    assert faults
    assert faults[0].file == "broken.md"
    assert faults[0].line == line or not line
    assert says in faults[0].reason


def test_the_good_article_is_good(folder):
    (folder / "good.md").write_text(GOOD, encoding="utf-8")
    assert seeding.read(folder).faults == []


def test_bytes_that_are_no_text_are_a_fault(folder):
    (folder / "broken.md").write_bytes(b"+++\n\xff\n+++\n")
    assert [fault.file for fault in seeding.read(folder).faults] == ["broken.md"]


def test_a_broken_reference_is_named_with_its_line(folder):
    with (folder / "references.csv").open("a", encoding="utf-8") as file:
        file.write("new,Doe J,Title,soon,Journal,,,https://example.org/,trial,read\n")
    (fault,) = seeding.read(folder).faults
    assert (fault.file, fault.line) == ("references.csv", 106)


def test_nothing_is_loaded_where_anything_is_broken(folder, monkeypatch):
    (folder / "good.md").write_text(GOOD, encoding="utf-8")
    (folder / "broken.md").write_text("no front matter", encoding="utf-8")
    monkeypatch.setattr(seeding.read, "__defaults__", (folder,))
    with pytest.raises(CommandError, match=r"broken\.md"):
        call_command("seed")
    assert not Article.objects.exists()
    assert not Reference.objects.exists()
