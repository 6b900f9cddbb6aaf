"""What the label says, in magnesium: the sums, what is refused, and where a limit begins."""

from contextlib import suppress
from dataclasses import FrozenInstanceError, astuple
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from supplements.dose import (
    ELEMENTAL,
    EU_LIMIT,
    LIMITS,
    MOST_MG_A_DAY,
    UK_LIMIT,
    US_LIMIT,
    DoseError,
    Milligrams,
    Product,
    Share,
    Standing,
    assess,
    compound_for,
    intake,
    read_mg,
    read_number,
    standing,
    whole,
)


def exactly(percent):
    return Share(Decimal(percent), Decimal(percent))


def mg(low, high=None):
    return Milligrams(Decimal(low), Decimal(high or low))


OXIDE, LACTATE, CITRATE = exactly("60.3"), exactly("12.0"), Share(Decimal("11.3"), Decimal("16.2"))

percents = st.decimals("0.1", "100", places=1)
shares = st.tuples(percents, percents).map(sorted).map(lambda pair: Share(*pair))
amounts = st.decimals("0.01", "800", places=2)
times = st.integers(1, 24)
products = st.builds(Product, amounts, shares, times)
intakes = st.lists(products, max_size=5).map(intake)
rdas = st.integers(30, 420)
limits = st.none() | st.integers(65, 400)


@pytest.mark.parametrize(
    ("compound_mg", "percent", "elemental_mg"),
    [
        ("400", "60.3", "241"),
        ("404.85", "12.0", "48.6"),  # the anhydrous percent: the dihydrate's 10.2 would give 41.3
        ("1000", "14.1", "141"),
        ("2000", "8.3", "166"),  # the monohydrate's 7.8 gives 156, nearer to the 145-165 of labels
        ("2000", "7.8", "156"),
        ("100", "12.0", "12"),
    ],
)
def test_known_labels_come_out_as_published(compound_mg, percent, elemental_mg):
    found = Product(Decimal(compound_mg), exactly(percent)).elemental
    assert found.low == found.high
    assert found.low.quantize(Decimal(elemental_mg)) == Decimal(elemental_mg)


@pytest.mark.parametrize(
    ("percent", "grams"),
    [
        ("14.1", "1.42"),  # glycinate
        ("15.5", "1.29"),  # malate
        ("12.0", "1.67"),  # chloride hexahydrate
        ("60.3", "0.33"),  # oxide
        ("28.8", "0.69"),  # carbonate
    ],
)
def test_the_compound_that_holds_200_mg(percent, grams):
    assert (compound_for(Decimal(200), exactly(percent)).high / 1000).quantize(Decimal("0.01")) == Decimal(grams)


@pytest.mark.parametrize(
    ("percent", "grams"),
    [("16.2", "1.24"), ("8.9", "2.24"), ("5.9", "3.41"), ("7.3", "2.75")],  # citrate, taurate, gluconate, orotate
)
def test_published_weights_made_with_unrounded_percents_agree_within_a_rounded_percent(percent, grams):
    half_a_step = Decimal("0.05")
    share = Share(Decimal(percent) - half_a_step, Decimal(percent) + half_a_step)
    least, most = (round(mg / 1000, 2) for mg in astuple(compound_for(Decimal(200), share)))
    assert least <= Decimal(grams) <= most


def test_a_share_that_depends_on_the_hydrate_gives_a_range():
    assert Product(Decimal(1000), CITRATE, 2).elemental == mg(226, 324)
    needed = compound_for(Decimal(200), CITRATE)
    assert (whole(needed.low), whole(needed.high)) == (1235, 1770)


def test_a_label_that_states_magnesium_is_taken_at_its_word():
    assert Product(Decimal(200), ELEMENTAL, 2).elemental == mg(400)


def test_products_add_up_and_none_is_nothing():
    both = [Product(Decimal(400), OXIDE), Product(Decimal(1000), CITRATE)]
    assert intake(both) == mg("354.2", "403.2")
    assert intake([]) == mg(0)


@given(amounts, shares, times)
def test_compound_to_magnesium_and_back(amount, share, often):
    found = Product(amount, share, often).elemental
    assert abs(compound_for(found.low, share).high / often - amount) < Decimal("1e-9")
    assert abs(compound_for(found.high, share).low / often - amount) < Decimal("1e-9")


@given(amounts, percents)
def test_magnesium_to_compound_and_back(elemental, percent):
    needed = compound_for(elemental, exactly(percent))
    assume(needed.high <= MOST_MG_A_DAY)
    assert abs(Product(needed.high, exactly(percent)).elemental.low - elemental) < Decimal("1e-9")


