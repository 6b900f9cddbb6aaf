"""Copying an edition with everything that belongs to it."""

from django.apps import apps
from django.db import models, transaction

from articles.editions.edition import Edition


def copy_content(source, target) -> None:
    """Copy every field of the content, leaving out what belongs to the edition itself."""
    own = {field.name for field in Edition._meta.get_fields()} | {"id", "document"}
    for field in source._meta.concrete_fields:
        if field.name not in own:
            setattr(target, field.attname, getattr(source, field.attname))


@transaction.atomic
def copy_parts(source, target) -> None:
    """Copy the rows below `source` to `target`, a draft; keys between the rows follow the copies.

    All rows of a kind at once: a checklist has a thousand, and who starts a draft waits for them.
    """
    copies: dict[models.Model, models.Model] = {source: target}
    copy_many_to_many(type(source), [source], copies)
    for name in source.parts:
        model = apps.get_model(source._meta.app_label, name)
        rows = list(model.objects.filter(**{model.edition_path: source}).order_by("pk"))
        made = [model(**{f.attname: copied(row, f, copies) for f in model._meta.concrete_fields}) for row in rows]
        copies |= zip(rows, model.objects.bulk_create(made), strict=True)
        copy_many_to_many(model, rows, copies)


def copied(row: models.Model, field: models.Field, copies: dict):
    """The value that a copy of `row` has in `field`: a key leads to the copy of what it led to, if there is one."""
    value = getattr(row, field.attname)
    if field.primary_key:
        return None
    if field.is_relation and value is not None:
        other = field.related_model(pk=value)
        return copies.get(other, other).pk
    return value.name if isinstance(field, models.FileField) else value


def copy_many_to_many(model: type[models.Model], rows: list, copies: dict) -> None:
    """Give the copies of `rows` the links that the rows have, to the copies of what they lead to."""
    for field in model._meta.many_to_many:
        through = field.remote_field.through
        if field.name == "authors" or not through._meta.auto_created:
            continue
        near, far = (through._meta.get_field(name()) for name in (field.m2m_field_name, field.m2m_reverse_field_name))
        links = through.objects.filter(**{f"{near.name}__in": rows}).order_by("pk")
        through.objects.bulk_create(
            through(**{key.attname: copied(link, key, copies) for key in (near, far)}) for link in links
        )
