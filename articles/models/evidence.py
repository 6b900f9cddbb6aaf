"""What is known about magnesium, question by question, and what people often get wrong."""

from django.core.exceptions import ValidationError
from django.db import models

from articles.citations import cited_keys
from articles.models.cited import CitedText, CitesReferences

UNSOURCED = "Name at least one source, as in [^kim-2021]: readers must be able to check it."
CITE = "Cite with [^key], the key of a source, as in [^kim-2021]."

PAGE = ("articles:evidence", "How sure are we?")


class EvidenceRowQuerySet(models.QuerySet):
    def by_topic(self) -> list:
        """All rows in their order, those about one thing together where the first of them stands."""
        rows = list(self)
        topics = list(dict.fromkeys(row.about for row in rows))
        return sorted(rows, key=lambda row: topics.index(row.about))


class EvidenceRow(CitesReferences):
    """One question about magnesium, what trials have shown, and how sure that is."""

    class About(models.TextChoices):
        TWITCHING = "twitching", "twitching"
        CRAMPS = "cramps", "cramps"
        RESTLESS_LEGS = "restless-legs", "restless legs"
        SLEEP = "sleep", "sleep"

    class Certainty(models.TextChoices):
        HIGH = "high", "high"
        MODERATE = "moderate", "moderate"
        LOW = "low", "low"
        VERY_LOW = "very-low", "very low"
        NOT_STUDIED = "not-studied", "not studied"

    page = PAGE
    cited_fields = ("answer", "people")

    slug = models.SlugField(
        "address",
        max_length=60,
        unique=True,
        help_text="The last part of its address on the page: /evidence/#answer-cramps",
    )
    about = models.CharField(max_length=15, choices=About)
    question = models.CharField(max_length=160, help_text="In a reader's own words, with a question mark.")
    answer = CitedText(help_text=f"What trials have shown and what not, in short sentences. {CITE}")
    certainty = models.CharField("how sure", max_length=12, choices=Certainty, help_text="Our own judgement.")
    people = CitedText(
        "people studied",
        max_length=300,
        help_text=f"How many, in which trial, or “We have not counted them”. {CITE}",
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    objects = EvidenceRowQuerySet.as_manager()

    class Meta:
        verbose_name = "answer about the evidence"
        verbose_name_plural = "answers about the evidence"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.question

    def clean(self) -> None:
        super().clean()
        if self.certainty != self.Certainty.NOT_STUDIED and not cited_keys(self, self.cited_fields):
            raise ValidationError({"answer": UNSOURCED})


class Misconception(CitesReferences):
    """Something that many people believe, and what is right."""

    page = PAGE
    cited_fields = ("right",)

    slug = models.SlugField(
        "address",
        max_length=60,
        unique=True,
        help_text="The last part of its address on the page: /evidence/#mistake-cramps",
    )
    claim = models.CharField(max_length=200, help_text="As people say it, in one sentence.")
    right = CitedText("what is right", help_text=f"In one or two short sentences. {CITE}")
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    class Meta:
        verbose_name = "common mistake"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.claim

    def clean(self) -> None:
        super().clean()
        if not cited_keys(self, self.cited_fields):
            raise ValidationError({"right": UNSOURCED})
