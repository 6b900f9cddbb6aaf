"""Forms of magnesium on editions, and the plain rows about them: medicines and conditions, foods, intake references.

Texts cite with `[^key]`, so that every cell carries its own sources; `references` follows from them at each save.
"""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    StringAgg,
    Subquery,
    Value,
    When,
    prefetch_related_objects,
)
from django.db.models.functions import Cast, Lower
from django.utils.functional import cached_property

from articles import gate
from articles.citations import plain
from articles.editions import Document, Edition, EditionQuerySet, Finding, LateApproval, PreviewLink, Review
from articles.models import Article, CitedText, CitesReferences, with_liveness
from articles.paths import path_of
from supplements.dose import Share

RESERVED = ("compare", "dose", "medicines", "foods")


def refuse_reserved(slug: str) -> None:
    """A form's address must not be one of the tools'."""
    if slug in RESERVED:
        raise ValidationError(f"“{slug}” is the address of another page.")


class Use(models.Model):
    """What people take a form for: the small curated set behind the facet “good for”."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60, help_text="Follows “forms often taken for ...”.")
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller numbers come first.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Supplement(Document):
    """A form of magnesium: what keeps its address."""

    slug = models.SlugField(
        "address",
        max_length=80,
        unique=True,
        validators=[refuse_reserved],
        help_text="The last part of the page's address. It never changes again.",
    )

    class Meta(Document.Meta):
        verbose_name = "form of magnesium"
        verbose_name_plural = "forms of magnesium"

    def get_absolute_url(self) -> str:
        return path_of("supplements:detail", self.slug)


class Route(models.TextChoices):
    ORAL = "oral", "swallowed"
    BATH = "bath", "in a bath"
    TOPICAL = "topical", "on the skin"


class RouteCautionQuerySet(models.QuerySet):
    def beside(self, editions) -> list:
        """The cautions that hold for some of `editions`, what is swallowed first. One query."""
        routes = {edition.route for edition in editions}
        return sorted((row for row in self if row.route in routes), key=lambda row: Route.values.index(row.route))


class RouteCaution(CitesReferences):
    """What must be said of every form that is taken in one way; it stands beside each of them."""

    cited_fields = ("cautions",)
    page = ("supplements:table", "Forms of magnesium compared")

    route = models.CharField(max_length=10, choices=Route, unique=True)
    cautions = CitedText(help_text="Shown with every form that is taken like this, in every view.")

    objects = RouteCautionQuerySet.as_manager()

    class Meta:
        verbose_name = "caution by way of taking"
        verbose_name_plural = "cautions by way of taking"

    def __str__(self) -> str:
        names = {Route.ORAL: "Every form that you swallow", Route.BATH: "Baths", Route.TOPICAL: "Sprays and lotions"}
        return names[self.route]


class Bioavailability(models.TextChoices):
    HIGH = "high", "high"
    MODERATE = "moderate", "moderate"
    VARIABLE = "variable", "variable or unproven"
    LOW = "low", "low"


class Gut(models.TextChoices):
    GENTLE = "gentle", "gentle"
    MILD = "mild-laxative", "mild laxative"
    STRONG = "strong-laxative", "strong laxative"
    NONE = "none-local", "none, if not swallowed"


class Evidence(models.TextChoices):
    GOOD = "good", "good evidence"
    LIMITED = "limited", "limited evidence"
    CONFLICTING = "conflicting", "conflicting evidence"
    NONE = "none", "no good evidence"


class SupplementEditionQuerySet(EditionQuerySet):
    def for_table(self):
        return self.strict().select_related("document")

    def matching(self, text: str):
        return self.filter(mentions(text))

    def combinations(self, text: str):
        """How many rows there are of each combination of the facets' values.

        `found` says whether they mention `text`, `used_for` holds the keys of their uses with commas between.
        """
        through = SupplementEdition.uses.through.objects.filter(supplementedition=OuterRef("pk"))
        keys = (
            through.order_by()
            .values("supplementedition")
            .annotate(keys=StringAgg(Cast("use", CharField()), Value(",")))
        )
        groups = ("route", "bioavailability", "gut", "evidence", "found", "used_for")
        found = ExpressionWrapper(mentions(text) if text else Q(pk__isnull=False), BooleanField())
        annotated = self.order_by().annotate(found=found, used_for=Subquery(keys.values("keys"), CharField()))
        return annotated.values(*groups).annotate(rows=Count("pk"))

    def ranked(self, field: str):
        """Order by a field whose choices are listed from best to worst."""
        values = self.model._meta.get_field(field).choices
        rank = Case(*(When(**{field: value}, then=Value(place)) for place, (value, _) in enumerate(values)))
        return self.order_by(rank, Lower("name"), "pk")


def mentions(text: str) -> Q:
    """A condition on editions: every word of `text` is in their name, formula or some cell of words."""
    fields = ("name", "formula", *SupplementEdition.cited_fields)
    asked = [Q.create([(f"{field}__icontains", word) for field in fields], connector=Q.OR) for word in text.split()]
    return Q.create(asked)


def is_used_for(slugs) -> Exists:
    """A condition on editions; a subquery, so that it neither multiplies rows nor disturbs a count."""
    through = SupplementEdition.uses.through
    return Exists(through.objects.filter(supplementedition=OuterRef("pk"), use__slug__in=slugs))


class SupplementEdition(CitesReferences, Edition):
    cited_fields = (
        "bioavailability_note",
        "gut_note",
        "typical_uses",
        "key_benefit",
        "best_for",
        "cautions",
        "evidence_note",
        "label_note",
    )

    document = models.ForeignKey(Supplement, models.PROTECT, related_name="editions", verbose_name="form")
    name = models.CharField(max_length=80)
    formula = models.CharField("chemical formula", max_length=120)
    elemental_percent = models.DecimalField(
        "elemental magnesium, percent",
        max_digits=4,
        decimal_places=1,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(100)],
        help_text="Share of the compound's weight that is magnesium, for the usual hydrate.",
    )
    elemental_low = models.DecimalField("lowest percent", max_digits=4, decimal_places=1)
    elemental_high = models.DecimalField("highest percent", max_digits=4, decimal_places=1)
    hydrate_note = models.CharField(
        max_length=200, help_text="Which hydrate the percent assumes, and what others hold."
    )
    label_note = CitedText("what a label means", blank=True, help_text="How much of the compound makes a usual dose.")
    route = models.CharField(max_length=10, choices=Route)
    solubility = models.CharField(max_length=120)
    bioavailability = models.CharField(max_length=10, choices=Bioavailability)
    bioavailability_note = CitedText(
        help_text="How well it gets into the body, and how anybody knows. Cite with [^key]."
    )
    gut = models.CharField("effect on the gut", max_length=20, choices=Gut)
    gut_note = CitedText("effect on the gut, in words", blank=True)
    typical_uses = CitedText(help_text="What it is used for, whether or not that is proved.")
    key_benefit = CitedText(help_text="The one thing said for it, with how sure that is.")
    best_for = CitedText(help_text="Whom it may suit. Never a promise.")
    cautions = CitedText(help_text="Shown in every view of the table. Who must not take it, or must ask first.")
    evidence = models.CharField("evidence for twitches and cramps", max_length=12, choices=Evidence)
    evidence_note = CitedText(max_length=1500, help_text="What was tested, in how many people, and what came out.")
    uses = models.ManyToManyField(Use, blank=True, related_name="editions", verbose_name="good for")
    articles = models.ManyToManyField(
        Article, blank=True, related_name="supplement_editions", help_text="Articles that discuss this form."
    )

    objects = SupplementEditionQuerySet.as_manager()

    class Meta(Edition.Meta):
        verbose_name = "edition"
        constraints = [
            *Edition.Meta.constraints,
            models.CheckConstraint(
                condition=Q(elemental_low__gt=0)
                & Q(elemental_low__lte=models.F("elemental_percent"))
                & Q(elemental_high__gte=models.F("elemental_percent"))
                & Q(elemental_high__lte=100),
                name="supplements_edition_percent_in_range",
                violation_error_message="The percent lies between the lowest and the highest, and all lie in 0 to 100.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (edition {self.number})"

    @property
    def title(self) -> str:
        return self.name

    @property
    def description(self) -> str:
        return f"{self.name}: cautions, how much magnesium is in it, how well it gets in, and how good the proof is."

    @cached_property
    def share(self) -> Share:
        return Share(self.elemental_low, self.elemental_high)

    @property
    def percent_words(self) -> str:
        """The share of magnesium as a reader sees it: 16.2% (11.3 to 16.2%, by hydrate)."""
        if self.elemental_low == self.elemental_high:
            return f"{self.elemental_percent}%"
        return f"{self.elemental_percent}% ({self.elemental_low} to {self.elemental_high}%, by hydrate)"

    def findings(self) -> list[Finding]:
        found = super().findings()
        found += self.references.findings("references")
        prefetch_related_objects([self], with_liveness("articles"))
        found += gate.list_findings(self.articles.all(), "articles")
        cells = [gate.plain(getattr(self, name), name, warns=name == "cautions") for name in self.cited_fields]
        return found + gate.language_findings(cells)


class SupplementReview(Review):
    edition = models.ForeignKey(SupplementEdition, models.PROTECT, related_name="reviews")

    class Meta(Review.Meta):
        verbose_name = "review"


class SupplementLateApproval(LateApproval):
    edition = models.OneToOneField(SupplementEdition, models.CASCADE, related_name="late_approval")


class SupplementPreviewLink(PreviewLink):
    kind = "s"

    edition = models.ForeignKey(SupplementEdition, models.CASCADE, related_name="preview_links")


class InteractionQuerySet(models.QuerySet):
    def for_route(self, route: str):
        """What matters most for a form: every condition, and for what is swallowed the gravest medicines too."""
        gravest = Q(severity__in=["do-not-use", "important"]) if route == Route.ORAL else Q()
        condition = Q(kind="condition")
        return self.filter(condition | gravest if gravest else condition)


class Interaction(CitesReferences):
    """A medicine or a condition that does not go with magnesium."""

    class Kind(models.TextChoices):
        MEDICINE = "medicine", "medicine"
        CONDITION = "condition", "condition"

    class Severity(models.TextChoices):
        DO_NOT_USE = "do-not-use", "do not use without advice"
        IMPORTANT = "important", "important"
        ASK_DOCTOR = "ask-a-doctor", "ask a doctor"
        ASK_FIRST = "ask-first", "ask first"
        MODERATE = "moderate", "moderate"
        CHECK_LABELS = "check-labels", "check labels"
        LOW = "low", "low"

    cited_fields = ("what_happens", "what_to_do")
    page = ("supplements:medicines", "Medicines and conditions that clash with magnesium")

    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=120)
    examples = models.CharField(max_length=200, blank=True, help_text="Names as they stand on the box, with commas.")
    direction = models.CharField(max_length=80, help_text="In a few words: what does what to what.")
    what_happens = CitedText()
    what_to_do = CitedText()
    hours_apart = models.CharField(max_length=60, blank=True, help_text="Empty where time apart is not the answer.")
    severity = models.CharField(max_length=14, choices=Severity)
    position = models.PositiveSmallIntegerField(default=0)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "position", "name"]

    def __str__(self) -> str:
        return self.name

    @property
    def words(self) -> str:
        """Everything a search may look through, in lower case."""
        return plain(f"{self.name} {self.examples} {self.what_happens} {self.what_to_do}").casefold()


class Food(CitesReferences):
    """Magnesium in one serving of a food; `note` is for readers."""

    cited_fields = ("sources",)
    page = ("supplements:foods", "Magnesium in foods, and how much you need")

    name = models.CharField(max_length=80, unique=True)
    serving = models.CharField(max_length=60)
    group = models.CharField(max_length=30)
    magnesium_mg = models.PositiveSmallIntegerField("magnesium, mg a serving")
    daily_value_percent = models.PositiveSmallIntegerField("percent of the 420 mg daily value")
    note = models.CharField(max_length=200, blank=True)
    sources = CitedText(max_length=200, help_text="One or more [^key].")

    class Meta:
        ordering = ["-magnesium_mg", "name"]

    def __str__(self) -> str:
        return self.name


class IntakeReference(CitesReferences):
    """What a life stage needs a day, and how much more may come from supplements."""

    class Sex(models.TextChoices):
        BOTH = "both", "everybody"
        FEMALE = "female", "women"
        MALE = "male", "men"

    cited_fields = ("sources",)
    page = ("supplements:foods", "Magnesium in foods, and how much you need")

    life_stage = models.CharField(max_length=40)
    sex = models.CharField(max_length=6, choices=Sex)
    rda_mg = models.PositiveSmallIntegerField("recommended amount, mg a day")
    is_adequate_intake = models.BooleanField(default=False, help_text="An estimate (AI), where there is no RDA.")
    upper_mg = models.PositiveSmallIntegerField(
        "upper limit from supplements, mg a day", null=True, blank=True, help_text="Empty where none is set."
    )
    sources = CitedText(max_length=200, help_text="One or more [^key].")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "daily need"
        ordering = ["position"]
        constraints = [models.UniqueConstraint("life_stage", "sex", name="supplements_intake_stage_and_sex")]

    def __str__(self) -> str:
        return self.life_stage if self.sex == self.Sex.BOTH else f"{self.life_stage}, {self.get_sex_display()}"
