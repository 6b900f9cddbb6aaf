"""Bar charts drawn on the server from the rows that the page shows as a table as well. Without Django."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

WIDTH, STEP = 320, 40  # of a chart and from one bar to the next, in units of its view box
MOST_FOODS = 12


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its value in words, and where it and its uncertain part end, in percent of a full bar."""

    label: str
    words: str
    low: Decimal | int
    high: Decimal | int
    place: int  # from 0, the first on top

    @property
    def y(self) -> int:
        return self.place * STEP

    @property
    def sure(self) -> Decimal:
        return to_units(self.low)

    @property
    def unsure(self) -> Decimal:
        return to_units(self.high) - self.sure


@dataclass(frozen=True)
class Chart:
    title: str
    description: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return len(self.bars) * STEP


def to_units(percent: Decimal | int) -> Decimal:
    """The end of a bar in units of the chart, kept inside it."""
    return round(min(Decimal(percent), Decimal(100)) * WIDTH / 100, 1)


def share_chart(forms: Iterable) -> Chart:
    """How much of each form is magnesium, most first; a full bar would be pure magnesium."""
    forms = sorted(forms, key=lambda form: (-form.elemental_percent, form.name))
    bars = [
        Bar(short(form.name), range_in_words(form), form.elemental_low, form.elemental_high, place)
        for place, form in enumerate(forms)
    ]
    told = "Bars of the share of magnesium in each form, by weight. A full bar would be pure magnesium."
    return Chart("How much of each form is magnesium", f"{told} {ends(bars)}".strip(), bars)


def food_chart(foods: Iterable) -> Chart:
    """The foods with most magnesium in a serving, against the daily value; a full bar would be all of it."""
    most = sorted(foods, key=lambda food: (-food.magnesium_mg, food.name))[:MOST_FOODS]
    bars = [
        Bar(food.name, f"{food.daily_value_percent}%", food.daily_value_percent, food.daily_value_percent, place)
        for place, food in enumerate(most)
    ]
    told = "Bars of the share of a day’s 420 mg that is in one serving of each food. A full bar would be the whole day."
    return Chart(f"The {len(bars)} foods with most magnesium", f"{told} {ends(bars)}".strip(), bars)


def short(name: str) -> str:
    """Citrate, of Magnesium citrate; and nothing in brackets, for a label has little room."""
    name = name.removeprefix("Magnesium ").partition(" (")[0]
    return name[:1].upper() + name[1:]


def range_in_words(form) -> str:
    if form.elemental_low == form.elemental_high:
        return f"{form.elemental_percent}%"
    return f"{form.elemental_low} to {form.elemental_high}%"


def ends(bars: Sequence[Bar]) -> str:
    """The longest and the shortest bar in words."""
    if len(bars) < 2:
        return ""
    return f"The longest is {bars[0].label}, {bars[0].words}; the shortest is {bars[-1].label}, {bars[-1].words}."
