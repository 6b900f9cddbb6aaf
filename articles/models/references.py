"""The sources that everything on the site rests on."""

from collections.abc import Iterable
from urllib.parse import quote

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from articles.editions import Finding


class ReferenceQuerySet(models.QuerySet):
    def findings(self, field: str = "") -> list[Finding]:
        return source_findings(self.values_list("key", "status"), field)


def source_findings(statuses: Iterable[tuple[str, str]], field: str = "") -> list[Finding]:
    """A retracted source stands against publishing what cites it; a superseded one is a reason to look again."""
    return [
        Finding(f"The source “{key}” is {status}.", field, blocks=status == Reference.Status.RETRACTED)
        for key, status in statuses
        if status != Reference.Status.CURRENT
    ]


class Reference(models.Model):
    """One source. Cited in text as `[^key]`; its own row may be corrected without a new edition."""

    class Kind(models.TextChoices):
        GUIDELINE = "guideline", "guideline"
        SYSTEMATIC_REVIEW = "systematic-review", "systematic review"
        TRIAL = "trial", "randomised controlled trial"
        CROSSOVER = "crossover", "crossover trial"
        PILOT = "pilot", "small or uncontrolled trial"
        OBSERVATION = "observation", "observational study"
        ANIMAL = "animal", "animal study"
        LABORATORY = "laboratory", "laboratory study"
        REVIEW = "review", "review article"
        COMMENTARY = "commentary", "commentary"
        REPORT = "report", "expert report"
        REGULATOR = "regulator", "regulator's notice"
        PRODUCT = "product", "product information"
        FACT_SHEET = "fact-sheet", "health fact sheet"
        DATA = "data", "data set"

    class Checked(models.TextChoices):
        READ = "read", "The text or its abstract was read"
        PARTLY = "partly", "Read in part, or through another source"
        CITATION = "citation", "Only its citation was confirmed"

    class Status(models.TextChoices):
        CURRENT = "current", "current"
        SUPERSEDED = "superseded", "superseded"
        RETRACTED = "retracted", "retracted"

    key = models.SlugField(max_length=60, unique=True, help_text="Cited in text as [^key]. Author and year, mostly.")
    authors = models.CharField(max_length=300)
    title = models.CharField(max_length=400)
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Leave it empty when the source has none.")
    publisher = models.CharField("journal or publisher", max_length=200)
    doi = models.CharField(
        "DOI", max_length=120, blank=True, validators=[RegexValidator(r"^10\.\d{4,}/\S+$", "A DOI begins with 10.")]
    )
    pmid = models.CharField(
        "PMID", max_length=12, blank=True, validators=[RegexValidator(r"^\d+$", "A PMID is a number.")]
    )
    url = models.URLField("address", max_length=400, blank=True)
    kind = models.CharField("kind of evidence", max_length=20, choices=Kind)
    checked = models.CharField("how it was checked", max_length=10, choices=Checked, default=Checked.READ)
    status = models.CharField(max_length=12, choices=Status, default=Status.CURRENT)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(doi="") | ~Q(pmid="") | ~Q(url=""),
                name="articles_reference_can_be_found",
                violation_error_message="Give a DOI, a PMID or an address, so that readers can find the source.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.title}"

    @property
    def address(self) -> str:
        """Where a reader finds it: the DOI's page, else PubMed's, else the source's own."""
        if self.doi:
            return f"https://doi.org/{quote(self.doi)}"
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else self.url
