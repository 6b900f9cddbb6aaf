"""Bars that are drawn from the data: their order, their ends, and what is said of them."""

from decimal import Decimal
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from supplements.charts import MOST_FOODS, STEP, WIDTH, Bar, food_chart, share_chart

PERCENT = st.decimals(Decimal("0.1"), 100, places=1)


def form(name, low, typical, high):
    figures = [Decimal(str(figure)) for figure in (low, typical, high)]
    return SimpleNamespace(name=name, elemental_low=figures[0], elemental_percent=figures[1], elemental_high=figures[2])


def food(name, mg):
    return SimpleNamespace(name=name, magnesium_mg=mg, daily_value_percent=round(mg / 4.2))


def test_forms_are_drawn_with_most_first_and_a_range_where_there_is_one():
    chart = share_chart([form("Magnesium citrate", 11.3, 16.2, 16.2), form("Magnesium oxide (magnesia)", 60, 60, 60)])
    assert [(bar.label, bar.words, bar.y) for bar in chart.bars] == [
        ("Oxide", "60%", 0),
        ("Citrate", "11.3 to 16.2%", STEP),
    ]
    assert chart.bars[0].unsure == 0
    assert chart.bars[1].sure + chart.bars[1].unsure == round(Decimal("0.162") * WIDTH, 1)
    assert chart.height == 2 * STEP
    assert "Oxide, 60%" in chart.description
    assert "Citrate, 11.3 to 16.2%" in chart.description


def test_only_the_foods_with_most_are_drawn():
    chart = food_chart([food(f"Food {n:02}", n) for n in range(1, 30)])
    assert len(chart.bars) == MOST_FOODS
    assert [bar.label for bar in chart.bars[:2]] == ["Food 29", "Food 28"]
    assert chart.bars[0].unsure == 0


def test_without_rows_there_is_nothing_to_draw():
    assert share_chart([]).bars == food_chart([]).bars == []


@given(PERCENT, PERCENT)
def test_a_bar_stays_inside_its_chart(one, other):
    bar = Bar("x", "x", min(one, other), max(one, other), 0)
    assert 0 <= bar.sure <= bar.sure + bar.unsure <= WIDTH
    assert abs(bar.sure - min(one, other) * WIDTH / 100) <= Decimal("0.05")
