"""Two rows of content side by side: field by field, word by word, and for editions child by child.

Pure reading: nothing here knows of the admin. A value is compared as an editor would see it, so a choice by its words
and a list of rows by their names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count
from pathlib import PurePath

from django.apps import apps
from django.db import models
from django.db.models import FETCH_PEERS
from django.utils.text import capfirst

from articles.editions import Edition, Part

PARAGRAPH = re.compile(r".+?(?:\n\s*\n|\Z)", re.DOTALL)
WORD = re.compile(r"\S+\s*|\s+")
LONGEST = 4_000_000  # products of word counts; beyond it a passage is shown whole, once removed and once added
KEPT = 1  # unchanged paragraphs shown around a change
MOST_PAIRS = 400  # of children to be compared for likeness
ALIKE = 0.5  # how alike two children without a common name must be to count as one that was reworded


@dataclass(frozen=True)
class Run:
    """A stretch of text. `mark` is same, added, removed or skipped: a number of unchanged `paragraphs`."""

    mark: str
    text: str = ""
    paragraphs: int = 0


@dataclass(frozen=True)
class Difference:
    label: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Change:
    """What became of one row: the edition itself (`title` empty) or a child. `what` is changed, added or removed."""

    what: str
    kind: str
    title: str
    differences: tuple[Difference, ...]


def compare(old: Edition, new: Edition) -> list[Change]:
    """Everything in which the content of two editions of one kind differs."""
    own = differences(content(old), content(new))
    changes = [Change("changed", "", "", own)] if own else []
    for name in old.parts:
        model = apps.get_model(old._meta.app_label, name)
        changes += compare_children(model, children(model, old), children(model, new))
    return changes


def snapshot(edition: Edition) -> tuple:
    """All that an editor may have typed into an edition, read from the database: to tell whether a save changed it."""
    stored = type(edition).objects.get(pk=edition.pk)
    rows = [(stored.change_note, stored.is_correction, content(stored))]
    for name in stored.parts:
        model = apps.get_model(stored._meta.app_label, name)
        rows += [(row.pk, content(row)) for row in rows_below(model, stored)]
    return tuple(rows)


def content(row: models.Model) -> dict[str, str]:
    """The words of a row, by the label of their field; without what follows from them or belongs to the desk."""
    words = {}
    for field in content_fields(type(row)):
        if field.many_to_many:
            value = "\n".join(sorted(map(str, getattr(row, field.name).all())))
        elif field.flatchoices:
            value = getattr(row, f"get_{field.name}_display")()
        elif isinstance(field, models.BooleanField):
            value = "yes" if getattr(row, field.name) else "no"
        elif isinstance(field, models.FileField):
            value = PurePath(getattr(row, field.name).name or "").name
        else:
            value = getattr(row, field.name)
        words[capfirst(field.verbose_name)] = "" if value is None else str(value).replace("\r\n", "\n").strip()
    return words


def content_fields(model: type[models.Model]) -> list[models.Field]:
    """The fields that hold a row's content: what an editor may type or choose there."""
    own = {field.name for field in Edition._meta.get_fields()} if issubclass(model, Edition) else set()
    own |= {"document", model.edition_path.split("__")[0] if issubclass(model, Part) else ""}
    chosen = [field for field in model._meta.many_to_many if field.remote_field.through._meta.auto_created]
    fields = [*model._meta.concrete_fields, *chosen]  # relations with a model of their own follow from the words
    return [field for field in fields if field.editable and not field.primary_key and field.name not in own]


def rows_below(model: type[Part], edition: Edition) -> models.QuerySet:
    rows = model.objects.filter(**{model.edition_path: edition}).fetch_mode(FETCH_PEERS)
    return rows.prefetch_related(*(field.name for field in model._meta.many_to_many))


def children(model: type[Part], edition: Edition) -> dict[tuple, Part]:
    """The rows of one kind below an edition, by what names them there; those of one name are numbered."""
    found: dict[tuple, Part] = {}
    for row in rows_below(model, edition):
        found[next(key for n in count() if (key := (*row.key, n)) not in found)] = row
    return found


