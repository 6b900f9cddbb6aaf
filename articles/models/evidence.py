"""What is known about magnesium, question by question, and what people often get wrong."""

from django.db import models

from articles.models.cited import CitedText, CitesReferences

PAGE = ("articles:evidence", "How sure are we?")


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

    slug = models.SlugField(max_length=60, unique=True)
    about = models.CharField(max_length=15, choices=About)
    question = models.CharField(max_length=160, help_text="In a reader's own words, with a question mark.")
    answer = CitedText(help_text="What trials have shown and what not, in short sentences. Cite with [^key].")
    certainty = models.CharField("how sure", max_length=12, choices=Certainty, help_text="Our own judgement.")
    people = CitedText(
        "people studied", max_length=300, help_text="How many, in which trial. “Not stated here” where we do not know."
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    class Meta:
        verbose_name = "answer about the evidence"
        verbose_name_plural = "answers about the evidence"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.question


class Misconception(CitesReferences):
    """Something that many people believe, and what is right."""

    page = PAGE
    cited_fields = ("right",)

    slug = models.SlugField(max_length=60, unique=True)
    claim = models.CharField(max_length=200, help_text="As people say it, in one sentence.")
    right = CitedText("what is right", help_text="In one or two short sentences. Cite with [^key].")
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    class Meta:
        verbose_name = "common mistake"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.claim
