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
    """Copy the rows below `source` to `target`; keys between the rows follow the copies."""
    copies: dict[models.Model, models.Model] = {source: target}
    copy_many_to_many(source, target, copies)
    for name in source.parts:
        model = apps.get_model(source._meta.app_label, name)
        for row in model.objects.filter(**{model.edition_path: source}).order_by("pk"):
            copy = model(**{field.attname: copied(row, field, copies) for field in model._meta.concrete_fields})
            copy.save()
            copy_many_to_many(row, copy, copies)
            copies[row] = copy


def copied(row: models.Model, field: models.Field, copies: dict):
    """The value that a copy of `row` has in `field`: a key leads to the copy of what it led to, if there is one."""
    value = getattr(row, field.attname)
    if field.primary_key:
        return None
    if field.is_relation and value is not None:
        other = field.related_model(pk=value)
        return copies.get(other, other).pk
    return value.name if isinstance(field, models.FileField) else value


def copy_many_to_many(row: models.Model, copy: models.Model, copies: dict) -> None:
    for field in row._meta.many_to_many:
        if field.name != "authors" and field.remote_field.through._meta.auto_created:
            getattr(copy, field.name).set([copies.get(other, other) for other in getattr(row, field.name).all()])
