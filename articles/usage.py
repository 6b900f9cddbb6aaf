"""Where a row is used: every edition that is read, scheduled or worked on, and every plain row, that names it.

A row is named by a relation (a reference, an article to read next, an advice of an option), a document also by a link
to its address in somebody's Markdown, and a term of the glossary where an article marks it. Found through the app
registry, so that this module knows no app but its own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.apps import apps
from django.db import models
from django.db.models import FETCH_PEERS, Exists, Q

from articles.editions import Document, Edition, Part

MARK = re.compile(r"\[\^[\w-]+\]")
SENTENCE_END = re.compile(r"(?<=[.!?:\]])\s+(?=[^a-z\s])|\n+")


@dataclass(frozen=True)
class Mention:
    """`row` names it: an edition, or a plain row. `part` is the row of the edition's content that does, if any."""

    row: models.Model
    part: models.Model | None = None

    @property
    def standing(self) -> str:
        return self.row.standing if isinstance(self.row, Edition) else "in use"

    @property
    def source(self) -> models.Model:
        """The row that holds the words."""
        return self.part or self.row


def mentions_of(row: models.Model) -> list[Mention]:
    """Every use of `row`, each once: editions first, then what is inside of editions, then plain rows."""
    mentions, parts = [], []
    for model, condition in conditions_for(row).items():
        rows = model.objects.filter(condition).fetch_mode(FETCH_PEERS).distinct()
        if issubclass(model, Edition):
            mentions += [Mention(found) for found in rows.in_use().with_standing().select_related("document")]
        elif issubclass(model, Part):
            inside = rows.filter(**{f"{model.edition_path}__in": edition_of(model).objects.in_use()})
            parts += inside.select_related(model.edition_path)
        else:
            mentions += [Mention(found) for found in rows]
    return mentions + mentions_inside(parts)


def mentions_inside(parts: list[Part]) -> list[Mention]:
    editions = {}
    for model in {type(part.owner) for part in parts}:
        mine = [part.owner.pk for part in parts if isinstance(part.owner, model)]
        editions |= {row: row for row in model.objects.filter(pk__in=mine).with_standing().select_related("document")}
    return [Mention(editions[part.owner], part) for part in parts]


def edition_of(model: type[Part]) -> type[Edition]:
    for step in model.edition_path.split("__"):
        model = model._meta.get_field(step).related_model
    return model


def live_pages_naming(document: Document) -> list[Edition]:
    """The editions of other documents, live or scheduled, that link to `document` or show it."""
    editions = dict.fromkeys(mention.row for mention in mentions_of(document) if isinstance(mention.row, Edition))
    return [edition for edition in editions if not edition.is_open and edition.document != document]


def is_used(row: models.Model) -> bool:
    """Whether anything at all names `row`, be it of an edition long superseded. One query."""
    uses = [Exists(model.objects.filter(condition)) for model, condition in conditions_for(row).items()]
    return bool(uses) and type(row).objects.filter(reduce(or_, map(Q, uses)), pk=row.pk).exists()


def conditions_for(row: models.Model) -> dict[type[models.Model], Q]:
    """Of each model that can name `row`, the condition for those rows that do."""
    conditions: dict[type[models.Model], Q] = {}
    for model, name in naming(type(row)):
        conditions[model] = conditions.get(model, Q()) | Q(**{name: row})
    for mark in marks_of(row):
        for model in apps.get_models():
            for name in getattr(model, "html_fields", ()):
                conditions[model] = conditions.get(model, Q()) | Q(**{f"{name}__contains": mark})
    return conditions


def marks_of(row: models.Model) -> list[str]:
    """What stands in the HTML of every text that names `row`."""
    if isinstance(row, Document):
        address = row.get_absolute_url()
        return [f'href="{address}', f'href="{address.rstrip("/")}"']
    return getattr(row, "marks", [])


def naming(kind: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Each model that can name a row of `kind` in its content, with the field that does."""
    for relation in kind._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not relation.is_relation:
            continue
        model, field = relation.related_model, relation.field
        if not model._meta.auto_created and is_content(model) and field.name not in ("document", "unmarked_terms"):
            yield model, field.name


def is_content(model: type[models.Model]) -> bool:
    """Whether rows of the model speak to readers; reviews, links and citations belong to an edition that does."""
    return issubclass(model, Edition | Part) or not any(
        field.is_relation and isinstance(field, models.ForeignKey) and issubclass(field.related_model, Edition)
        for field in model._meta.concrete_fields
    )


def claims_of(reference) -> list[tuple[Mention, list[str]]]:
    """Sentence by sentence what rests on a source, for looking at again: where, and the sentences."""
    return [(mention, sentences_citing(mention.source, reference.key)) for mention in mentions_of(reference)]


def sentences_citing(row: models.Model, key: str) -> list[str]:
    """The sentences of a row, and of what is written below it, that cite `key`."""
    rows = [row]
    for name in row.parts if isinstance(row, Edition) else ():
        model = apps.get_model(row._meta.app_label, name)
        if getattr(model, "markdown_fields", ()):
            rows += model.objects.filter(**{model.edition_path: row})
    pieces = [piece for holder in rows for text in words_of(holder) for piece in SENTENCE_END.split(text)]
    return [MARK.sub("", piece).strip() for piece in pieces if f"[^{key}]" in piece]


def words_of(row: models.Model) -> list[str]:
    fields = [field for field in row._meta.concrete_fields if isinstance(field, models.CharField | models.TextField)]
    return [getattr(row, field.name) for field in fields if field.editable and not field.flatchoices]
