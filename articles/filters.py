"""What a reader asked of the list of sources, as one object: read from a query, applied, said in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.http import QueryDict
from django.utils.http import urlencode

from articles.models import Reference


@dataclass(frozen=True)
class SourceFilter:
    """Values that nobody knows are dropped; years are years of publication, and 0 means any."""

    kind: str = ""
    since: int = 0
    until: int = 0

    @classmethod
    def from_query(cls, query: QueryDict) -> SourceFilter:
        kind = query.get("kind", "")
        return cls(kind if kind in Reference.Kind.values else "", year_in(query, "since"), year_in(query, "until"))

    @property
    def condition(self) -> Q:
        asked = Q(kind=self.kind) if self.kind else Q()
        asked &= Q(year__gte=self.since) if self.since else Q()
        return asked & (Q(year__lte=self.until) if self.until else Q())

    @property
    def query(self) -> str:
        """The canonical query: known values only."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    def summary(self, shown: int, total: int) -> str:
        """How many sources are listed, of what kind and from when, in one sentence."""
        if not self.query:
            return f"All {total} sources that this site rests on."
        kind = f" of the kind “{Reference.Kind(self.kind).label}”" if self.kind else ""
        years = [f"{word} {year}" for word, year in (("from", self.since), ("up to", self.until)) if year]
        years = f", {' '.join(years)}; those without a year are left out" if years else ""
        return f"{shown} of {total} sources{kind}{years}."


def year_in(query: QueryDict, name: str) -> int:
    value = query.get(name, "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) == 4 else 0
