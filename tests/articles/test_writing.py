"""Texts of every kind come back from the files that hold them: the same but for line ends and blank space around."""

import csv
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from articles.seeding import as_toml, in_order, kept, write_csv
from articles.seeding.reading import parts_of
from articles.seeding.writing import article_text, tidied

texts = st.text("ab +-\r\n\t\v\f\\\"'=#[]{}<>&|,;é\x01\x1f\x7f\x85\xa0\u2028\u202e\u0301\ufeffש🙂", max_size=40)
lines = st.lists(st.sampled_from(["+++", "+++ ", "\t+++", "", "words", '"""', "\\", "+", "=1"]) | texts, max_size=8)
nasty = st.one_of(texts, lines.map("\n".join), lines.map("\r\n".join))


@settings(max_examples=150)
@given(nasty, nasty, nasty, nasty, nasty)
def test_an_article_comes_back_from_its_file(title, quick_answer, answer, alt, body):
    front = {"title": title, "quick_answer": quick_answer, "faqs": [{"answer": answer}], "figures": [{"alt": alt}]}
    text = article_text(front, body)
    found, found_body = parts_of(text)
    assert found_body == tidied(body)
    assert found["quick_answer"].strip() == tidied(quick_answer)
    assert found["faqs"][0]["answer"].strip() == tidied(answer)
    assert (found["title"], found["figures"]) == (tidied(title), [{"alt": tidied(alt)}])
    assert article_text(found, found_body) == text


@settings(max_examples=100)
@given(
    st.lists(
        st.dictionaries(st.sampled_from(["slug", "words", "list"]), nasty | st.lists(nasty, max_size=3), min_size=1),
        max_size=4,
    )
)
def test_rows_come_back_from_toml(rows):
    assert tomllib.loads(as_toml({"rows": rows}))["rows"] == tidied(rows)


@settings(max_examples=100)
@given(st.lists(st.tuples(nasty, nasty), max_size=4))
def test_rows_come_back_from_csv(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    write_csv(path, ["one", "two"], [dict(zip(("one", "two"), row, strict=True)) for row in rows])
    with path.open(encoding="utf-8", newline="") as file:
        found = [(row["one"], row["two"]) for row in csv.DictReader(file, strict=True)]
    assert found == [(tidied(one), tidied(two)) for one, two in rows]


def test_a_file_is_pleasant_to_edit():
    text = article_text({"title": "Toes", "quick_answer": "One.\r\nTwo.", "related": ["a"]}, "## Why?\r\n\r\nSo.\r\n")
    assert text == (
        '+++\ntitle = "Toes"\nquick_answer = """\nOne.\nTwo.\n"""\nrelated = [\n    "a",\n]\n+++\n\n## Why?\n\nSo.\n'
    )


def test_a_position_is_named_only_where_the_order_does_not_give_it():
    rows = [{"slug": "a", "position": 0}, {"slug": "b", "position": 7}, {"slug": "c", "position": 2}]
    assert in_order(rows) == [{"slug": "a"}, {"slug": "b", "position": 7}, {"slug": "c"}]


def test_links_to_what_is_not_live_are_left_out_and_named():
    warnings = []
    assert kept(["b", "gone", "a"], {"a", "b", "c"}, "article x", warnings) == ["a", "b"]
    assert len(warnings) == 1
    assert "gone" in warnings[0]
