"""The sources that everything on the site rests on."""

from collections.abc import Iterable
from urllib.parse import quote

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Case, Count, Q, When
from django.utils.text import capfirst

from articles import markdown, sources
from articles.editions import Finding
from articles.paths import path_of


class ReferenceQuerySet(models.QuerySet):
    def in_public_use(self):
        """The sources on which something rests that readers see: part of a live page, or a row on one."""
        return self.filter(sources.is_in_use(self.model))

    def counts(self, condition: Q) -> tuple[int, int]:
        """How many there are, and how many of them meet a condition. One query."""
        counted = self.aggregate(all=Count("pk"), some=Count("pk", filter=condition or None))
        return counted["all"], counted["some"]

    def strongest_first(self):
        """By kind of evidence, in the order of the kinds; then the newest first, those without a year last."""
        rank = Case(*(When(kind=kind, then=place) for place, kind in enumerate(self.model.Kind.values)))
        return self.order_by(rank, models.F("year").desc(nulls_last=True), "authors", "key")

    def findings(self, field: str = "") -> list[Finding]:
        return source_findings(self.values_list("key", "status"), field)


def source_findings(statuses: Iterable[tuple[str, str]], field: str = "") -> list[Finding]:
    """A retracted source stands against publishing what cites it; a superseded one is a reason to look again."""
    return [
        Finding(f"The source “{key}” is {status}.", field, blocks=status == Reference.Status.RETRACTED)
        for key, status in statuses
        if status != Reference.Status.CURRENT
    ]


class Described:
    """What a source says of itself, from the fields of its row."""

    @property
    def path(self) -> str:
        """Its own page, which is public while something public rests on it."""
        return path_of("articles:source", self.key)

    @property
    def weight(self) -> str:
        """What its kind of evidence is, and how far that can be trusted, in a sentence or two."""
        return WEIGHTS[self.kind]

    @property
    def doubt(self) -> str:
        """Why it should no longer be relied on; nothing while it is current."""
        return DOUBTS.get(self.status, "")

    @property
    def address(self) -> str:
        """Where a reader finds it: the DOI's page, else PubMed's, else the source's own."""
        return self.doi_address or self.pubmed_address or self.url

    @property
    def doi_address(self) -> str:
        return f"https://doi.org/{quote(self.doi)}" if self.doi else ""

    @property
    def pubmed_address(self) -> str:
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else ""

    @property
    def entry(self) -> tuple:
        """What an item in a list of sources is made of; see `citations.written()`."""
        kind, status = Kind(self.kind).label, Status(self.status).label
        doubt = capfirst(status) if self.doubt else ""
        return self.authors, self.address, self.title, self.publisher, self.year, self.path, capfirst(kind), doubt


class Reference(Described, models.Model):
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
        REGULATOR = "regulator", "regulator’s notice"
        PRODUCT = "product", "product information"
        FACT_SHEET = "fact-sheet", "health fact sheet"
        DATA = "data", "data set"

    class Checked(models.TextChoices):
        READ = "read", "The text or its abstract was read"
        PARTLY = "partly", "Read in part, or through another source"
        CITATION = "citation", "Only its citation was confirmed"

    class Status(models.TextChoices):
        CURRENT = markdown.CURRENT, "current"
        SUPERSEDED = "superseded", "superseded"
        RETRACTED = "retracted", "retracted"

    key = models.SlugField(
        max_length=60, unique=True, help_text="Its name in texts: [^kim-2021] cites the source with the key kim-2021."
    )
    authors = models.CharField(max_length=300)
    title = models.CharField(max_length=400)
    year = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Leave it empty when the source has none.")
    publisher = models.CharField("journal or publisher", max_length=200)
    doi = models.CharField(
        "DOI",
        max_length=120,
        blank=True,
        validators=[RegexValidator(r"^10\.\d{4,}/\S+$", "A DOI begins with 10.")],
        help_text="The lasting number of a paper, such as 10.1186/s12937-021-00747-9, without https:// before it.",
    )
    pmid = models.CharField(
        "PMID",
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^\d+$", "A PMID is a number.")],
        help_text="Its number in PubMed, a public list of medical papers. Digits only.",
    )
    url = models.URLField("address", max_length=400, blank=True)
    kind = models.CharField("kind of evidence", max_length=20, choices=Kind)
    checked = models.CharField("how it was checked", max_length=10, choices=Checked, default=Checked.READ)
    status = models.CharField(
        max_length=12,
        choices=Status,
        default=Status.CURRENT,
        help_text=(
            "Superseded: a newer version has taken its place; add that one as a source too. Retracted: its publisher "
            "has taken it back. Readers see either word wherever the source is cited."
        ),
    )

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

    def get_absolute_url(self) -> str:
        return self.path


Kind, Status = Reference.Kind, Reference.Status

WEIGHTS = {
    Kind.GUIDELINE: "Experts weighed all the studies they knew and wrote advice from them. Strong, if kept up to date.",
    Kind.SYSTEMATIC_REVIEW: "A search for every study of one question, by fixed rules. As strong as those studies.",
    Kind.TRIAL: "Chance decided who got the treatment. The best way to test one, if it is large and well run.",
    Kind.CROSSOVER: "The same people tried each treatment in turn. Good for short effects, though often small.",
    Kind.PILOT: "A first, small test, or one with no comparison group. It can hint, but it cannot prove.",
    Kind.OBSERVATION: "People were watched or compared, and nothing was tested. It shows links, not causes.",
    Kind.ANIMAL: "Tested in animals. People may differ.",
    Kind.LABORATORY: "Measured in a laboratory. It shows what could happen, not what does happen in people.",
    Kind.REVIEW: "One team’s overview of a field. They choose what to include, so it can lean one way.",
    Kind.COMMENTARY: "An expert’s opinion, which may be well argued. It is no test of anything.",
    Kind.REPORT: "A committee’s findings, usually from many studies. Strong on how much is safe.",
    Kind.REGULATOR: "A notice from an authority that oversees medicines. Strong on risks.",
    Kind.PRODUCT: "What a maker has to say about its medicine, or a label. Good for doses and warnings.",
    Kind.FACT_SHEET: "A summary for patients or staff by a health body. Reliable on the basics, short on detail.",
    Kind.DATA: "Measured values, such as how much magnesium a food holds.",
}
DOUBTS = {
    Status.SUPERSEDED: "A newer version has taken its place, and we have still to check what that changes.",
    Status.RETRACTED: "Its publisher has taken it back. Do not rely on it, nor on a sentence that rests on it alone.",
}
