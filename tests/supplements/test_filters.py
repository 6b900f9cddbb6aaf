"""The filter as an object: what it reads, says, and leaves."""

from itertools import product

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supplements.filters import COLUMNS, FACETS, SHOWN, SORTS, SupplementFilter, live_forms
from supplements.models import SupplementEdition, Use
from tests.factories import make_form

pytestmark = pytest.mark.django_db

VALUES = {facet: choices.values for facet, (_, choices) in FACETS.items()}
USES = ["sleep", "gut", "energy"]


def read(query):
    return SupplementFilter.from_query(QueryDict(query), Use.objects.all())


@pytest.fixture
def forms():
    """Every combination of a few values, so that each facet cuts across the others."""
    made = []
    for number, (route, gut, evidence) in enumerate(
        product(["oral", "topical"], ["gentle", "strong-laxative"], ["none", "limited"])
    ):
        uses = [use for bit, use in enumerate(USES) if number >> bit & 1]
        made.append(
            make_form(
                f"form-{number}",
                uses,
                route=route,
                gut=gut,
                evidence=evidence,
                bioavailability=VALUES["bioavailability"][number % 4],
                elemental_percent=f"{12 + number % 4}.0",
                elemental_low="10",
                elemental_high="30",
                cautions=f"Caution number {number}.",
                key_benefit="Contains zinc." if number % 3 == 0 else "Plain.",
            )
        )
    return made


chosen = st.fixed_dictionaries(
    {facet: st.lists(st.sampled_from(values), unique=True, max_size=2) for facet, values in VALUES.items()}
    | {
        "use": st.lists(st.sampled_from(USES), unique=True, max_size=2),
        "q": st.sampled_from(["", "zinc", "zinc plain", "CAUTION 1"]),
    }
    | {"sort": st.sampled_from(list(SORTS))}
)


def matches(form, asked, leave=""):
    """The same question in plain Python."""
    words = " ".join([form.name, form.formula, *form.texts]).casefold()
    if leave != "q" and not all(word.casefold() in words for word in asked["q"].split()):
        return False
    for facet in VALUES:
        if facet != leave and asked[facet] and getattr(form, facet) not in asked[facet]:
            return False
    uses = {use.slug for use in form.uses.all()}
    return leave == "use" or not asked["use"] or bool(uses & set(asked["use"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=chosen)
def test_filtering_and_counting_equal_a_plain_reference(forms, asked):
    query = QueryDict(mutable=True)
    for name, value in asked.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    filter_ = SupplementFilter.from_query(query, Use.objects.all())
    rows = list(filter_.apply(live_forms().for_table()))
    assert {row.pk for row in rows} == {form.pk for form in forms if matches(form, asked)}
    counts = filter_.count(live_forms())
    assert (counts.shown, counts.total) == (len(rows), len(forms))
    for facet in filter_.facets(counts):
        name = facet["name"]
        for choice in facet["choices"]:
            has = [form for form in forms if matches(form, asked | {name: [choice["value"]]})]
            assert choice["count"] == len(has), (name, choice["value"])
    for title, count, without in filter_.ways_out(counts):
        assert count == len(list(without.apply(live_forms()))), title


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=chosen, facet=st.sampled_from(list(VALUES)))
def test_one_value_more_in_a_facet_never_shows_fewer_cautions(forms, client, asked, facet):
    for value in set(VALUES[facet]) - set(asked[facet]):
        if not asked[facet]:
            continue
        before = client.get("/supplements/", asked).context["rows"]
        after = client.get("/supplements/", asked | {facet: [*asked[facet], value]}).context["rows"]
        assert {row.cautions for row in before} <= {row.cautions for row in after}


@given(
    st.dictionaries(
        st.sampled_from(["q", "sort", "columns", "page", "form", "use", "nonsense", *VALUES]),
        st.lists(
            st.one_of(st.text(max_size=12), st.sampled_from(["oral", "name", "gentle", "2", "none", "evidence"])),
            max_size=3,
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_any_query_is_read_and_reading_it_again_changes_nothing(values):
    query = QueryDict(mutable=True)
    for name, items in values.items():
        query.setlist(name, items)
    first = SupplementFilter.from_query(query, [])
    again = SupplementFilter.from_query(QueryDict(first.query), [])
    assert again == first
    assert again.query == first.query
    assert "nonsense" not in first.query


def test_defaults_never_appear_in_the_address():
    everything = "&".join(f"columns={name}" for name in SHOWN)
    assert read(f"q=&sort=name&page=1&columns=none&{everything}").query == ""
    assert read("").address("/supplements/") == "/supplements/"


def test_no_column_at_all_is_a_choice():
    assert read("columns=none").columns == ()
    assert read("columns=none").query == "columns=none"
    assert read("columns=nonsense&columns=route").columns == ("route",)
    assert set(SHOWN) <= set(COLUMNS)


def test_without_lifts_one_value_and_goes_back_to_the_first_page():
    asked = read("gut=gentle&gut=strong-laxative&page=3&q=zinc")
    assert asked.without("gut", "gentle").gut == ("strong-laxative",)
    assert asked.without("gut").gut == ()
    assert asked.without("q").q == ""
    assert asked.without("gut").page == 1


def test_the_summary_is_a_sentence(forms):
    asked = read("gut=gentle&evidence=none&evidence=limited&q=zinc")
    said = asked.summary(3, 16)
    assert said.startswith("Showing 3 of 16 forms that ")
    assert "limited evidence or no good evidence" in said
    assert "“zinc”" in said
    assert read("").summary(16, 16).startswith("Showing all 16 forms")


@pytest.mark.parametrize("field", ["bioavailability", "evidence"])
def test_ranks_follow_the_order_of_the_words(forms, field):
    order = [value for value, _ in SupplementEdition._meta.get_field(field).choices]
    rows = [getattr(row, field) for row in read(f"sort={field}").apply(live_forms())]
    assert rows == sorted(rows, key=order.index)


def test_elemental_share_is_sorted_highest_first(forms):
    shares = [row.elemental_percent for row in read("sort=elemental").apply(live_forms())]
    assert shares == sorted(shares, reverse=True)
