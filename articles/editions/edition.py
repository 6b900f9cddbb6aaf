"""One numbered version of a document's content, and the steps from draft to published."""

from datetime import date, datetime

from django.conf import settings
from django.db import models, transaction
from django.db.models import FETCH_PEERS, FETCH_RAISE, Exists, F, OuterRef, Q, StringAgg, Subquery, Value
from django.db.models.fetch_modes import FetchMode
from django.urls import reverse
from django.utils import timezone

from articles.editions.states import OPEN_STATES, Finding, Immutable, Refused, State, public_change


def is_withdrawn(withdrawn_at: datetime | None, published_at: datetime) -> bool:
    """Whether a document is withdrawn: since its newest released edition came out. See `live()`."""
    return withdrawn_at is not None and published_at <= withdrawn_at


def is_overdue(next_due: date | None, today: date) -> bool:
    """Whether the day of the next review has passed."""
    return next_due is not None and next_due < today


def strictly() -> FetchMode:
    """For pages: whatever they did not ask for is an error while developing, and fetched for all rows otherwise."""
    return FETCH_RAISE if settings.REFUSE_HIDDEN_QUERIES else FETCH_PEERS


class EditionQuerySet(models.QuerySet):
    def live(self, now=None):
        """What the public reads: of each document the highest-numbered edition whose time has come.

        `now` is a time, or an expression for one.
        """
        now = timezone.now() if now is None else now
        newer = self.model._base_manager.filter(
            document=OuterRef("document"), number__gt=OuterRef("number"), published_at__lte=now
        )
        not_withdrawn = Q(document__withdrawn_at=None) | Q(published_at__gt=F("document__withdrawn_at"))
        return self.filter(not_withdrawn, ~Exists(newer), published_at__lte=now)

    def released(self, now=None):
        """Everything that is or was live: the public history. `now` is as in `live()`."""
        return self.filter(published_at__lte=timezone.now() if now is None else now)

    def shown(self):
        """What is or was live, of documents that are not withdrawn."""
        live = self.model.objects.live().values("document")
        return self.released().filter(document__in=live)

    def scheduled(self):
        return self.filter(published_at__gt=timezone.now())

    def open(self):
        """What is being worked on."""
        return self.filter(state__in=OPEN_STATES)

    def in_use(self):
        """What somebody reads, will read or works on: live, scheduled and open editions."""
        live = self.model.objects.live().values("pk")
        return self.filter(Q(pk__in=live) | Q(published_at__gt=timezone.now()) | Q(state__in=OPEN_STATES))

    def published_alone(self):
        """What somebody published without a second person and nobody has approved since.

        What the site began with has no publisher and is not meant here.
        """
        alone = self.filter(state=State.PUBLISHED, published_by__isnull=False, late_approval=None)
        return alone.exclude(waiver="")

    def newest(self):
        """Of each document the highest-numbered edition, whatever its state."""
        newer = self.model._base_manager.filter(document=OuterRef("document"), number__gt=OuterRef("number"))
        return self.filter(~Exists(newer))

    def with_review(self, *fields: str):
        """Add `reviewed_on`, `reviewer` and `next_due` of the last review of this or an earlier edition, and
        `reviewed_number`, the number of the edition that was reviewed; or only those that are named."""
        reviews = (
            self.model._meta.get_field("reviews")
            .related_model.objects.filter(
                edition__document=OuterRef("document"), edition__number__lte=OuterRef("number")
            )
            .order_by("-reviewed_on", "-pk")
        )
        sources = {name: name for name in ("reviewed_on", "reviewer", "next_due")}
        sources["reviewed_number"] = "edition__number"
        return self.annotate(
            **{name: Subquery(reviews.values(sources[name])[:1]) for name in fields or sources},
        )

    def with_beginning(self):
        """Add `first_published_at`: when the document's first edition came out."""
        mine = self.model.objects.filter(document=OuterRef("document")).released().order_by("number")
        return self.annotate(first_published_at=Subquery(mine.values("published_at")[:1]))

    def with_standing(self):
        """Read along what `standing` asks for, so that a list of editions costs no query for each."""
        mine = self.model.objects.filter(document=OuterRef("document"))
        return self.annotate(
            live_number=Subquery(mine.live().values("number")[:1]),
            released_number=Subquery(mine.released().order_by("-number").values("number")[:1]),
            newest_number=Subquery(mine.order_by("-number").values("number")[:1]),
        )

    def with_author_names(self):
        """Read along who wrote each edition, as `author_names`, with commas between."""
        mine = self.model._meta.model_name
        through = self.model.authors.through.objects.filter(**{mine: OuterRef("pk")}).order_by()
        names = through.values(mine).annotate(names=StringAgg("user__username", Value(", ")))
        return self.annotate(author_names=Subquery(names.values("names"), models.CharField()))

    def strict(self):
        """For pages: see `strictly()`."""
        return self.fetch_mode(strictly())

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
    moved_at = models.DateTimeField("in this state since", default=timezone.now, editable=False)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    returned_because = models.CharField("sent back because", max_length=500, blank=True, editable=False)
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

    @transaction.atomic
    def delete(self, *args, **kwargs):
        """Discard a draft, with the reviews of its words."""
        if not type(self).objects.select_for_update().filter(pk=self.pk, state__in=OPEN_STATES).exists():
            raise Immutable("A published edition stays in the history.")
        self.reviews.all().delete()
        return super().delete(*args, **kwargs)

    @property
    def address(self) -> str:
        """The path at which its document is read."""
        return self.document.get_absolute_url()

    @property
    def permalink(self) -> str:
        """The path at which this edition stays readable, whatever comes after it."""
        return reverse(f"{self._meta.app_label}:edition", args=[self.document.slug, self.number])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_scheduled(self) -> bool:
        return self.published_at is not None and self.published_at > timezone.now()

    @property
    def is_released(self) -> bool:
        """Whether its time has come: it is or was live."""
        return self.published_at is not None and not self.is_scheduled

    @property
    def standing(self) -> str:
        """State and time in one word: draft, in review, approved, scheduled, live, superseded or withdrawn."""
        if self.is_open:
            return self.get_state_display()
        if self.is_scheduled:
            return "scheduled"
        self.find_neighbours()
        if self.number == self.live_number:
            return "live"
        return "withdrawn" if self.number == self.released_number else "superseded"

    def find_neighbours(self) -> None:
        """Read which editions of the document are live, released last, and newest, unless read `with_standing()`."""
        if not hasattr(self, "live_number"):
            numbers = ("live_number", "released_number", "newest_number")
            vars(self).update(type(self).objects.filter(pk=self.pk).with_standing().values(*numbers).get())

    @property
    def review_is_overdue(self) -> bool:
        """For editions read `with_review()`."""
        return is_overdue(self.next_due, timezone.localdate())

    def saved_by(self, user) -> None:
        """Note a finished save: its author, a new version, and back to draft whatever the state was."""
        self.authors.add(user)
        self._move(OPEN_STATES, State.DRAFT, approved_by=None)

    def submit(self) -> None:
        """Ask for a review."""
        self._move([State.DRAFT], State.IN_REVIEW, returned_by=None, returned_because="")

    def send_back(self, by, because: str) -> None:
        """Hand the edition back to its authors, with a note on what is still to do."""
        changes = {"approved_by": None, "returned_by": by, "returned_because": because}
        self._move([State.IN_REVIEW, State.APPROVED], State.DRAFT, **changes)

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

    def take_over(self, waiver: str) -> None:
        """Make words public that come from files, whose reader has checked them already.

        What stands against publishing something new does not keep out what readers have: a source may have been
        retracted since, and articles that link to each other cannot all be live before the first.
        """
        self._move(OPEN_STATES, State.PUBLISHED, published_at=timezone.now(), waiver=waiver)

    @property
    def awaits_late_approval(self) -> bool:
        is_alone = self.state == State.PUBLISHED and self.waiver and self.published_by_id
        return bool(is_alone) and not hasattr(self, "late_approval")

    def approve_late(self, by, note: str = "") -> None:
        """Agree, after the fact, to what was published without a second person. Raises Refused for those who did it."""
        if not self.awaits_late_approval:
            raise Refused("This edition does not wait for an approval.")
        if by.pk == self.published_by_id or self.authors.filter(pk=by.pk).exists():
            raise Refused("You wrote or published this edition, so somebody else has to approve it.")
        self._meta.get_field("late_approval").related_model.objects.create(edition=self, approved_by=by, note=note)

    def cancel_schedule(self) -> None:
        """Take a scheduled edition back to where it was before it was scheduled."""
        if not self.is_scheduled:
            raise Refused("Only a scheduled edition has a schedule to cancel.")
        state = State.DRAFT if self.waiver else State.APPROVED
        coming = Q(published_at__gt=timezone.now())
        self._move([State.PUBLISHED], state, coming, published_at=None, published_by=None, waiver="")

    @property
    def was_reviewed(self) -> bool:
        """Whether this or an earlier edition has a review, and so a day when the next is due."""
        if hasattr(self, "next_due"):  # read with_review()
            return self.next_due is not None
        reviews = self._meta.get_field("reviews").related_model.objects
        return reviews.filter(edition__document=self.document_id, edition__number__lte=self.number).exists()

    @property
    def was_reviewed_itself(self) -> bool:
        if hasattr(self, "reviewed_number"):  # read with_review()
            return self.reviewed_number == self.number
        return self.reviews.exists()

    def findings(self) -> list[Finding]:
        """Everything that stands against publishing this edition; subclasses add their own."""
        found = []
        if not self.change_note:
            found.append(Finding("Say in a line what changed.", "change_note"))
        if not self.was_reviewed:
            says = "A reviewer has still to mark it as reviewed, with the day of the next check."
            found.append(Finding(says, "reviews"))
        elif not self.was_reviewed_itself:
            says = "The last check was of an earlier edition, and the words have changed since. Mark it as reviewed?"
            found.append(Finding(says, "reviews", blocks=False))
        return found

    @transaction.atomic
    def _move(self, allowed, to: str, condition=None, **changes) -> None:
        """Change the state in one statement, if the row still is in an allowed state, as it was read, and fits."""
        was = self.state
        moved = (
            type(self)
            .objects.filter(condition or Q(), pk=self.pk, state__in=allowed, version=self.version)
            .update(state=to, version=F("version") + 1, moved_at=timezone.now(), **changes)
        )
        if not moved:
            current = type(self).objects.get(pk=self.pk)
            if current.version != self.version:
                raise Refused("Somebody changed this edition in the meantime. Look at it again.")
            raise Refused(f"This edition is {current.get_state_display()}, so that step is not open.")
        self.refresh_from_db(fields=["state", "version", "moved_at", *changes])
        if State.PUBLISHED in (was, self.state):
            public_change.send(type(self.document), document=self.document)
