"""A checklist on editions: the rows that an editor writes. What they mean together is `triage.ladder`."""

from collections.abc import Iterator
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery, Value
from django.urls import reverse

from articles import gate
from articles.editions import (
    Document,
    Edition,
    EditionQuerySet,
    Finding,
    LateApproval,
    Part,
    PreviewLink,
    Refused,
    Review,
    State,
)
from articles.models import Article, Reference, source_findings
from triage import ladder as pure
from triage.ladder import AdviceKind, Gate, Kind, Urgency

RESERVED = ("safety",)
SLUG = RegexValidator(r"^[a-z0-9-]+$", "Small letters, digits and hyphens only.")


def words(scale) -> list[tuple[str, str]]:
    """Choices for a field from an ordered scale of the ladder."""
    return [(value.word, value.word.replace("-", " ")) for value in scale]


def refuse_reserved(slug: str) -> None:
    if slug in RESERVED:
        raise ValidationError(f"“{slug}” is the address of another page.")


class Checklist(Document):
    slug = models.SlugField(
        "address",
        max_length=80,
        unique=True,
        validators=[refuse_reserved],
        help_text="The last part of the page's address. It never changes again.",
    )

    def get_absolute_url(self) -> str:
        return reverse("triage:landing", args=[self.slug])


class ChecklistEditionQuerySet(EditionQuerySet):
    def with_before(self):
        """Read along the edition that readers have or had last, as `before_pk` and `before_version`."""
        released = self.model.objects.released().filter(document=OuterRef("document")).order_by("-number")
        fields = {f"before_{name}": Subquery(released.values(name)[:1]) for name in ("pk", "version")}
        return self.annotate(**fields)

    def for_walking(self):
        return self.strict().select_related("document").with_review().with_beginning()


