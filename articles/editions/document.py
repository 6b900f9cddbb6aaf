"""What keeps an address for ever."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from articles.editions.copying import copy_content, copy_parts
from articles.editions.states import OPEN_STATES, Refused, public_change


class DocumentQuerySet(models.QuerySet):
    def with_is_live(self):
        """Read along whether each document has a live edition, as `is_live`."""
        editions = self.model._meta.get_field("editions").related_model
        return self.annotate(is_live=Exists(editions.objects.live().filter(document=OuterRef("pk"))))


class Document(models.Model):
    """What keeps a slug. Withdrawn, never deleted; a publication after the withdrawal lifts it."""

    slug = models.SlugField(
        "address", max_length=80, unique=True, help_text="The last part of the page's address. It never changes again."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        limit_choices_to={"is_staff": True, "is_active": True},
        help_text="Who is reminded when a review of the page falls due. Without an owner, every reviewer is.",
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_reason = models.CharField(max_length=300, blank=True, editable=False)

    objects = DocumentQuerySet.as_manager()

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
        public_change.send(type(self), document=self)
