"""What readers see that rests on a source: live pages, and plain rows on the pages that show them.

Found through the app registry, so that this module knows no app but its own. A plain row is public where its model
says on which page it stands: `page`, the name of an address and the page's title.
"""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from articles.editions import Edition, Part
from articles.usage import edition_of, naming

coded: dict[tuple[str, str], set[str]] = {}  # page -> keys that its code cites; an app adds its own when it is ready


def is_in_use(kind: type[models.Model]) -> Q:
    """A condition on references: something that readers see rests on them."""
    cited = [public(model).filter(**{name: OuterRef("pk")}) for model, name in naming(kind) if of_an_edition(model)]
    return reduce(or_, map(Q, map(Exists, cited)), rests_under_rows(kind))


def rests_under_rows(kind: type[models.Model]) -> Q:
    """A condition on references: a plain row that readers see rests on them, or a page by its code."""
    rows = [(model, name) for model, name in naming(kind) if speaks(model) and not of_an_edition(model)]
    cited = [public(model).filter(**{name: OuterRef("pk")}) for model, name in rows]
    return reduce(or_, map(Q, map(Exists, cited)), Q(key__in=set().union(*coded.values())))


def of_an_edition(model: type[models.Model]) -> bool:
    return issubclass(model, Edition | Part)


def speaks(model: type[models.Model]) -> bool:
    """Whether rows of the model reach readers at all."""
    return of_an_edition(model) or hasattr(model, "page")


def public(model: type[models.Model]) -> models.QuerySet:
    """The rows of a model that readers see."""
    if issubclass(model, Part):
        return model.objects.filter(**{f"{model.edition_path}__in": edition_of(model).objects.live()})
    return model.objects.live() if issubclass(model, Edition) else model.objects.all()


@dataclass
class Group:
    """Pages of one kind, each as (address, title)."""

    title: str
    pages: list[tuple[str, str]] = field(default_factory=list)


def pages_on(reference) -> list[Group]:
    """Every page that rests on a source, by its kind. One query for each kind of document, and one for all others."""
    editions, rows = conditions_for(reference)
    groups = []
    for model, condition in reversed(editions.items()):  # articles, on which the others rest, come first
        live = model.objects.live().filter(condition).select_related("document").defer(*long_texts(model))
        pages = sorted(((edition.document.get_absolute_url(), edition.title) for edition in live), key=by_title)
        groups.append(Group(model._meta.get_field("document").related_model._meta.verbose_name_plural, pages))
    names = list(rows)
    shown = type(reference).objects.filter(pk=reference.pk).values_list(*(Exists(rows[name]) for name in names)).get()
    others = {name.page for name, is_shown in zip(names, shown, strict=True) if is_shown}
    others |= {page for page, keys in coded.items() if reference.key in keys}
    groups.append(Group("tables and lists", sorted(((reverse(name), title) for name, title in others), key=by_title)))
    return [group for group in groups if group.pages]


def conditions_for(reference) -> tuple[dict[type[Edition], Q], dict[type[models.Model], models.QuerySet]]:
    """Of each kind of edition the condition for those that cite; of each kind of plain row, the rows that do."""
    editions: dict[type[Edition], Q] = {}
    rows = {}
    for model, name in naming(type(reference)):
        citing = model.objects.filter(**{name: reference})
        if issubclass(model, Edition):
            editions[model] = editions.get(model, Q()) | Q(pk__in=citing.values("pk"))
        elif issubclass(model, Part):
            edition = edition_of(model)
            editions[edition] = editions.get(edition, Q()) | Q(pk__in=citing.values(model.edition_path))
        elif speaks(model):
            rows[model] = citing
    return editions, rows


def long_texts(model: type[Edition]) -> list[str]:
    """The fields that a list of pages does without."""
    return [item.name for item in model._meta.concrete_fields if isinstance(item, models.TextField)]


def by_title(page: tuple[str, str]) -> str:
    return page[1].casefold()
