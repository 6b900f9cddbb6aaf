"""Rows whose texts cite: plain words with `[^key]`, so that every cell carries its own sources."""

from django.db import models

from articles.citations import cited_keys, validate_keys
from articles.models.references import Reference


class CitedText(models.TextField):
    """A cell of words: plain text with `[^key]` citations of known references."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 1000} | kwargs)
        self.validators = [*self.validators, validate_keys]


class CitesReferences(models.Model):
    """A row whose `cited_fields` hold `[^key]` marks; `references` is kept equal to what they name."""

    cited_fields: tuple[str, ...] = ()
    page: tuple[str, str]  # of a plain row: the name of the address where readers see it, and that page's title

    references = models.ManyToManyField(Reference, related_name="%(class)ss", blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def texts(self) -> list[str]:
        """Every cell of words, in the order in which readers see them."""
        return [getattr(self, field) for field in self.cited_fields]

    def note_references(self) -> None:
        self.references.set(Reference.objects.filter(key__in=cited_keys(self, self.cited_fields)))