class ChecklistEdition(Edition):
    parts = ("Advice", "Question", "Word", "Option", "Condition", "PairRule", "Outcome", "Magnesium", "Vignette")

    document = models.ForeignKey(Checklist, models.PROTECT, related_name="editions", verbose_name="checklist")
    title = models.CharField(max_length=80)
    description = models.CharField(max_length=160, help_text="One plain sentence for search results.")
    introduction = models.TextField(help_text="What it does and does not do, before it starts. One paragraph a line.")
    limits = models.TextField(help_text="What it cannot do; shown with every result. One sentence a line.")
    references = models.ManyToManyField(Reference, blank=True, related_name="checklist_editions")

    objects = ChecklistEditionQuerySet.as_manager()

    class Meta(Edition.Meta):
        verbose_name = "edition"

    def __str__(self) -> str:
        return f"{self.title} (edition {self.number})"

    @property
    def ladder(self) -> pure.Ladder:
        """The checklist as the pure ladder; read from the database once per version in each process."""
        return ladder_of(self.pk, self.version)

    def proof(self) -> pure.Proof:
        return proof_of(self.pk, self.version)

    def findings(self) -> list[Finding]:
        found = super().findings()
        if len(self.ladder.questions) > pure.MAX_QUESTIONS:
            return [*found, Finding(f"A checklist has at most {pure.MAX_QUESTIONS} questions.", "questions")]
        found += named_findings(self.ladder)
        found += gate.language_findings([gate.plain(words, warns=warns) for words, warns in self.texts()])
        found += self.lowered_findings()
        return found + [
            Finding(f"{finding.message} (property {finding.number})", address_of(self, finding), finding.blocks)
            for finding in self.proof().findings
        ]

    def texts(self) -> Iterator[tuple[str, bool]]:
        """Everything that readers of the checklist may be shown, and whether it warns them."""
        ladder = self.ladder
        yield from ((self.introduction, False), (self.limits, False))
        for question in ladder.questions:
            yield from ((words, False) for words in (question.text, question.hint))
            yield from ((word.meaning, False) for word in question.words)
            yield from ((words, False) for option in question.options for words in (option.label, option.reason))
        yield from ((rule.reason, False) for rule in ladder.rules)
        for advice in ladder.advices:
            yield from (
                (words, advice.kind == AdviceKind.NOTICE) for words in (advice.title, advice.text, advice.to_do)
            )
        for outcome in ladder.outcomes:
            texts = (outcome.heading, outcome.action, outcome.next_steps, outcome.safety_net, *outcome.self_help)
            yield from ((words, True) for words in texts)
        yield from ((words, True) for row in ladder.magnesium for words in (row.heading, row.text))

    def lowers(self) -> bool:
        """Whether some way to answer ends lower, or leaves magnesium more open, than in the live edition."""
        changes = self.changes()
        return changes is not None and bool(changes.lowered or changes.gates_lowered)

    def approve(self, by) -> None:
        """As any edition; but a level that is lowered is never one person's decision, whatever the settings say."""
        if self.authors.filter(pk=by.pk).exists() and self.lowers():
            raise Refused("It makes some answers less urgent, so somebody who did not write it has to approve it.")
        super().approve(by)

    def publish(self, by=None, at=None, waiver: str = "") -> None:
        if waiver and self.state != State.APPROVED and self.lowers():
            raise Refused("It makes some answers less urgent, so it cannot be published without a second person.")
        super().publish(by, at, waiver)

    def changes(self) -> pure.Diff | None:
        """What this edition changes for readers of the one before it, live or withdrawn; None where there is none."""
        if not hasattr(self, "before_pk"):
            before = type(self).objects.filter(pk=self.pk).with_before().values("before_pk", "before_version")
            vars(self).update(before.get())
        if self.before_pk in (None, self.pk):
            return None
        return diff_of(self.before_pk, self.before_version, self.pk, self.version)

    def changes_from(self, before) -> pure.Diff:
        """What another way to answer, or the same, leads to here and did not in the edition `before`."""
        return diff_of(before.pk, before.version, self.pk, self.version)

    def lowered_findings(self) -> list[Finding]:
        """A warning for each row that makes some answers less urgent than readers have it now."""
        changes = self.changes()
        says = "{} {}: some answers end less urgent than now ({} instead of {})."
        return [
            Finding(
                says.format(row.kind, row.slug, row.new, row.old).capitalize(), f"{row.kind}:{row.slug}", blocks=False
            )
            for row in (changes.examples if changes else ())
            if row.is_lowered
        ]


class ChecklistReview(Review):
    edition = models.ForeignKey(ChecklistEdition, models.PROTECT, related_name="reviews")

    class Meta(Review.Meta):
        verbose_name = "review"


class ChecklistLateApproval(LateApproval):
    edition = models.OneToOneField(ChecklistEdition, models.CASCADE, related_name="late_approval")


class ChecklistPreviewLink(PreviewLink):
    kind = "c"

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="preview_links")


class Effect(models.Model):
    """What a chosen option, or a set of them, does: a floor for the urgency and a gate for magnesium."""

    floor = models.CharField(
        max_length=12, choices=words(Urgency), default="self-care", help_text="The least urgency it leads to."
    )
    gate = models.CharField(max_length=12, choices=words(Gate), default="open", help_text="What magnesium may be.")
    reason = models.CharField(
        max_length=200, blank=True, help_text="One sentence, shown where this decides. Plain, calm, no disease names."
    )
    references = models.ManyToManyField(Reference, blank=True, related_name="+")

    class Meta:
        abstract = True

    @classmethod
    def checks(cls, name: str) -> list[models.BaseConstraint]:
        return [
            models.CheckConstraint(
                condition=Q(floor__in=[value.word for value in Urgency]), name=f"triage_{name}_floor"
            ),
            models.CheckConstraint(condition=Q(gate__in=[value.word for value in Gate]), name=f"triage_{name}_gate"),
            models.CheckConstraint(
                condition=Q(floor="self-care", gate="open") | ~Q(reason=""),
                name=f"triage_{name}_reason",
                violation_error_message="Whatever raises the urgency or shuts a gate gives its reason.",
            ),
        ]