@given(products)
def test_a_range_runs_upwards_and_never_exceeds_the_compound(product):
    found = product.elemental
    assert 0 < found.low <= found.high <= product.amount_mg * product.times_a_day
    assert compound_for(found.low, product.share).low <= compound_for(found.low, product.share).high


@given(amounts, amounts, shares, times)
def test_more_of_it_is_never_less_magnesium(one, other, share, often):
    less, more = (Product(amount, share, often).elemental for amount in sorted([one, other]))
    assert less.low <= more.low
    assert less.high <= more.high


@given(amounts, shares, st.integers(1, 23))
def test_more_often_is_more_magnesium(amount, share, often):
    less, more = Product(amount, share, often).elemental, Product(amount, share, often + 1).elemental
    assert less.low < more.low
    assert less.high < more.high


@given(amounts, amounts, shares, times)
def test_two_amounts_of_one_form_are_their_sum(one, other, share, often):
    assume((one + other) * often <= MOST_MG_A_DAY)
    separate = intake([Product(one, share, often), Product(other, share, often)])
    assert separate == Product(one + other, share, often).elemental


@given(amounts, shares, times)
def test_several_times_a_day_is_the_same_as_several_products(amount, share, often):
    assert intake([Product(amount, share)] * often) == Product(amount, share, often).elemental


@given(st.lists(products, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_products_does_not_matter(several, random):
    assert intake(random.sample(several, len(several))) == intake(several)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("400", "400"),
        (" 1.5 ", "1.5"),
        (".5", "0.5"),
        ("0400", "400"),
        ("1,000", "1000"),
        ("12,345.6", "12345.6"),
        ("-3", "-3"),
        ("\N{MINUS SIGN}3", "-3"),
    ],
)
def test_numbers_are_read_as_people_type_them(text, number):
    assert read_number(text, "amount") == Decimal(number)


NO_NUMBERS = [
    "",
    " ",
    "lots",
    "400 mg",
    "1,5",
    "0,500",
    "1,00",
    "1.",
    "1.2.3",
    "--1",
    "1e3",
    "1_000",
    "0x10",
    "½",
    "٤٠٠",
]
NO_NUMBERS += ["NaN", "sNaN", "-nan", "Infinity", "-inf", "1\x00", "1\n2", "9" * 13, "9" * 70_000, "-", ".", ","]


@pytest.mark.parametrize("text", NO_NUMBERS, ids=lambda text: ascii(text[:12]))
def test_what_is_no_number_is_refused_beside_its_field(text):
    with pytest.raises(DoseError, match="number in digits") as refusal:
        read_number(text, "times_a_day")
    assert refusal.value.field == "times_a_day"
    assert refusal.value.message == str(refusal.value)


@given(st.text(max_size=20) | st.text("0123456789.,-eNaInf_ ", max_size=15))
def test_any_text_is_a_finite_number_or_refused(text):
    with suppress(DoseError):
        assert read_number(text, "amount").is_finite()


@given(st.decimals("0", "99999", places=3))
def test_a_number_written_out_is_read_back(number):
    assert read_number(f"{number:,f}", "amount") == read_number(f"{number:f}", "amount") == number


def test_amounts_are_in_mg_or_g():
    assert read_mg("1.5", "g") == read_mg("1,500", "mg") == 1500


@pytest.mark.parametrize(("text", "unit", "field"), [("1", "kg", "unit"), ("1", "", "unit"), ("x", "g", "amount")])
def test_an_amount_in_another_unit_or_none_is_refused(text, unit, field):
    with pytest.raises(DoseError) as refusal:
        read_mg(text, unit)
    assert refusal.value.field == field


BAD = [
    Decimal(0),
    Decimal("-0"),
    Decimal(-1),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("-Infinity"),
]
BAD += [0, -1, 1.5, float("nan"), "1", None]


@pytest.mark.parametrize("bad", BAD, ids=repr)
@pytest.mark.parametrize(
    ("field", "use"),
    [
        ("amount", lambda bad: Product(bad, OXIDE)),
        ("times_a_day", lambda bad: Product(Decimal(1), OXIDE, bad)),
        ("amount", lambda bad: compound_for(bad, OXIDE)),
        ("share", lambda bad: Share(bad, Decimal(1))),
        ("share", lambda bad: Share(Decimal(1), bad)),
    ],
    ids=["amount", "times", "compound", "low share", "high share"],
)
def test_only_a_finite_number_above_zero_is_an_amount(bad, field, use):
    with pytest.raises(DoseError, match="Write a number") as refusal:
        use(bad)
    assert refusal.value.field == field


