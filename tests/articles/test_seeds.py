"""The content that the site begins with, and what a broken file of it does."""

import re
import shutil
from io import StringIO

import brotli
import pytest
from django.core.management import call_command

from articles import gate, markdown, seeding
from articles.models import Article, ArticleEdition, Reference
from articles.seeding.reading import seed_texts
from config.pagestore import BROTLI_QUALITY
from supplements import seeding as supplements

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


CLAIMS = """
C001 C002 C003 C004 C005 C006 C007 C008 C009 C010 C011 C012 C013 C014 C015 C016 C017 C018 C019 C020
C021 C022 C023 C024 C025 C026 C027 C028 C029 C030 C031 C032 C033 C034 C035 C036 C037 C038 C039 C040
C041 C042 C043 C044 C045 C046 C047 C048 C049 C050 C051 C052 C053 C054 C055 C056 C057 C058 C059 C060
C061 C062 C063 C064 C065 C066 C067 C068 C069 C070 C071 C072 C073 C074 C075 C076 C077 C078 C079 C080
C081 C082 C083 C084 C085 C086 C087 C088 C089 C090 C091 C092 C093 C094 C095 C096 C097 C098 C099 C100
C101 C102 C103 C104 C105 C106 C107 C108 C109 C110 C111 C112 C113 C114 C115 C116 C117 C118 C119 C120
C121 C122 C123 C124 C125 C126 C127 C128 C129 C130 C131 C132 C133 C134 C135 C136 C137 C138 C139 C140
C141 C142 C143 C144 C145 C146 C147 C148 C149 C150 C151 C152 C153 C154 C155 C156 C157 C158 C159 C160
C161 C162 C163 C164 C165 C166 C167 C168 C169 C170 C171 C172 C173 C174 C175 C176 C177 C178 C179 C180
C181 C182 C183 C184 C185 C186 C187 C188 C189 C190 C191 C192 C193 C194 C195 C196 C197 C198 C199 C200
C201 C202 C203 C204 C205 C206 C207 C208 C209 C210 C211 C212 C213 C214 C215 C216 C217 C218 C219 C220
C221
""".split()  # noqa: SIM905 - a list of 221 lines would hide the tests


@pytest.fixture
def seeds():
    return seeding.read()


def test_the_files_have_no_faults(seeds):
    assert [str(fault) for fault in seeds.faults] == []
    assert seeds.articles.keys() >= FIRST_TEN


def test_every_claim_is_dealt_with(seeds):
    """The claims of the documents that the site grew from, each in at least one article, form or medicine."""
    handled = {claim for article in seeds.articles.values() for claim in article["claims"]}
    assert set(CLAIMS) - handled == set()
    assert (handled | supplements.read(seeds).claims) == set(CLAIMS)


def test_articles_are_finished(seeds):
    for slug in seeds.articles.keys() - {"about", "privacy", "accessibility", "disclaimer"}:
        article = seeds.articles[slug]
        words = len(re.sub(r"\[\^[\w-]+\]", "", article["body"]).split())
        assert 800 <= words <= 1800, slug
        assert 3 <= len(article["key_points"]) <= 6, slug
        assert article["faqs"], slug
        assert article["review"].get("reviewer", "") == "", "no reviewer is invented"


def test_articles_are_easy_to_read(seeds):
    """In years of school, as the gate counts them; see tests/triage/test_seed.py for the checklist."""
    keys = {reference.key for reference in seeds.references}
    grades = {}
    for slug, article in seeds.articles.items():
        rendered = markdown.render(seed_texts(article), keys)
        grades[slug] = gate.reading_grade(gate.sentences_of(map(gate.read, rendered.html)))
    assert {slug: grade for slug, grade in grades.items() if not 0 < grade <= 10} == {}
    assert sum(grades.values()) / len(grades) <= gate.HARDEST_GRADE


def test_loading_publishes_everything_once_and_overwrites_nothing(seeds, client):
    call_command("seed", verbosity=0, stdout=StringIO())
    assert ArticleEdition.objects.live().count() == len(seeds.articles)
    Reference.objects.filter(key="ods-mg-hp").update(title="Changed by an editor")
    call_command("seed", verbosity=0, stdout=StringIO())
    assert Reference.objects.get(key="ods-mg-hp").title == "Changed by an editor"
    assert ArticleEdition.objects.count() == len(seeds.articles)
    for slug in seeds.articles:
        response = client.get(Article.objects.get(slug=slug).get_absolute_url())
        assert response.status_code == 200, slug
        headers = sum(len(name) + len(value) + 4 for name, value in response.headers.items())
        size = len(brotli.compress(response.content, quality=BROTLI_QUALITY)) + headers
        assert size <= 14_600, "it fits the first ten packets"


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