class Advice(Part):
    named_by = ("slug",)

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="advices")
    slug = models.CharField(max_length=40, validators=[SLUG])
    position = models.PositiveSmallIntegerField(default=0, help_text="Decides between causes that tie.")
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in AdviceKind])
    title = models.CharField(max_length=80)
    text = models.TextField(max_length=1000)
    to_do = models.TextField("what to do", max_length=600, blank=True)
    references = models.ManyToManyField(Reference, blank=True, related_name="+")
    articles = models.ManyToManyField(Article, blank=True, related_name="+")

    class Meta(Part.Meta):
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint("edition", "slug", name="triage_advice_slug")]

    def __str__(self) -> str:
        return self.title


class Question(Part):
    named_by = ("slug",)

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="questions")
    slug = models.CharField(max_length=40, validators=[SLUG])
    position = models.PositiveSmallIntegerField(default=0, help_text="Most urgent first. 1 is the emergency screen.")
    kind = models.CharField(
        max_length=4, choices=[(Kind.ONE.value, "one answer"), (Kind.MANY.value, "several, or none of these")]
    )
    text = models.CharField("question", max_length=200)
    hint = models.CharField("why we ask", max_length=300, blank=True)

    class Meta(Part.Meta):
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint("edition", "slug", name="triage_question_slug")]

    def __str__(self) -> str:
        return self.text


class Word(Part):
    """A term in a question, and what it means."""

    edition_path = "question__edition"
    named_by = ("question__slug", "term")

    question = models.ForeignKey(Question, models.CASCADE, related_name="words")
    term = models.CharField(max_length=60)
    meaning = models.CharField(max_length=300)

    class Meta(Part.Meta):
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.term


class Option(Effect, Part):
    edition_path = "question__edition"
    named_by = ("question__slug", "slug")

    question = models.ForeignKey(Question, models.CASCADE, related_name="options")
    slug = models.CharField(
        max_length=40, validators=[SLUG], help_text="none, no and not-sure have their usual meaning."
    )
    position = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=200)
    advices = models.ManyToManyField(Advice, blank=True, related_name="options")

    class Meta(Part.Meta):
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint("question", "slug", name="triage_option_slug"),
            *Effect.checks("option"),
        ]

    def __str__(self) -> str:
        return f"{self.question.slug}/{self.slug}"


class Condition(Part):
    """A question is asked only if one of the options of its conditions was chosen before."""

    edition_path = "question__edition"
    named_by = ("question__slug", "option__question__slug", "option__slug")

    question = models.ForeignKey(Question, models.CASCADE, related_name="conditions")
    option = models.ForeignKey(Option, models.CASCADE, related_name="conditions")

    class Meta(Part.Meta):
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("question", "option", name="triage_condition_once")]

    def __str__(self) -> str:
        return f"only if {self.option}"


class PairRule(Effect, Part):
    """Options that mean more when they are chosen together."""

    named_by = ("slug",)

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="rules")
    slug = models.CharField(max_length=40, validators=[SLUG])
    options = models.ManyToManyField(Option, related_name="rules")

    class Meta(Part.Meta):
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("edition", "slug", name="triage_rule_slug"), *Effect.checks("rule")]

    def __str__(self) -> str:
        return self.slug


