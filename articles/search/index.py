"""Keeps what can be found in step with what readers see, inside the transaction that changes it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import datetime
from itertools import batched, chain

from django.db import models, transaction
from django.db.models import F
from django.db.models.signals import post_delete, post_save
from django.utils import timezone

from articles.editions import Document, public_change
from articles.models import Findable, KnownWord, Slip
from articles.search import backend, kinds, words

EVERYTHING = ""  # the word that each thing has once
OFTEN = 4  # a word that a text uses as often as this says what the text is about
AT_ONCE = 500


waiting: ContextVar[dict[bool, dict[str, models.Model]] | None] = ContextVar("waiting", default=None)


def register(*new: kinds.Kind) -> None:
    """Let things of these kinds be found, and have every change of their rows change the index."""
    public_change.connect(document_changed, dispatch_uid="articles.search")
    for kind in new:
        kinds.registered[kind.slug] = kind
        for model in (*kind.made_of, *kind.made_of_all, *kind.touched_by):
            if not issubclass(model, Document):  # whose own signal says when readers see something else
                post_save.connect(row_saved, sender=model, dispatch_uid="articles.search")
                post_delete.connect(row_deleted, sender=model, dispatch_uid="articles.search")


def document_changed(sender, document, **kwargs) -> None:
    note([document])


def row_saved(sender, instance, raw=False, **kwargs) -> None:
    if not raw:
        note([instance])


def row_deleted(sender, instance, **kwargs) -> None:
    note([instance], gone=True)


def note(rows: Iterable[models.Model], gone: bool = False) -> None:
    """Look at rows that have changed: now, or at the end of what changes many."""
    later = waiting.get()
    if later is None:
        refresh(rows, gone)
    else:
        later[gone] |= {kinds.source_of(row): copy(row) for row in rows}  # a deleted row forgets its key


@contextmanager
def all_at_once() -> Iterator[None]:
    """Within, changes are only noted; at the end, each row is looked at once.

    For what changes many rows; and for what goes on to change editions, since whoever publishes has the edition's row
    before the index, and two who take them in different orders would wait for each other for ever.
    """
    if waiting.get() is not None:
        yield
        return
    token = waiting.set({False: {}, True: {}})
    try:
        yield
    finally:
        rows, _ = waiting.get(), waiting.reset(token)
    refresh([row for source, row in rows[False].items() if source not in rows[True]])
    refresh(rows[True].values(), gone=True)


@transaction.atomic
def refresh(rows: Iterable[models.Model], gone: bool = False) -> None:
    """Find what is made of the rows as they are now, or, where they are gone, no more."""
    rows = list(rows)
    if not rows:
        return
    for kind in kinds.registered.values():
        if any(isinstance(row, kind.made_of_all) for row in rows):
            replace(kind, kind.entries(None), Findable.objects.filter(kind=kind.slug))
        mine = {row for row in rows if isinstance(row, kind.made_of)}
        others = [row for row in rows if isinstance(row, kind.touched_by)]
        mine |= {named for row in others for named in kind.named_by(row)}
        for some in batched(mine, AT_ONCE):
            old = Findable.objects.filter(kind=kind.slug, source__in=map(kinds.source_of, some))
            replace(kind, [] if gone else kind.entries(some), old)


@transaction.atomic
def refresh_fixed() -> None:
    """Find the things that are made of no row: with the first content, and when what is written of them changes."""
    for kind in kinds.registered.values():
        for entry in kind.fixed():
            replace(kind, [entry], Findable.objects.filter(kind=kind.slug, source=entry.source))


@transaction.atomic
def rebuild(progress=lambda message: None) -> int:
    """Make the whole index anew, in one transaction, so that nobody searches half of it; returns how much there is."""
    backend().hold_writers()
    Findable.objects.all().delete()
    KnownWord.objects.all().delete()
    backend().clear()
    found: Counter[str] = Counter()
    first: dict[str, datetime] = {}
    for kind in kinds.registered.values():
        for entries in batched(chain(kind.fixed(), kind.entries(None)), AT_ONCE):
            rows = store(kind, entries)
            found += occurrences(rows)
            first = earliest(rows, first)
            progress(f"{kind.name}: {found[EVERYTHING]:,} things so far")
    learn(found, first)
    return found[EVERYTHING]


def replace(kind: kinds.Kind, entries: Iterable[kinds.Entry], old: models.QuerySet) -> None:
    backend().hold_writers()
    gone = list(old)
    backend().remove(gone)
    old.delete()
    rows = store(kind, entries)
    changes = occurrences(rows)
    changes.subtract(occurrences(gone))
    learn(changes, earliest(rows))


def store(kind: kinds.Kind, entries: Iterable[kinds.Entry]) -> list[Findable]:
    if not Findable.objects.exists():
        backend().clear()  # of what somebody left there who emptied the table
    rows = Findable.objects.bulk_create(row_of(kind, entry) for entry in entries)
    backend().add(rows)
    return rows


def row_of(kind: kinds.Kind, entry: kinds.Entry) -> Findable:
    body = [word for line in entry.body for word in words.stems(line)]
    often = (word for word, count in Counter(body).items() if count >= OFTEN)
    texts = {name: "\n".join(filter(None, getattr(entry, name))) for name in ("summary", "headings", "body")}
    return Findable(
        kind=kind.slug,
        source=entry.source,
        address=entry.address,
        title=entry.title,
        length=len(words.stems(entry.title)),
        label=entry.label,
        title_stems=once(words.stems(entry.title)),
        heading_stems=once(words.stems(texts["headings"])),
        summary_stems=once([*words.stems(texts["summary"]), *often]),
        body_stems=once(body),
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        **texts,
    )


def once(stems: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(stems))


def occurrences(rows: Iterable[Findable]) -> Counter[str]:
    """In how many of the rows each word stands."""
    return Counter(word for row in rows for word in words_of(row))


def words_of(row: Findable) -> set[str]:
    texts = "\n".join((row.title, row.label, row.summary, row.headings, row.body))
    return {EVERYTHING, *words.folded(texts)}


def earliest(rows: Iterable[Findable], before: dict[str, datetime] | None = None) -> dict[str, datetime]:
    """Since when each word of the rows can be read."""
    found = dict(before or {})
    for row in rows:
        for word in words_of(row):
            found[word] = min(row.starts_at, found.get(word, row.starts_at))
    return found


def learn(changes: Counter[str], first: dict[str, datetime]) -> None:
    """Add to the number of things that each word stands in; learn new words, forget those that stand nowhere.

    `first` says since when each can be read.
    """
    now = timezone.now()
    names = sorted(word for word, count in changes.items() if count or first.get(word, now) <= now)
    for some in batched(names, AT_ONCE):
        known = KnownWord.objects.filter(word__in=some)
        is_known = set(known.values_list("word", flat=True))
        readable = [word for word in is_known if first.get(word, now) < now]
        known.filter(word__in=readable, starts_at__gt=now).update(starts_at=now)
        for count in {changes[word] for word in is_known} - {0}:
            same = [word for word in some if word in is_known and changes[word] == count]
            known.filter(word__in=same).update(occurrences=F("occurrences") + count)
        known.filter(occurrences__lte=0).delete()
        new = KnownWord.objects.bulk_create(
            KnownWord(word=word, stem=words.stem(word), occurrences=changes[word], starts_at=first[word])
            for word in some
            if word not in is_known and changes[word] > 0
        )
        Slip.objects.bulk_create(
            (Slip(letters=letters, word=row) for row in new for letters in sorted(words.shortened(row.word))),
            batch_size=AT_ONCE,
        )
