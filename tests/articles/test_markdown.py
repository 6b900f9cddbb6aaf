"""Markdown in, safe HTML out, whatever it is fed."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles import markdown
from articles.markdown import Unrenderable, render, render_with_deadline

FIGURE = {"arm": {"src": "/media/arm.png", "alt": "An arm", "width": 4, "height": 3, "caption": "Where it twitches"}}


def html(text, **names):
    return render([text], **names).html[0]


def test_citations_are_numbered_in_reading_order_across_texts():
    rendered = render(["B.[^b]", "A.[^a] B again.[^b]"], {"a", "b"})
    assert rendered.cited == ["b", "a"]
    assert 'href="#source-1"' in rendered.html[0]
    assert [m[1] for m in re.finditer(r'href="#source-(\d)"', rendered.html[1])] == ["2", "1"]
    assert rendered.html[1].count('id="cite-1"') == 0, "the first mention holds the anchor"


def test_an_unknown_key_is_reported_and_left_as_typed():
    rendered = render(["Text.[^nobody]"])
    assert rendered.unknown == ["nobody"]
    assert "[^nobody]" in rendered.html[0]


def test_footnotes_and_citations_live_together():
    rendered = render(["A.[^a] Note.[^1]\n\n[^1]: An aside."], {"a"})
    assert (rendered.cited, rendered.unknown) == (["a"], [])
    assert "An aside." in rendered.html[0]


def test_a_table_scrolls_has_a_caption_and_scoped_headers():
    text = "Table: Forms\n\n| Form | Share |\n|---|--:|\n| Oxide | 60 |"
    page = html(text)
    assert '<caption id="table-1">Forms</caption>' in page
    assert '<th scope="row">Oxide</th>' in page
    assert 'class="align-right"' in page
    assert 'role="region"' in page
    assert "style=" not in page
    assert "align=" not in page


def test_contents_hold_the_second_level_only():
    rendered = render(["# One\n\n## Two & three\n\n### Four"])
    assert rendered.contents == [("s-one", "One"), ("s-two-three", "Two & three")]
    assert "<h1" not in rendered.html[0]


def test_a_figure_has_its_size_and_caption():
    page = html("![](arm)", figures=FIGURE)
    assert 'alt="An arm"' in page
    assert 'width="4"' in page
    assert "<figcaption>Where it twitches</figcaption>" in page


@pytest.mark.parametrize("text", ["![](leg)", "Here ![](arm) it is.", "![](https://elsewhere.example/x.png)"])
def test_a_figure_that_is_not_there_is_reported(text):
    rendered = render([text], figures=FIGURE)
    assert rendered.missing
    assert "<img" not in rendered.html[0]


@pytest.mark.parametrize("kind", markdown.KINDS)
def test_admonitions(kind):
    assert f'class="admonition {kind}"' in html(f'!!! {kind} "Title"\n    Text.')


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<div hx-get="/x" data-hx-get="/y">z</div>',
        "[a](javascript:alert(1))",
        "[a](data:text/html,x)",
        "<style>p{}</style>",
        '<a href="x" style="y" class="brand">z</a>',
        "![x](javascript:x)",
        "[a](x 'onclick=y')",
        "<!-- comment --> <![CDATA[ x ]]>",
        "<svg/onload=alert(1)>",
    ],
)
def test_nothing_that_acts_survives(text):
    assert_harmless(html(text))


class Harm(HTMLParser):
    def handle_starttag(self, tag, attrs):
        assert tag in markdown.TAGS, tag
        for name, value in attrs:
            assert not name.startswith(("on", "hx-", "data-", "style")), name
            assert not (name == "href" and re.match(r"\s*(javascript|data|vbscript):", value or "", re.IGNORECASE)), (
                value
            )
            if name == "class":
                assert set(value.split()) <= set().union(*markdown.CLASSES.values()), value


def assert_harmless(page):
    Harm().feed(page)


NASTY = [
    "<",
    ">",
    "[",
    "](",
    ")",
    "[^a]",
    "!",
    "|",
    "\n",
    "\n\n",
    "    ",
    "#",
    "*",
    "`",
    "&",
    '"',
    "'",
    "javascript:",
    "<script>",
]
NASTY += [
    "onload=",
    "hx-get=",
    "<svg",
    ":   ",
    "!!! note",
    "Table: ",
    "-",
    "1. ",
    "x",
    "é",
    "\u202e",
    "---|---",
    "[^1]: ",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(NASTY), max_size=40).map("".join))
def test_any_mixture_of_marks_renders_harmlessly(text):
    assert_harmless(html(text, references={"a"}))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_any_text_renders_harmlessly(text):
    assert_harmless(html(text))


@pytest.mark.parametrize(
    "text",
    ["[" * 6000, "![](" * 5000, "[a](" * 8000, "\n".join(["## h"] * 9000)],
    ids=["brackets", "images", "links", "headings"],
)
def test_a_text_that_takes_too_long_is_refused(text, monkeypatch):
    monkeypatch.setattr(markdown, "DEADLINE", 0.5)
    with pytest.raises(Unrenderable):
        render_with_deadline([text])


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(Unrenderable, match="too long"):
        render_with_deadline(["x" * (markdown.LONGEST + 1)])


def test_a_text_that_nests_too_deeply_is_refused_and_not_a_crash():
    with pytest.raises(Unrenderable, match="deeply"):
        render(["- " * 900 + "x"])


def test_the_child_process_gives_the_same_page():
    texts, known = ["A.[^a]", "## B\n\n![](arm)"], {"a"}
    assert json.dumps(render_with_deadline(texts, known, FIGURE).html) == json.dumps(render(texts, known, FIGURE).html)


def test_a_lone_surrogate_is_refused():
    with pytest.raises(Unrenderable):
        render_with_deadline(["\ud800"])