class Outcome(Part):
    """What a reader is told at one level; the words of the level itself come from the level."""

    named_by = ("urgency",)

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="outcomes")
    urgency = models.CharField(max_length=12, choices=words(Urgency))
    heading = models.CharField(max_length=100)
    action = models.TextField(max_length=400)
    next_steps = models.TextField("what happens next", max_length=1000)
    safety_net = models.TextField(max_length=500, help_text="Get help sooner if ...")
    self_help = models.TextField(max_length=1000, help_text="One line each.")
    numbers_first = models.BooleanField("numbers to call stand first", default=False)
    references = models.ManyToManyField(Reference, blank=True, related_name="+")
    articles = models.ManyToManyField(Article, blank=True, related_name="+")

    class Meta(Part.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint("edition", "urgency", name="triage_outcome_once"),
            models.CheckConstraint(condition=Q(urgency__in=[u.word for u in Urgency]), name="triage_outcome_urgency"),
        ]

    def __str__(self) -> str:
        return self.urgency


class Magnesium(Part):
    """What is said about magnesium behind one gate."""

    named_by = ("gate",)

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="magnesium")
    gate = models.CharField(max_length=12, choices=words(Gate))
    heading = models.CharField(max_length=100)
    text = models.TextField(max_length=1000)
    suggests_supplement = models.BooleanField(default=False)
    references = models.ManyToManyField(Reference, blank=True, related_name="+")
    articles = models.ManyToManyField(Article, blank=True, related_name="+")

    class Meta(Part.Meta):
        ordering = ["pk"]
        verbose_name_plural = "words about magnesium"
        constraints = [
            models.UniqueConstraint("edition", "gate", name="triage_magnesium_once"),
            models.CheckConstraint(
                condition=Q(suggests_supplement=False) | Q(gate="open"),
                name="triage_magnesium_suggested_when_open",
                violation_error_message="A supplement is suggested only behind an open gate.",
            ),
        ]

    def __str__(self) -> str:
        return self.gate


class Vignette(Part):
    """A worked case that must hold: what somebody answers, and what must come out."""

    named_by = ("slug",)

    edition = models.ForeignKey(ChecklistEdition, models.CASCADE, related_name="vignettes")
    slug = models.CharField(max_length=40, validators=[SLUG])
    text = models.CharField(max_length=200)
    options = models.ManyToManyField(Option, blank=True, related_name="vignettes")
    urgency = models.CharField(max_length=12, choices=words(Urgency))
    gate = models.CharField(max_length=12, choices=words(Gate))
    cards = models.ManyToManyField(Advice, blank=True, related_name="vignettes")

    class Meta(Part.Meta):
        ordering = ["pk"]
        constraints = [models.UniqueConstraint("edition", "slug", name="triage_vignette_slug")]

    def __str__(self) -> str:
        return f"{self.slug}: {self.text}"


@lru_cache(maxsize=32)
def ladder_of(pk: int, version: int) -> pure.Ladder:
    """Build the ladder of an edition. `version` is part of the key, so that a saved draft is read anew."""
    rows = {
        name: list(query)
        for name, query in {
            "questions": Question.objects.filter(edition=pk).prefetch_related(
                "words", "options__advices", "options__references", "conditions__option__question"
            ),
            "rules": PairRule.objects.filter(edition=pk).prefetch_related("options__question", "references"),
            "advices": Advice.objects.filter(edition=pk).prefetch_related("references", "articles"),
            "outcomes": Outcome.objects.filter(edition=pk).prefetch_related("references", "articles"),
            "magnesium": Magnesium.objects.filter(edition=pk).prefetch_related("references", "articles"),
            "vignettes": Vignette.objects.filter(edition=pk).prefetch_related("options__question", "cards"),
        }.items()
    }
    return pure.Ladder(
        questions=tuple(question_of(row) for row in rows["questions"]),
        rules=tuple(
            pure.PairRule(row.slug, choices_of(row.options.all()), *effect_of(row), row.reason, keys(row))
            for row in rows["rules"]
        ),
        advices=tuple(
            pure.Advice(row.slug, AdviceKind(row.kind), row.title, row.text, row.to_do, keys(row), slugs(row.articles))
            for row in rows["advices"]
        ),
        outcomes=tuple(outcome_of(row) for row in rows["outcomes"]),
        magnesium=tuple(
            pure.Magnesium(
                Gate.of(row.gate), row.heading, row.text, row.suggests_supplement, keys(row), slugs(row.articles)
            )
            for row in rows["magnesium"]
        ),
        vignettes=tuple(
            pure.Vignette(
                row.slug,
                row.text,
                choices_of(row.options.all()),
                Urgency.of(row.urgency),
                Gate.of(row.gate),
                slugs(row.cards),
            )
            for row in rows["vignettes"]
        ),
    )


