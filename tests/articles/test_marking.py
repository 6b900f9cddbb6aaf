"""Terms of the glossary marked in clean HTML: the words stay, and no mark stands where it must not."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.markdown import KINDS, LEVELS, render, render_with_deadline
from articles.marking import Marker
from tests.articles.test_markdown import NASTY

NEVER_INSIDE = {"a", "h1", "h2", "h3", "h4", "h5", "h6", "code", "pre", "button", "th", "caption", "figcaption", "sup"}
BUTTON = re.compile(r'<button type="button" class="term" popovertarget="term-[\w-]+">|</button>')


def term(*names, slug=None):
    slug = slug or re.sub(r"\W+", "-", names[0].lower())
    return {"slug": slug, "name": names[0], "definition": f"What {names[0]} is.", "names": list(names)}


def marked(text, *terms):
    """The words that are marked in a text of Markdown, in order, each with its term."""
    html = "".join(render([text], {"a"}, terms=terms).html)
    return [
        (words, slug) for slug, words in re.findall(r'popovertarget="term-([\w-]+)">(.*?)</button>', html, re.DOTALL)
    ]


class Places(HTMLParser):
    """Reads where buttons stand, and the text."""

    def __init__(self, html):
        super().__init__()
        self.open, self.targets, self.text = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "button":
            assert not NEVER_INSIDE & set(self.open), self.open
            self.targets.append(dict(attrs)["popovertarget"])
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


WORDS = [
    "cramp",
    "Cramps",
    "CRAMP",
    "ALS",
    "als",
    "calf cramp",
    "open-label",
    "study",
    "\xe9",
    "e\u0301",
    "e",
    "’",
    "&amp;",
]
SPACES = [" ", "\n", "\xa0", "-", "\u2011", ".", ",", "'"]
BLOCKS = [
    "## ",
    "`",
    "**",
    "[",
    "](/x/)",
    "!!! tip\n    ",
    ":   ",
    "\n| a | b |\n|---|---|\n| ",
    " | ",
    "> ",
    "<",
    "&lt;",
]
TEXTS = st.lists(st.sampled_from([*WORDS, *SPACES, *BLOCKS, *NASTY]), max_size=40).map("".join)
NAMES = st.lists(st.sampled_from([*WORDS, *SPACES, "x", "\\", "(", "["]), min_size=1, max_size=4).map("".join)
TERMS = st.lists(NAMES.filter(str.strip), max_size=6, unique=True).map(
    lambda names: [term(name, slug=f"t{number}") for number, name in enumerate(names)]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=3), TERMS)
def test_marks_change_neither_text_nor_html_and_stand_where_they_may(texts, terms):
    plain, with_marks = render(texts, {"a"}), render(texts, {"a"}, terms=terms)
    page = Places("\n".join(with_marks.html))
    assert [BUTTON.sub("", html) for html in with_marks.html] == plain.html
    assert page.text == Places("\n".join(plain.html)).text
    assert len(set(page.targets)) == len(page.targets)
    assert page.targets == [f"term-{used['slug']}" for used in with_marks.terms]
    assert (with_marks.contents, with_marks.cited) == (plain.contents, plain.cited)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(min_size=1, max_size=8).filter(str.strip))
def test_any_text_and_any_name_are_harmless(text, name):
    assert [BUTTON.sub("", html) for html in render([text], terms=[term(name, slug="t")]).html] == render([text]).html


def test_the_first_use_is_marked_once_across_texts():
    rendered = render(["No such word.", "A cramp, and a cramp.", "Cramp."], terms=[term("cramp")])
    assert [html.count("<button") for html in rendered.html] == [0, 1, 0]
    assert rendered.terms == [{"slug": "cramp", "name": "cramp", "definition": "What cramp is."}]


@pytest.mark.parametrize(
    ("text", "names", "words"),
    [
        ("A CRAMP.", ["cramp"], "CRAMP"),
        ("(cramp’s)", ["cramp"], "cramp"),
        ("cramp[^a]", ["cramp"], "cramp"),
        ("**cramp**", ["cramp"], "cramp"),
        ("I *cramp* up", ["cramp"], "cramp"),
        ("als, then ALS", ["ALS"], "ALS"),
        ("an nmda receptor, an NMDA Receptor", ["NMDA receptor"], "NMDA Receptor"),
        ("calf\ncramp", ["calf cramp"], "calf\ncramp"),
        ("open‑label study", ["open-label study"], "open‑label study"),
        ("Parkinson's disease", ["Parkinson’s disease"], "Parkinson’s disease"),
        ("the Ménière test", ["Ménière"], "Ménière"),
        ("the Me\u0301nie\u0300re test", ["Ménière"], "Me\u0301nie\u0300re"),
        ("R&B", ["R&B"], "R&amp;B"),
    ],
)
def test_a_name_is_found_however_it_is_written(text, names, words):
    assert [found for found, _ in marked(text, term(*names))] == [words]


@pytest.mark.parametrize(
    "text",
    [
        "cramps",
        "encramp",
        "post-cramp",
        "cramp-like",
        "cramp\u0301",
        "*post*cramp",
        "cramp**s**",
        "cra**mp**",
        "[a cramp](/x/)",
        "`cramp`",
        "## A cramp",
        "    cramp",
        "a.[^1]\n\n[^1]: [cramp](/x/)",
        "| cramp | b |\n|---|---|\n| cramp | x |",
        "Table: cramp\n\n| a | b |\n|---|---|\n| c | d |",
        "cramp\n:   What it is.",
        *(f'!!! {kind} "A cramp"\n    Words.' for kind in [*KINDS, *LEVELS]),
    ],
)
def test_no_mark_stands_where_it_must_not(text):
    assert marked(text, term("cramp")) == []


def test_a_cell_a_list_and_a_box_are_text():
    for text in ("| a | b |\n|---|---|\n| c | cramp |", "- cramp", '!!! tip "Title"\n    A cramp.', "> cramp"):
        assert marked(text, term("cramp")), text


def test_the_longest_name_wins_and_nothing_is_marked_inside_it():
    terms = term("label"), term("open label study"), term("open label")
    assert marked("An open label study. Open label. Label.", *terms) == [
        ("open label study", "open-label-study"),
        ("Open label", "open-label"),
        ("Label", "label"),
    ]
    assert marked("An open label study, an open label study.", *terms) == [("open label study", "open-label-study")]


def test_a_mark_inside_a_figure_is_not_its_caption():
    figures = {"arm": {"src": "/a.png", "alt": "An arm", "width": 1, "height": 1, "caption": "A cramp"}}
    assert "<button" not in render(["![](arm)"], figures=figures, terms=[term("cramp")]).html[0]


def test_the_child_process_marks_the_same():
    terms = [term("cramp", "cramps")]
    assert render_with_deadline(["Cramps."], terms=terms) == render(["Cramps."], terms=terms)


def test_a_long_text_of_nothing_but_terms_takes_no_time():
    marker = Marker([term(f"cramp{number}") for number in range(200)])
    html = "<p>" + "<em>cramp1</em> cramp2 " * 10_000 + "</p>"
    assert marker.mark(html).count("<button") == 2
