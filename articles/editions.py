"""Documents keep an address for ever; editions hold the words. The one module that knows what "live" means.

A `Document` has a slug and any number of numbered `Edition`s. An edition is written as a draft and moves through review
to publication; from then on it never changes again, and a newer edition takes its place. "Live", "scheduled" and
"superseded" are not states but questions about time, so nothing has to run when a scheduled moment comes.

Everything here is abstract and knows nothing of articles: a kind of document subclasses `Document`, `Edition`, `Review`
and, for rows that belong to an edition's content, `Part`; the foreign keys between them are the subclass's own and are
called `document` (related name `editions`) and `edition` (related name `reviews` for reviews).
"""

from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import FETCH_PEERS, FETCH_RAISE, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone


class Refused(Exception):
    """A step that cannot be taken now; the message says why, in words for an editor."""


class Immutable(Refused):
    """An attempt to change what is published."""


@dataclass(frozen=True)
class Finding:
    """One reason why an edition is not ready to publish. `blocks` is False for a mere warning."""

    message: str
    field: str = ""
    blocks: bool = True


class State(models.TextChoices):
    DRAFT = "draft", "draft"
    IN_REVIEW = "in-review", "in review"
    APPROVED = "approved", "approved"
    PUBLISHED = "published", "published"


OPEN_STATES = (State.DRAFT, State.IN_REVIEW, State.APPROVED)


class Document(models.Model):
    """What keeps a slug. Withdrawn, never deleted; a publication after the withdrawal lifts it."""

    slug = models.SlugField(
        "address", max_length=80, unique=True, help_text="The last part of the page's address. It never changes again."
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(max_length=300, blank=True, editable=False)

    class Meta:
        abstract = True
        default_permissions = ("view", "add", "change", "review")
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_reason="")),
                name="%(app_label)s_%(class)s_withdrawn_with_a_reason",
                violation_error_message="A withdrawn page says why.",
            )
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def live_edition(self):
        """The edition that the public reads, or None."""
        return self.editions.live().first()

    @property
    def open_edition(self):
        """The edition that is being worked on, or None. There is at most one."""
        return self.editions.filter(state__in=OPEN_STATES).first()

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None and self.live_edition is None

    @transaction.atomic
    def start_draft(self, by, source=None):
        """Start a draft as a copy of `source`, or of the newest edition, with everything that belongs to it.

        Raises Refused while another edition is open, or scheduled: two ways ahead would overtake each other.
        """
        type(self).objects.select_for_update().get(pk=self.pk)
        if open_edition := self.open_edition:
            raise Refused(f"Edition {open_edition.number} is still {open_edition.get_state_display()}: work on that.")
        if scheduled := self.editions.scheduled().first():
            raise Refused(f"Edition {scheduled.number} is scheduled. Cancel its schedule first.")
        newest = self.editions.order_by("-number").first()
        source = source or newest
        model = self._meta.get_field("editions").related_model
        draft = model(document=self, number=newest.number + 1 if newest else 1)
        if source:
            copy_content(source, draft)
        draft.change_note = ""
        draft.save()
        draft.authors.add(*([by] if by else []))
        if source:
            copy_parts(source, draft)
        return draft

    @transaction.atomic
    def withdraw(self, reason: str) -> None:
        """Take the document down for a public reason. What was scheduled goes back to approved."""
        type(self).objects.select_for_update().get(pk=self.pk)
        if self.live_edition is None:
            raise Refused("Only a live page can be withdrawn.")
        for edition in self.editions.scheduled():
            edition.cancel_schedule()
        self.withdrawn_at, self.withdrawn_reason = timezone.now(), reason
        self.full_clean(exclude=["slug"])
        self.save(update_fields=["withdrawn_at", "withdrawn_reason"])


class EditionQuerySet(models.QuerySet):
    def live(self):
        """What the public reads: of each document the highest-numbered edition whose time has come."""
        now = timezone.now()
        newer = self.model._base_manager.filter(
            document=OuterRef("document"), number__gt=OuterRef("number"), published_at__lte=now
        )
        not_withdrawn = Q(document__withdrawn_at=None) | Q(published_at__gt=F("document__withdrawn_at"))
        return self.filter(not_withdrawn, ~Exists(newer), published_at__lte=now)

    def released(self):
        """Everything that is or was live: the public history."""
        return self.filter(published_at__lte=timezone.now())

    def scheduled(self):
        return self.filter(published_at__gt=timezone.now())

    def newest(self):
        """Of each document the highest-numbered edition, whatever its state."""
        newer = self.model._base_manager.filter(document=OuterRef("document"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))

    def with_review(self):
        """Add `reviewed_on`, `reviewer` and `next_due` of the last review of this or an earlier edition."""
        reviews = (
            self.model._meta.get_field("reviews")
            .related_model.objects.filter(
                edition__document=OuterRef("document"), edition__number__lte=OuterRef("number")
            )
            .order_by("-reviewed_on", "-pk")
        )
        return self.annotate(
            **{field: Subquery(reviews.values(field)[:1]) for field in ("reviewed_on", "reviewer", "next_due")}
        )

    def strict(self):
        """For pages: whatever they did not ask for is an error while developing, and fetched for all rows otherwise."""
        return self.fetch_mode(FETCH_RAISE if settings.REFUSE_HIDDEN_QUERIES else FETCH_PEERS)

    def delete(self):
        if self.filter(state=State.PUBLISHED).exists():
            raise Immutable("A published edition stays in the history.")
        return super().delete()


