"""Rows that belong to an edition's content, and share its fate."""

from functools import reduce

from django.db import models

from articles.editions.edition import Edition
from articles.editions.states import Immutable, State


class Part(models.Model):
    """A row of an edition's content: as unchangeable as its edition.

    `edition_path` leads from the row to it; `named_by` are the fields by which an editor tells the row from its
    siblings, so that two editions can be compared.
    """

    edition_path = "edition"
    named_by: tuple[str, ...] = ("pk",)

    class Meta:
        abstract = True
        default_permissions = ()

    def save(self, *args, **kwargs) -> None:
        self._refuse_if_published()
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        self._refuse_if_published()
        return super().delete(*args, **kwargs)

    @property
    def owner(self) -> Edition:
        """The edition that the row belongs to."""
        row = self
        for step in self.edition_path.split("__"):
            row = getattr(row, step)
        return row

    @property
    def key(self) -> tuple:
        """What names the row among the rows of its kind in its edition."""
        return tuple(reduce(getattr, name.split("__"), self) for name in self.named_by)

    def _refuse_if_published(self) -> None:
        first, *rest = self.edition_path.split("__")
        parent = self._meta.get_field(first).related_model
        state = parent.objects.filter(pk=getattr(self, f"{first}_id")).values_list(
            "__".join([*rest, "state"]), flat=True
        )
        if State.PUBLISHED in state:
            raise Immutable("A published edition never changes. Start a draft.")
