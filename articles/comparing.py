"""Two rows of content side by side: field by field, word by word, and for editions child by child.

Pure reading: nothing here knows of the admin. A value is compared as an editor would see it, so a choice by its words
and a list of rows by their names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import PurePath

from django.apps import apps
from django.db import models
from django.db.models import FETCH_PEERS
from django.utils.text import capfirst

from articles.editions import Edition, Part

WORD = re.compile(r"\s+|\S+")
LONGEST = 4_000_000  # products of word counts; beyond it a passage is shown whole, once removed and once added
KEPT = 1  # unchanged lines shown around a change
ALIKE = 0.5  # how alike two children without a common name must be to count as one that was reworded


@dataclass(frozen=True)
class Run:
    """A stretch of text. `mark` is same, added, removed or skipped; what is skipped is `lines` unchanged lines."""

    mark: str
    text: str = ""
    lines: int = 0


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


def children(model: type[Part], edition: Edition) -> dict[tuple, Part]:
    """The rows of one kind below an edition, by what names them there."""
    rows = model.objects.filter(**{model.edition_path: edition}).fetch_mode(FETCH_PEERS)
    rows = rows.prefetch_related(*(field.name for field in model._meta.many_to_many))
    return {row.key: row for row in rows}


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
    scored = [
        (SequenceMatcher(None, "\n".join(a.values()), "\n".join(b.values()), autojunk=False).ratio(), one, other)
        for one, a in gone.items()
        for other, b in come.items()
    ]
    taken = set()
    for ratio, one, other in sorted(scored, key=lambda row: -row[0]):
        if ratio >= ALIKE and (0, one) not in taken and (1, other) not in taken:
            taken |= {(0, one), (1, other)}
            yield one, other


def differences(old: dict[str, str], new: dict[str, str]) -> tuple[Difference, ...]:
    labels = dict.fromkeys([*old, *new])
    pairs = ((label, old.get(label, ""), new.get(label, "")) for label in labels)
    return tuple(Difference(label, tuple(runs(a, b))) for label, a, b in pairs if a != b)


def runs(old: str, new: str) -> Iterator[Run]:
    """The two texts as one, line by line and within changed lines word by word."""
    a, b = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for step, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if step == "equal":
            yield from unchanged(a[i:j], is_first=i == 0, is_last=j == len(a))
        else:
            yield from changed_words("".join(a[i:j]), "".join(b[k:m]))


def unchanged(lines: list[str], is_first: bool, is_last: bool) -> Iterator[Run]:
    """A passage that stayed: its ends for orientation, and how much was left out between them."""
    head, tail = (0 if is_first else KEPT), (0 if is_last else KEPT)
    left_out = len(lines) - head - tail
    if left_out < 2:
        yield Run("same", "".join(lines))
        return
    if head:
        yield Run("same", "".join(lines[:head]))
    yield Run("skipped", lines=left_out)
    if tail:
        yield Run("same", "".join(lines[-tail:]))


def changed_words(old: str, new: str) -> Iterator[Run]:
    a, b = WORD.findall(old), WORD.findall(new)
    if len(a) * len(b) > LONGEST:
        steps = [("replace", 0, len(a), 0, len(b))]
    else:
        steps = SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
    for step, i, j, k, m in steps:
        if step == "equal":
            yield Run("same", "".join(a[i:j]))
            continue
        if i < j:
            yield Run("removed", "".join(a[i:j]))
        if k < m:
            yield Run("added", "".join(b[k:m]))
