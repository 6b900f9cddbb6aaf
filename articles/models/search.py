"""What the search keeps: what can be found, the words that occur in it, and what else readers call things.

All but the synonyms is derived and can be made anew by `manage.py reindex`.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from articles.search import words


class Findable(models.Model):
    """One thing that a search can find, as readers see it, and the stems of its words by where they stand.

    The index of the database in use lies beside this table: see `articles.search.sqlite` and `.postgresql`.
    """

    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60, db_index=True, help_text="The row that it was made of.")
    address = models.CharField(max_length=200)
    length = models.PositiveSmallIntegerField(default=0, help_text="Words of the title: the shorter, the sooner found.")
    title = models.CharField(max_length=400)
    label = models.CharField(max_length=120, blank=True)
    summary = models.TextField(blank=True)
    headings = models.TextField(blank=True)
    body = models.TextField(blank=True)
    title_stems = models.TextField()
    heading_stems = models.TextField(blank=True)
    summary_stems = models.TextField(blank=True)
    body_stems = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.title


class KnownWord(models.Model):
    """A word that occurs somewhere, in how many things, and since when readers may know it.

    The empty word counts all things. A scheduled page may have a word that nobody is to read before its time.
    """

    word = models.CharField(max_length=words.LONGEST_WORD, unique=True)
    stem = models.CharField(max_length=words.LONGEST_WORD, db_index=True)
    occurrences = models.IntegerField(default=0)
    starts_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.word


class Slip(models.Model):
    """A word with one letter left out, so that a misspelt word is found with one look into an index."""

    letters = models.CharField(max_length=words.LONGEST_WORD, db_index=True)
    word = models.ForeignKey(KnownWord, models.CASCADE, related_name="slips")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.letters


class Synonym(models.Model):
    """What readers type, and what that means: whoever asks for `said` finds `meant` as well, or is helped first."""

    class First(models.TextChoices):
        """What stands before everything that was found."""

        CHECK = "check", "the emergency numbers and the checklist"
        CRISIS = "crisis", "words for somebody who thinks of ending their life"

    said = models.CharField("what readers type", max_length=80, help_text="A word or a few: “jerk”, “Epsom salt”.")
    meant = models.CharField(
        "what our pages say", max_length=80, blank=True, help_text="A word or a few: “twitch”, “sulfate”."
    )
    first = models.CharField(
        "what comes first",
        max_length=10,
        choices=First,
        blank=True,
        help_text="For signs of an emergency: what readers are shown before anything else, whatever else they typed.",
    )
    stems = models.CharField(max_length=200, editable=False, default="")

    class Meta:
        ordering = ["said", "meant"]
        constraints = [
            models.UniqueConstraint(
                Lower("said"),
                Lower("meant"),
                name="articles_synonym_once",
                violation_error_message="This pair is there already.",
            ),
            models.CheckConstraint(
                condition=~Q(meant="", first=""),
                name="articles_synonym_says_something",
                violation_error_message="Say what our pages call it, or what comes first, or both.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.said}: {self.meant or self.get_first_display()}"

    def save(self, *args, **kwargs):
        self.stems = " ".join(words.stems(self.said))
        super().save(*args, **kwargs)

    def clean(self):
        says = "Write a word that says something. Very common words are not looked up."
        if not words.stems(self.said):
            raise ValidationError({"said": says})
        if self.meant and not words.stems(self.meant):
            raise ValidationError({"meant": says})
