"""What a reader asked of the table, as one object: read from a query, said in a sentence, applied to a queryset."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property

from django.db.models import Q
from django.db.models.functions import Lower
from django.http import QueryDict

from articles.kept import kept
from supplements.models import Bioavailability, Evidence, Gut, Route, SupplementEdition, Use, is_used_for

FACETS = {
    "route": ("How it is taken", Route),
    "bioavailability": ("Bioavailability", Bioavailability),
    "gut": ("Effect on the gut", Gut),
    "evidence": ("Evidence for twitches and cramps", Evidence),
}
SORTS = {
    "name": ("name", "by name, A to Z"),
    "elemental": ("share of magnesium", "by share of magnesium, highest first"),
    "bioavailability": ("bioavailability", "by bioavailability, high first, then moderate, variable and low"),
    "evidence": ("evidence", "by evidence, good first, then limited, conflicting and none"),
}
COLUMNS = {
    "formula": "Formula",
    "elemental": "Share of magnesium",
    "route": "How it is taken",
    "solubility": "Solubility",
    "bioavailability": "Bioavailability",
    "gut": "Effect on the gut",
    "uses": "Typical uses",
    "benefit": "What is said for it",
    "best": "May suit",
    "evidence": "Evidence for twitches and cramps",
    "label": "On the label",
}
SHOWN = ("elemental", "bioavailability", "gut", "best", "evidence")
LONGEST_SEARCH = 80
PAGE_SIZE = 25
PHRASES = {
    "route": "are taken like this: {}",
    "bioavailability": "have {} bioavailability",
    "gut": "have this effect on the gut: {}",
    "evidence": "have {} for twitches and cramps",
    "use": "people take for {}",
}


@dataclass
class Counts:
    """`of` says for (facet, value) how many rows it has beside what the other facets ask; `without` how many rows would
    be left with one facet, or the search, lifted."""

    of: Counter
    without: Counter
    total: int = 0
    shown: int = 0


@dataclass(frozen=True)
class SupplementFilter:
    """The state of the table. Values that nobody knows are dropped; what is default never appears in an address."""

    q: str = ""
    sort: str = "name"
    columns: tuple[str, ...] = SHOWN
    route: tuple[str, ...] = ()
    bioavailability: tuple[str, ...] = ()
    gut: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    use: tuple[str, ...] = ()
    form: tuple[str, ...] = ()  # ticked to compare; travels along, filters nothing
    page: int = 1
    uses: tuple[Use, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def from_query(cls, query: QueryDict, uses: Iterable[Use]) -> SupplementFilter:
        """Read a query; `uses` are the curated uses that exist."""
        uses = tuple(uses)
        known = {facet: choices.values for facet, (_, choices) in FACETS.items()} | {"use": [use.slug for use in uses]}
        chosen = {name: tuple(v for v in values if v in query.getlist(name)) for name, values in known.items()}
        columns = tuple(column for column in COLUMNS if column in query.getlist("columns"))
        sort, page = query.get("sort", ""), query.get("page", "")
        return cls(
            q=" ".join(query.get("q", "")[:LONGEST_SEARCH].split()),
            sort=sort if sort in SORTS else "name",
            columns=columns if "columns" in query else SHOWN,
            form=tuple(dict.fromkeys(slug for slug in query.getlist("form") if slug.isascii()))[:20],
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 5 else 1,
            uses=uses,
            **chosen,
        )

    @cached_property
    def query(self) -> str:
        """The canonical query: known values in their own order, defaults left out."""
        query = QueryDict(mutable=True)
        for item in fields(self):
            value = getattr(self, item.name)
            if item.name != "uses" and value != item.default:
                query.setlist(item.name, (value or ("none",)) if isinstance(value, tuple) else [value])
        return query.urlencode()

    def address(self, path: str) -> str:
        return f"{path}?{self.query}" if self.query else path

    def without(self, facet: str, value: str | None = None) -> SupplementFilter:
        """The same filter with one value of a facet lifted, or the whole of it; back on the first page."""
        lifted = "" if facet == "q" else tuple(v for v in getattr(self, facet) if value and v != value)
        return replace(self, **{facet: lifted, "page": 1})

    def cleared(self) -> SupplementFilter:
        """Everything lifted, with order, columns and ticks kept."""
        return SupplementFilter(sort=self.sort, columns=self.columns, form=self.form, uses=self.uses)

    @property
    def names(self) -> dict[str, dict[str, str]]:
        """The words for each facet's values."""
        plain = {facet: dict(choices.choices) for facet, (_, choices) in FACETS.items()}
        return plain | {"use": {use.slug: use.name for use in self.uses}}

    @cached_property
    def applied(self) -> list[tuple[str, str, SupplementFilter]]:
        """What is filtered, as (facet's title, words, the filter without it)."""
        chips = [("Search", f"“{self.q}”", self.without("q"))] if self.q else []
        for facet, names in self.names.items():
            title = FACETS[facet][0] if facet in FACETS else "Taken for"
            chips += [(title, names[value], self.without(facet, value)) for value in getattr(self, facet)]
        return chips

    def summary(self, shown: int, total: int) -> str:
        """The state of the table in one sentence."""
        forms = f"{total} form{'' if total == 1 else 's'}"
        parts = [f"mention “{self.q}”"] if self.q else []
        for facet, names in self.names.items():
            if chosen := [names[value] for value in getattr(self, facet)]:
                parts.append(PHRASES[facet].format(either(chosen)))
        start = f"Showing {shown} of {forms}" if parts else f"Showing all {forms}"
        return f"{start}{' that ' if parts else ''}{' and '.join(parts)}, {SORTS[self.sort][1]}."

    def condition(self) -> Q:
        """What the facets ask of a row."""
        asked = Q(**{f"{facet}__in": getattr(self, facet) for facet in FACETS if getattr(self, facet)})
        return asked & Q(is_used_for(self.use)) if self.use else asked

    def apply(self, editions):
        """The rows that are left, in their order."""
        editions = editions.matching(self.q).filter(self.condition())
        match self.sort:
            case "elemental":
                return editions.order_by("-elemental_percent", Lower("name"), "pk")
            case "bioavailability" | "evidence":
                return editions.ranked(self.sort)
        return editions.order_by(Lower("name"), "pk")

    @property
    def is_open(self) -> bool:
        """Whether every row is shown."""
        return not (self.q or self.use or any(getattr(self, facet) for facet in FACETS))

    def keys(self, editions) -> list[int]:
        """The keys of the rows that are left, in their order. That of all rows is reckoned once for each change."""

        def reckon():
            return list(self.apply(editions).values_list("pk", flat=True))

        return kept(f"forms by {self.sort}", reckon) if self.is_open else reckon()

    def count(self, editions) -> Counts:
        """Every number on the page. Those without a filter are reckoned once for each change."""
        return kept("counts of forms", lambda: self.reckon(editions)) if self.is_open else self.reckon(editions)

    def reckon(self, editions) -> Counts:
        """From one query, for the rows of each combination of values."""
        slugs = {str(use.pk): use.slug for use in self.uses}
        asked = {name: {*getattr(self, name)} for name in (*FACETS, "use") if getattr(self, name)}
        counts = Counts(Counter(), Counter())
        for row in editions.combinations(self.q):
            values = {facet: {row[facet]} for facet in FACETS}
            values["use"] = {slugs[key] for key in (row["used_for"] or "").split(",") if key in slugs}
            failed = [name for name, chosen in asked.items() if values[name].isdisjoint(chosen)]
            if not row["found"]:
                failed.append("q")
            counts.total += row["rows"]
            counts.shown += 0 if failed else row["rows"]
            if len(failed) < 2:  # with the one lifted that fails, or with any where none does, the row is there
                for name in failed or (*values, "q"):
                    counts.without[name] += row["rows"]
                    for value in values.get(name, ()):
                        counts.of[name, value] += row["rows"]
        return counts

    def facets(self, counts: Counts) -> list[dict]:
        """The facets with their choices and counts, as the template shows them."""
        shown = []
        for facet, names in self.names.items():
            title = FACETS[facet][0] if facet in FACETS else "Often taken for"
            choices = [
                {
                    "value": value,
                    "name": name,
                    "count": counts.of[facet, value],
                    "checked": value in getattr(self, facet),
                }
                for value, name in names.items()
            ]
            shown.append({"name": facet, "title": title, "choices": choices})
        return shown

    def ways_out(self, counts: Counts) -> list[tuple[str, int, SupplementFilter]]:
        """With nothing left: which single filter to lift, how many rows that brings, and the filter without it."""
        titles = {facet: title for facet, (title, _) in FACETS.items()} | {"use": "Often taken for", "q": "the search"}
        lifts = [(titles[name], counts.without[name], self.without(name)) for name in titles if getattr(self, name)]
        return [way for way in lifts if way[1]]


def either(words: list[str]) -> str:
    """a; a or b; a, b or c."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def live_forms(now=None):
    """What the table is made of. `now` is as in `live()`."""
    return SupplementEdition.objects.live(now)