@lru_cache(maxsize=32)
def proof_of(pk: int, version: int) -> pure.Proof:
    return pure.examine(ladder_of(pk, version))


@lru_cache(maxsize=32)
def diff_of(old: int, old_version: int, new: int, new_version: int) -> pure.Diff:
    return pure.diff(ladder_of(old, old_version), ladder_of(new, new_version))


def question_of(row: Question) -> pure.Question:
    return pure.Question(
        slug=row.slug,
        kind=Kind(row.kind),
        text=row.text,
        hint=row.hint,
        words=tuple(pure.Word(word.term, word.meaning) for word in row.words.all()),
        asked_if=choices_of(condition.option for condition in row.conditions.all()),
        options=tuple(
            pure.Option(
                option.slug, option.label, *effect_of(option), option.reason, slugs(option.advices), keys(option)
            )
            for option in row.options.all()
        ),
    )


def outcome_of(row: Outcome) -> pure.Outcome:
    return pure.Outcome(
        urgency=Urgency.of(row.urgency),
        heading=row.heading,
        action=row.action,
        next_steps=row.next_steps,
        safety_net=row.safety_net,
        self_help=tuple(lines(row.self_help)),
        numbers_first=row.numbers_first,
        references=keys(row),
        articles=slugs(row.articles),
    )


def cited_by(ladder: pure.Ladder) -> set[str]:
    """The key of every reference behind a row of the ladder."""
    options = (option for question in ladder.questions for option in question.options)
    rows = [*options, *ladder.rules, *ladder.advices, *ladder.outcomes, *ladder.magnesium]
    return {key for row in rows for key in row.references}


def named_by(ladder: pure.Ladder) -> set[str]:
    """The slug of every article that a row of the ladder leads to."""
    return {slug for row in [*ladder.advices, *ladder.outcomes, *ladder.magnesium] for slug in row.articles}


def named_findings(ladder: pure.Ladder) -> list[Finding]:
    """What stands against the sources and articles that a ladder names. One query."""
    sources = Reference.objects.filter(key__in=cited_by(ladder)).exclude(status=Reference.Status.CURRENT)
    articles = Article.objects.filter(slug__in=named_by(ladder)).with_is_live().filter(is_live=False)
    not_live = Value("not live", models.CharField())
    named = sources.order_by().values_list("key", "status").union(articles.order_by().values_list("slug", not_live))
    statuses = dict(named)
    says = "“{}” is not live, so readers are not led there."
    dead = [Finding(says.format(name), blocks=False) for name, status in statuses.items() if status == "not live"]
    return dead + source_findings((name, status) for name, status in statuses.items() if status != "not live")


def effect_of(row: Effect) -> tuple[Urgency, Gate]:
    return Urgency.of(row.floor), Gate.of(row.gate)


def choices_of(options) -> tuple[pure.Choice, ...]:
    return tuple(pure.Choice(option.question.slug, option.slug) for option in options)


def keys(row) -> tuple[str, ...]:
    return tuple(sorted(reference.key for reference in row.references.all()))


def slugs(relation) -> tuple[str, ...]:
    return tuple(row.slug for row in relation.all())


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def address_of(edition: ChecklistEdition, finding: pure.Finding) -> str:
    """Which row a finding concerns, as `kind:slug`; the admin turns it into a link."""
    return f"{finding.kind}:{finding.slug}" if finding.kind else ""
