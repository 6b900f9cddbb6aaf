"""What the benchmark makes of its figures; what it measures is looked at by people."""

import pytest

from tests.bench.pairs import Ratio, in_turn, ratio
from tests.bench.report import BEGIN, END, Row, table, write


def test_a_ratio_is_the_median_of_the_pairs_and_tells_its_extremes():
    found = ratio([(2, 4), (9, 3), (1, 1)])
    assert found.median == 1
    assert str(found) == "1.00 (0.50 to 3.00)"


def test_pairs_take_turns_and_keep_their_places():
    order = []

    def first():
        order.append("first")
        return 1

    def second():
        order.append("second")
        return 2

    assert in_turn(3, first, second) == [(1, 2)] * 3
    assert order == ["first", "second", "second", "first", "first", "second"]


def test_a_table_says_what_was_missed():
    rows = [Row("a", str(Ratio((1.0,))), "≤ 2", reached=True), Row("b", "9", "≤ 2", reached=False), Row("c", "1")]
    assert [line.split("|")[4].strip() for line in table(rows).splitlines()[2:]] == ["yes", "**no**", ""]


def test_only_what_is_between_the_marks_is_replaced(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write(readme, r"new \1")
    assert readme.read_text() == f"before\n{BEGIN}\nnew \\1\n{END}\nafter\n"


def test_a_readme_without_marks_is_left_alone(tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text("words")
    with pytest.raises(ValueError, match="lacks"):
        write(readme, "new")
    assert readme.read_text() == "words"