def compare_children(model: type[Part], old: dict[tuple, Part], new: dict[tuple, Part]) -> list[Change]:
    kind = capfirst(model._meta.verbose_name)
    gone = {key: content(row) for key, row in old.items() if key not in new}
    come = {key: content(row) for key, row in new.items() if key not in old}
    pairs = [(content(old[key]), content(new[key]), str(row)) for key, row in new.items() if key in old]
    for key in reworded(gone, come):
        pairs.append((gone.pop(key[0]), come.pop(key[1]), str(new[key[1]])))
    changes = [Change("changed", kind, title, differences(a, b)) for a, b, title in pairs if a != b]
    changes += [Change("removed", kind, str(old[key]), differences(words, {})) for key, words in gone.items()]
    changes += [Change("added", kind, str(new[key]), differences({}, words)) for key, words in come.items()]
    return changes


def reworded(gone: dict[tuple, dict], come: dict[tuple, dict]) -> Iterator[tuple[tuple, tuple]]:
    """Pairs of an old and a new child that are the same one under another name: the most alike first."""
    if len(gone) * len(come) > MOST_PAIRS:
        return
    scored = [(likeness(a, b), one, other) for one, a in gone.items() for other, b in come.items()]
    taken = set()
    for ratio, one, other in sorted(scored, key=lambda row: -row[0]):
        if ratio >= ALIKE and (0, one) not in taken and (1, other) not in taken:
            taken |= {(0, one), (1, other)}
            yield one, other


def likeness(a: dict[str, str], b: dict[str, str]) -> float:
    """How alike the words of two rows are, from 0 to 1; only roughly where they are far from it."""
    matcher = SequenceMatcher(None, " ".join(a.values()).split(), " ".join(b.values()).split())
    return matcher.ratio() if matcher.real_quick_ratio() >= ALIKE <= matcher.quick_ratio() else 0


def differences(old: dict[str, str], new: dict[str, str]) -> tuple[Difference, ...]:
    labels = dict.fromkeys([*old, *new])
    pairs = ((label, old.get(label, ""), new.get(label, "")) for label in labels)
    return tuple(Difference(label, tuple(runs(a, b))) for label, a, b in pairs if a != b)


def runs(old: str, new: str) -> Iterator[Run]:
    """The two texts as one, paragraph by paragraph and within changed ones word by word; space is no difference.

    What occurs very often matches nothing (`autojunk`), or texts of a thousand equal lines would take minutes.
    """
    a, b = PARAGRAPH.findall(old), PARAGRAPH.findall(new)
    for step, i, j, k, m in SequenceMatcher(None, stripped(a), stripped(b)).get_opcodes():
        if step == "equal":
            kept = [*b[k : m - 1], spaced(b[m - 1], "\n\n", (j, m) != (len(a), len(b)))]
            yield from unchanged(kept, is_first=i == 0, is_last=j == len(a))
        else:
            yield from changed_words("".join(a[i:j]), "".join(b[k:m]))


def spaced(text: str, space: str, goes_on: bool) -> str:
    """A text that stayed, with a space behind it where it was the last of one version but the other goes on."""
    return f"{text}{space}" if goes_on and not text[-1:].isspace() else text


def stripped(pieces: list[str]) -> list[str]:
    return [piece.strip() for piece in pieces]


def unchanged(paragraphs: list[str], is_first: bool, is_last: bool) -> Iterator[Run]:
    """A passage that stayed: its ends for orientation, and how much was left out between them."""
    head, tail = (0 if is_first else KEPT), (0 if is_last else KEPT)
    left_out = len(paragraphs) - head - tail
    if left_out < 2:
        yield Run("same", "".join(paragraphs))
        return
    if head:
        yield Run("same", "".join(paragraphs[:head]))
    yield Run("skipped", paragraphs=left_out)
    if tail:
        yield Run("same", "".join(paragraphs[-tail:]))


def changed_words(old: str, new: str) -> Iterator[Run]:
    a, b = WORD.findall(old), WORD.findall(new)
    if len(a) * len(b) > LONGEST:
        steps = [("replace", 0, len(a), 0, len(b))]
    else:
        steps = SequenceMatcher(None, stripped(a), stripped(b)).get_opcodes()
    for step, i, j, k, m in steps:
        if step == "equal":
            yield Run("same", spaced("".join(b[k:m]), " ", (j, m) != (len(a), len(b))))
            continue
        if i < j:
            yield Run("removed", "".join(a[i:j]))
        if k < m:
            yield Run("added", "".join(b[k:m]))
