"""What a label says, turned into elemental magnesium: the weight of magnesium alone, in milligrams (mg) a day.

A form whose percent depends on its hydrate has a range, and every result is then a range too. Nothing here knows a form
or a life stage: the caller passes their figures, which carry their own sources. What cannot be a dose: `DoseError`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

MG_PER_UNIT = {"mg": Decimal(1), "g": Decimal(1000)}
MOST_MG_A_DAY = Decimal(20_000)
TOO_MUCH = (
    f"More than {MOST_MG_A_DAY:,} mg a day is too much for a daily supplement. Check the number and its unit, mg or g. "
    "If it is right, take no more and ask a doctor or pharmacist today."
)
MOST_TIMES_A_DAY = 24
LONGEST_NUMBER = 12  # characters
NUMBER = re.compile(r"[-\u2212]?([0-9]+|[1-9][0-9]{0,2}(,[0-9]{3})+|(?=\.))(\.[0-9]+)?")


class DoseError(ValueError):
    """An entry that cannot be a dose. The message says why in words for a reader; `field` says where it was typed."""

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.message, self.field = message, field


def positive(value: Decimal | int, field: str) -> Decimal:
    """Give `value` as a Decimal. Raises DoseError(field) unless it is a finite number, not a float, and above 0."""
    if not isinstance(value, Decimal | int) or not Decimal(value).is_finite():
        raise DoseError("Write a number in digits, such as 400.", field)
    if value <= 0:
        raise DoseError("Write a number above 0.", field)
    return Decimal(value)


class Standing(StrEnum):
    """Where an intake stands against an upper limit. `NO_LIMIT`: none was set, which does not mean that all is safe."""

    WITHIN = "within"
    MAY_BE_ABOVE = "may-be-above"
    ABOVE = "above"
    NO_LIMIT = "no-limit"


@dataclass(frozen=True)
class Milligrams:
    """A range in mg, `low` to `high`; the two are equal where the figure is known."""

    low: Decimal
    high: Decimal

    def __add__(self, other: "Milligrams") -> "Milligrams":
        return Milligrams(self.low + other.low, self.high + other.high)


@dataclass(frozen=True)
class Share:
    """Percent of a compound's weight that is magnesium: above 0, at most 100, or else DoseError("share")."""

    low: Decimal
    high: Decimal

    def __post_init__(self) -> None:
        if not positive(self.low, "share") <= positive(self.high, "share") <= 100:
            raise DoseError("A share is a range of percent, lower figure first, at most 100.", "share")


ELEMENTAL = Share(Decimal(100), Decimal(100))  # of a label that states the magnesium itself


@dataclass(frozen=True)
class Product:
    """One product as taken: `amount_mg` of what its label states, in mg, and how often a day.

    Where the label states the magnesium itself, `share` is `ELEMENTAL`. Times are whole numbers, because a limit is for
    one day. More than 20,000 mg a day is refused: weak salts need about 3,400 mg for 200 mg of magnesium, so more is
    nearly always g typed for mg. Raises DoseError("amount") or DoseError("times_a_day").
    """

    amount_mg: Decimal
    share: Share
    times_a_day: Decimal | int = 1

    def __post_init__(self) -> None:
        amount, times = positive(self.amount_mg, "amount"), positive(self.times_a_day, "times_a_day")
        if times > MOST_TIMES_A_DAY or times != times.to_integral_value():
            raise DoseError(f"Write how many times a day, a whole number from 1 to {MOST_TIMES_A_DAY}.", "times_a_day")
        if amount > MOST_MG_A_DAY or amount * times > MOST_MG_A_DAY:
            raise DoseError(TOO_MUCH, "amount")

    @property
    def elemental(self) -> Milligrams:
        """Magnesium a day from this product, in mg, not rounded."""
        a_day = self.amount_mg * self.times_a_day
        return Milligrams(a_day * self.share.low / 100, a_day * self.share.high / 100)


@dataclass(frozen=True)
class Limit:
    """A published upper limit for adults, in mg of elemental magnesium a day from supplements, food not counted."""

    country: str
    upper_mg: int
    source: str


US_LIMIT = Limit("United States", 350, "iom-1997")
UK_LIMIT = Limit("United Kingdom", 400, "nhs-magnesium")
EU_LIMIT = Limit("European Union", 250, "scf-2001")
LIMITS = (US_LIMIT, UK_LIMIT, EU_LIMIT)


@dataclass(frozen=True)
class Assessment:
    """What an intake means at a life stage, and marks on a bar of `bar_mg` to draw it, in percent of its length."""

    standing: Standing
    rda_percent_low: Decimal
    rda_percent_high: Decimal
    bar_mg: int
    bar_low: Decimal
    bar_high: Decimal
    bar_rda: Decimal
    bar_upper: Decimal | None


def read_number(text: str, field: str) -> Decimal:
    """Read a number as people type it: 400, 1.5, .5, 1,000 or -1. Anything else raises DoseError(field)."""
    text = text.strip()
    if len(text) > LONGEST_NUMBER or not NUMBER.fullmatch(text):
        raise DoseError("Write a number in digits, with a point for decimals, such as 400 or 1.5.", field)
    return Decimal(text.replace(",", "").replace("\u2212", "-"))


def read_mg(text: str, unit: str) -> Decimal:
    """Read an amount in `unit`, mg or g, as mg. Raises DoseError("amount") or DoseError("unit")."""
    if unit not in MG_PER_UNIT:
        raise DoseError("Choose mg or g, as the label says.", "unit")
    return read_number(text, "amount") * MG_PER_UNIT[unit]


def intake(products: Iterable[Product]) -> Milligrams:
    """Magnesium a day from all products together, in mg, not rounded."""
    return sum((product.elemental for product in products), Milligrams(Decimal(0), Decimal(0)))


def compound_for(elemental_mg: Decimal, share: Share) -> Milligrams:
    """How many mg of a compound hold `elemental_mg` of magnesium. Raises DoseError("amount") unless that is above 0."""
    hundredfold = positive(elemental_mg, "amount") * 100
    return Milligrams(hundredfold / share.high, hundredfold / share.low)


def whole(number: Decimal) -> int:
    """Round for display, halves up: what people expect, and 350.5 mg is never shown as 350, as half to even would."""
    return int(number.to_integral_value(ROUND_HALF_UP))


def standing(taken: Milligrams, upper_mg: int | None) -> Standing:
    """Compare an intake with a limit, both as the whole mg that a reader sees; at the limit is within it."""
    if upper_mg is None:
        return Standing.NO_LIMIT
    if whole(taken.low) > upper_mg:
        return Standing.ABOVE
    return Standing.MAY_BE_ABOVE if whole(taken.high) > upper_mg else Standing.WITHIN


def assess(taken: Milligrams, rda_mg: int, upper_mg: int | None) -> Assessment:
    """Judge an intake from supplements by a life stage's limit for supplements and its RDA, in mg a day.

    The RDA (for infants an adequate intake) is above 0, and counts food as well. Its percents are not rounded.
    """
    marks = (taken.low, taken.high, rda_mg, upper_mg)
    bar_mg = int(max(mark or 0 for mark in marks) // 100 + 1) * 100  # so that no mark lies at the very end
    bar = (None if mark is None else round(Decimal(mark) * 100 / bar_mg, 1) for mark in marks)
    return Assessment(standing(taken, upper_mg), taken.low * 100 / rda_mg, taken.high * 100 / rda_mg, bar_mg, *bar)