class Edition(models.Model):
    """One numbered version of a document's content. `parts` names its Part models, parents before children."""

    parts: tuple[str, ...] = ()

    number = models.PositiveIntegerField(editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    change_note = models.CharField(
        "what changed",
        max_length=200,
        blank=True,
        help_text="One public line for the page's history: what is different, and why.",
    )
    is_correction = models.BooleanField(
        "corrects a mistake", default=False, help_text="Tick it when the last edition was wrong; it is listed publicly."
    )
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", editable=False)
    saved_at = models.DateTimeField(auto_now=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    waiver = models.CharField("published without a second person because", max_length=300, blank=True, editable=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ("view", "add", "change", "review")
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint("document", "number", name="%(app_label)s_%(class)s_number"),
            models.UniqueConstraint(
                "document",
                condition=~Q(state=State.PUBLISHED),
                name="%(app_label)s_%(class)s_one_open",
                violation_error_message="This document already has an open draft.",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=Q(state=State.PUBLISHED, published_at__isnull=False)
                | (~Q(state=State.PUBLISHED) & Q(published_at=None)),
                name="%(app_label)s_%(class)s_published_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document}, edition {self.number}"

    def save(self, *args, **kwargs) -> None:
        """Store the words of a draft. Published words are refused; states move by their verbs only."""
        if self.pk and type(self).objects.filter(pk=self.pk, state=State.PUBLISHED).exists():
            raise Immutable("A published edition never changes. Start a draft.")
        if self.state == State.PUBLISHED:
            raise Refused("Publish an edition with publish().")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if not self.is_open:
            raise Immutable("A published edition stays in the history.")
        return super().delete(*args, **kwargs)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_scheduled(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()

    @property
    def standing(self) -> str:
        """State and time in one word: draft, in review, approved, scheduled, live, superseded or withdrawn."""
        if self.is_open:
            return self.get_state_display()
        if self.is_scheduled:
            return "scheduled"
        if type(self).objects.live().filter(pk=self.pk).exists():
            return "live"
        newer = type(self).objects.released().filter(document=self.document, number__gt=self.number)
        return "superseded" if newer.exists() else "withdrawn"

    @property
    def review_is_overdue(self) -> bool:
        """Whether the day of the next review has passed; for editions read `with_review()`."""
        return self.next_due is not None and self.next_due < timezone.localdate()

    def saved_by(self, user) -> None:
        """Note a finished save: its author, a new version, and back to draft whatever the state was."""
        self.authors.add(user)
        self._move(OPEN_STATES, State.DRAFT, approved_by=None)

    def submit(self) -> None:
        """Ask for a review."""
        self._move([State.DRAFT], State.IN_REVIEW)

    def send_back(self) -> None:
        """Hand the edition back to its author."""
        self._move([State.IN_REVIEW, State.APPROVED], State.DRAFT, approved_by=None)

    def approve(self, by) -> None:
        """Agree to the words as they stand. Raises Refused for one of their authors."""
        if settings.REVIEW_NEEDS_SECOND_PERSON and self.authors.filter(pk=by.pk).exists():
            raise Refused("You wrote a part of this edition, so somebody else has to approve it.")
        self._move([State.IN_REVIEW], State.APPROVED, approved_by=by)

    @transaction.atomic
    def publish(self, by=None, at=None, waiver: str = "") -> None:
        """Make the words public now, or `at` a later time. Without an approval, `waiver` says why none is needed.

        Raises Refused with the reasons where a finding blocks, the time has passed, or approval is missing.
        """
        now = timezone.now()
        if at is not None and at <= now:
            raise Refused("That time has passed. Choose a later one, or publish now.")
        if reasons := [finding.message for finding in self.findings() if finding.blocks]:
            raise Refused(" ".join(reasons))
        allowed = OPEN_STATES if waiver else [State.APPROVED]
        self._move(allowed, State.PUBLISHED, published_at=at or now, published_by=by, waiver=waiver)

    def cancel_schedule(self) -> None:
        """Take a scheduled edition back to where it was before it was scheduled."""
        if not self.is_scheduled:
            raise Refused("Only a scheduled edition has a schedule to cancel.")
        state = State.DRAFT if self.waiver else State.APPROVED
        self._move([State.PUBLISHED], state, published_at=None, published_by=None, waiver="")

    def findings(self) -> list[Finding]:
        """Everything that stands against publishing this edition; subclasses add their own."""
        found = []
        if not self.change_note:
            found.append(Finding("Say in a line what changed.", "change_note"))
        reviews = self._meta.get_field("reviews").related_model.objects
        if not reviews.filter(edition__document=self.document_id, edition__number__lte=self.number).exists():
            found.append(Finding("Add a review with the date when the next one is due.", "reviews"))
        return found

    def _move(self, allowed, to: str, **changes) -> None:
        """Change the state in one statement, if the row still is in an allowed state and as it was read."""
        moved = (
            type(self)
            .objects.filter(pk=self.pk, state__in=allowed, version=self.version)
            .update(state=to, version=F("version") + 1, **changes)
        )
        if not moved:
            current = type(self).objects.get(pk=self.pk)
            if current.version != self.version:
                raise Refused("Somebody changed this edition in the meantime. Look at it again.")
            raise Refused(f"This edition is {current.get_state_display()}, so that step is not open.")
        self.refresh_from_db(fields=["state", "version", *changes])


class Part(models.Model):
    """A row of an edition's content: as unchangeable as its edition. `edition_path` leads from the row to it."""

    edition_path = "edition"

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

    def _refuse_if_published(self) -> None:
        first, *rest = self.edition_path.split("__")
        parent = self._meta.get_field(first).related_model
        state = parent.objects.filter(pk=getattr(self, f"{first}_id")).values_list(
            "__".join([*rest, "state"]), flat=True
        )
        if State.PUBLISHED in state:
            raise Immutable("A published edition never changes. Start a draft.")


class Review(models.Model):
    """One look at a whole page: when, by whom, and when the next is due. A row of its own, so that a published
    edition can be reviewed again without changing."""

    reviewed_on = models.DateField(default=timezone.localdate)
    reviewer = models.CharField(
        max_length=200,
        blank=True,
        help_text="Name and profession of the clinician, as readers may see it. Empty if none has read the page.",
    )
    next_due = models.DateField(help_text="Readers are told when this day has passed without a new review.")
    note = models.CharField(max_length=300, blank=True, help_text="For editors: what was looked at.")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )

    class Meta:
        abstract = True
        default_permissions = ("view", "add")
        ordering = ["-reviewed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(next_due__gt=F("reviewed_on")),
                name="%(app_label)s_%(class)s_due_after_review",
                violation_error_message="The next review is due after this one.",
            )
        ]

    def __str__(self) -> str:
        return f"Reviewed on {self.reviewed_on}"


def copy_content(source: Edition, target: Edition) -> None:
    """Copy every field of the content, leaving out what belongs to the edition itself."""
    own = {field.name for field in Edition._meta.get_fields()} | {"id", "document"}
    for field in source._meta.concrete_fields:
        if field.name not in own:
            setattr(target, field.attname, getattr(source, field.attname))


@transaction.atomic
def copy_parts(source: Edition, target: Edition) -> None:
    """Copy the rows below `source` to `target`; keys between the rows follow the copies."""
    copies: dict[models.Model, models.Model] = {source: target}
    copy_many_to_many(source, target, copies)
    for name in source.parts:
        model = apps.get_model(source._meta.app_label, name)
        for row in model.objects.filter(**{model.edition_path: source}).order_by("pk"):
            copy = model(**{field.attname: copied(row, field, copies) for field in model._meta.concrete_fields})
            copy.save()
            copy_many_to_many(row, copy, copies)
            copies[row] = copy


def copied(row: models.Model, field: models.Field, copies: dict):
    """The value that a copy of `row` has in `field`: a key leads to the copy of what it led to, if there is one."""
    value = getattr(row, field.attname)
    if field.primary_key:
        return None
    if field.is_relation and value is not None:
        other = field.related_model(pk=value)
        return copies.get(other, other).pk
    return value.name if isinstance(field, models.FileField) else value


def copy_many_to_many(row: models.Model, copy: models.Model, copies: dict) -> None:
    for field in row._meta.many_to_many:
        if field.name != "authors" and field.remote_field.through._meta.auto_created:
            getattr(copy, field.name).set([copies.get(other, other) for other in getattr(row, field.name).all()])