@pytest.mark.parametrize("pair", [("2", "1"), ("1", "100.1"), ("101", "102"), ("1", "1e999999")])
def test_a_share_is_at_most_the_whole_and_runs_upwards(pair):
    with pytest.raises(DoseError) as refusal:
        Share(*map(Decimal, pair))
    assert refusal.value.field == "share"


@pytest.mark.parametrize("often", [Decimal("1.5"), Decimal("0.5"), 25, Decimal("1e999999"), Decimal("1e-999999")])
def test_times_a_day_is_a_small_whole_number(often):
    with pytest.raises(DoseError, match="from 1 to 24") as refusal:
        Product(Decimal(1), OXIDE, often)
    assert refusal.value.field == "times_a_day"


@pytest.mark.parametrize(("amount", "often"), [("20000.01", 1), ("10000.01", 2), ("400000", 1), ("1e999999", 24)])
def test_an_absurd_amount_is_refused_with_what_to_do(amount, often):
    with pytest.raises(DoseError, match=r"20,000 mg a day.*mg or g.*doctor or pharmacist") as refusal:
        Product(Decimal(amount), OXIDE, often)
    assert refusal.value.field == "amount"


def test_the_largest_amount_that_is_accepted():
    assert Product(MOST_MG_A_DAY / 2, ELEMENTAL, Decimal(2)).elemental == mg(20_000)


def test_a_product_cannot_be_changed_past_its_checks():
    with pytest.raises(FrozenInstanceError):
        Product(Decimal(1), OXIDE).amount_mg = Decimal(-1)


@pytest.mark.parametrize(("number", "shown"), [("0.4", 0), ("0.5", 1), ("241.2", 241), ("350.5", 351), ("349.49", 349)])
def test_halves_are_shown_rounded_up(number, shown):
    assert whole(Decimal(number)) == shown


@pytest.mark.parametrize(
    ("taken", "upper_mg", "expected"),
    [
        (mg(0), 350, Standing.WITHIN),
        (mg(350), 350, Standing.WITHIN),
        (mg("350.49"), 350, Standing.WITHIN),  # shown as 350
        (mg("350.5"), 350, Standing.ABOVE),  # shown as 351
        (mg(300, "350.4"), 350, Standing.WITHIN),
        (mg(350, 351), 350, Standing.MAY_BE_ABOVE),
        (mg(351, 500), 350, Standing.ABOVE),
        (mg(5000), None, Standing.NO_LIMIT),
        (mg(66), 65, Standing.ABOVE),
    ],
)
def test_standing_against_a_limit(taken, upper_mg, expected):
    assert standing(taken, upper_mg) == expected
    assert assess(taken, 100, upper_mg).standing == expected


@given(intakes, products, st.integers(65, 400))
def test_one_more_product_never_stands_better(taken, product, upper_mg):
    order = [Standing.WITHIN, Standing.MAY_BE_ABOVE, Standing.ABOVE]
    more = taken + product.elemental
    assert order.index(standing(taken, upper_mg)) <= order.index(standing(more, upper_mg))


def test_the_published_limits_name_their_sources():
    assert [astuple(limit)[1:] for limit in LIMITS] == [
        (350, "iom-1997"),
        (400, "nhs-magnesium"),
        (250, "scf-2001"),
    ]
    places = {limit: standing(mg(300, 375), limit.upper_mg) for limit in LIMITS}
    assert places == {
        US_LIMIT: Standing.MAY_BE_ABOVE,
        UK_LIMIT: Standing.WITHIN,
        EU_LIMIT: Standing.ABOVE,
    }


def test_an_assessment_in_figures():
    found = assess(mg(210, 420), rda_mg=420, upper_mg=350)
    assert (found.rda_percent_low, found.rda_percent_high) == (50, 100)
    assert (found.bar_mg, found.bar_low, found.bar_high, found.bar_rda, found.bar_upper) == (500, 42, 84, 84, 70)


def test_without_a_limit_the_bar_has_no_mark_for_it():
    found = assess(mg(0), rda_mg=30, upper_mg=None)
    assert (found.bar_mg, found.bar_low, found.bar_rda, found.bar_upper) == (100, 0, 30, None)


@given(intakes, rdas, limits)
def test_every_mark_lies_on_the_bar(taken, rda_mg, upper_mg):
    found = assess(taken, rda_mg, upper_mg)
    assert found.bar_mg % 100 == 0
    assert 0 <= found.bar_low <= found.bar_high <= 100
    assert 0 < found.bar_rda <= 100
    assert (found.bar_upper is None) == (upper_mg is None)
    assert upper_mg is None or 0 < found.bar_upper <= 100
    assert found.rda_percent_low <= found.rda_percent_high
