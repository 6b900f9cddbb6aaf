"""Terms of the glossary: explained on a page of their own, and where an article first uses them."""

import re
from collections.abc import Iterable
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from articles.models.references import Reference

LONGEST_DEFINITION = 400


class TermQuerySet(models.QuerySet):
    def by_letter(self) -> dict[str, list]:
        """Every term with its sources, in the order of the alphabet, by first letter. Two queries."""
        found: dict[str, list] = {}
        for term in sorted(self.prefetch_related("references"), key=lambda term: (term.letter, term.name.casefold())):
            found.setdefault(term.letter, []).append(term)
        return found

    def to_mark(self) -> list[dict]:
        """What `markdown.render` needs to mark the terms in an article."""
        return [term.to_mark for term in self.order_by("pk")]


class Term(models.Model):
    """A word that readers may not know. Its own row may be corrected without a new edition of any article."""

    page = ("articles:glossary", "Glossary")

    slug = models.SlugField(max_length=60, unique=True, help_text="Its place in the glossary: /glossary/#fasciculation")
    name = models.CharField(max_length=80, help_text="As the glossary lists it.")
    other_names = models.TextField(
        max_length=600,
        blank=True,
        help_text=(
            "How else a text may say it, one a line: plural, abbreviation, another spelling. Words with two capitals, "
            "such as ALS, are found only in capitals; all others with small letters too."
        ),
    )
    definition = models.TextField(
        max_length=LONGEST_DEFINITION, help_text="What it means, in 1 to 3 short sentences of plain words. No Markdown."
    )
    references = models.ManyToManyField(Reference, blank=True, related_name="terms", verbose_name="sources")

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "glossary term"
        ordering = [Lower("name")]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="articles_term_name",
                violation_error_message="The glossary has a term of that name.",
            ),
            models.CheckConstraint(
                condition=Q(name__regex=r"\w\w"),
                name="articles_term_has_a_name",
                violation_error_message="A name has at least two letters.",
            ),
            models.CheckConstraint(
                condition=Q(definition__regex=r"\S"),
                name="articles_term_has_a_definition",
                violation_error_message="Say what the term means.",
            ),
            models.CheckConstraint(
                condition=~Q(slug="main") & ~Q(slug__startswith="letter-"),
                name="articles_term_has_an_anchor_of_its_own",
                violation_error_message="The page of the glossary uses that word itself. Choose another.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('articles:glossary')}#{self.slug}"

    def clean(self) -> None:
        if short := [name for name in self.other_name_list if len(name) < 2]:
            raise ValidationError({"other_names": f"“{short[0]}” is too short to be found in a text."})
        others = Term.objects.exclude(pk=self.pk).only("name", "other_names")
        if taken := clash(self, others):
            raise ValidationError(f"“{taken[0]}” is a name of “{taken[1]}” already.")

    @property
    def marks(self) -> list[str]:
        """What stands in the HTML of every text that explains the term."""
        return [f'popovertarget="term-{self.slug}"']

    @property
    def other_name_list(self) -> list[str]:
        return [line.strip() for line in self.other_names.splitlines() if line.strip()]

    @property
    def shown_names(self) -> list[str]:
        """Its other names as readers see them, without those that only add a plural or a hyphen for the matching."""
        plurals = {plural for name in self.names for plural in plurals_of(as_read(name))}
        shown = {as_read(name): name for name in reversed(self.names) if as_read(name) not in plurals}
        return [name for name in self.other_name_list if shown.get(as_read(name)) == name != self.name.strip()]

    @property
    def names(self) -> list[str]:
        """Everything that a text may call it, each once."""
        return list(dict.fromkeys([self.name.strip(), *self.other_name_list]))

    @property
    def letter(self) -> str:
        """What it stands under in the glossary: its first letter without an accent, or 0-9."""
        first = normalize("NFD", self.name.strip())[:1].upper()
        return first if first.isalpha() else "0-9"

    @property
    def to_mark(self) -> dict:
        plain = {"slug": self.slug, "name": self.name, "definition": " ".join(self.definition.split())}
        return plain | {"names": self.names}


def as_one(name: str) -> str:
    """The name as it is compared with others."""
    return normalize("NFC", name).casefold()


def as_read(name: str) -> str:
    """The name as it is compared where only the look of the page is at stake."""
    return as_one(name).replace("-", " ")


def plurals_of(name: str) -> set[str]:
    return {f"{name}s", f"{name}es", re.sub("y$", "ies", name)} - {name}


def clash(term: Term, others: Iterable[Term]) -> tuple[str, Term] | None:
    """A name that `term` shares with another one, and that one: a text could then mean either."""
    taken = {as_one(name): other for other in others for name in other.names}
    return next(((name, taken[as_one(name)]) for name in term.names if as_one(name) in taken), None)
