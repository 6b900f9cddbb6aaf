"""What can be found: each app registers its own kinds, and says what a search should see of their rows."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from articles.editions import Document


@dataclass(frozen=True)
class Entry:
    """One thing to find, in plain words. It can be found from `starts_at` until `ends_at`."""

    source: str  # the row it was made of, as source_of() names it
    address: str
    title: str
    label: str = ""  # what kind of thing it is, beside its title
    summary: Iterable[str] = ()
    headings: Iterable[str] = ()
    body: Iterable[str] = ()
    starts_at: datetime = field(default_factory=timezone.now)
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of things that stand together in the results.

    `entries(rows)` yields those made of `rows`, or of everything where it is None. It is asked again about a row of one
    of `made_of` that is saved or deleted, or, a document, changes for readers; and about everything where a row of one
    of `made_of_all` changes, from whose rows together one thing is made. `named_by(row)` yields the rows whose things a
    row of one of `touched_by` changes.
    """

    slug: str  # in addresses
    name: str  # above its group of results
    entries: Callable[[Iterable[models.Model] | None], Iterator[Entry]]
    made_of: tuple[type[models.Model], ...] = ()
    made_of_all: tuple[type[models.Model], ...] = ()
    weight: float = 1.0  # against an equally good match of another kind
    fixed: Callable[[], Iterable[Entry]] = tuple  # things that are made of no row
    touched_by: tuple[type[models.Model], ...] = ()
    named_by: Callable[[models.Model], Iterable[models.Model]] | None = None
    stands_apart: bool = False  # not a group of results but an answer of its own


registered: dict[str, Kind] = {}  # by slug, in the order in which groups stand that fit equally well


def source_of(row: models.Model) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


def coming_or_live(model: type[models.Model]) -> models.QuerySet:
    return model.objects.filter(Q(pk__in=model.objects.live().values("pk")) | Q(published_at__gt=timezone.now()))


def coming_and_live(model: type[models.Model], documents: Iterable[Document] | None):
    """(edition, from when, until when) of every edition that readers have or will have; the others have no readers."""
    editions = coming_or_live(model)
    if documents is not None:
        editions = editions.filter(document__in=documents)
    following: dict[int, datetime] = {}  # of each document, when the edition after the one at hand takes over
    for edition in editions.select_related("document").order_by("document", "-number").iterator(200):
        yield edition, edition.published_at, following.get(edition.document_id)
        following[edition.document_id] = edition.published_at
