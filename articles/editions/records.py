"""What is written down about an edition without changing it: reviews, late approvals, links to a preview."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


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


class LateApproval(models.Model):
    """A second person's word on an edition that was published without one. Its foreign key is called `edition`."""

    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"Approved afterwards by {self.approved_by}"


class PreviewLinkQuerySet(models.QuerySet):
    def usable(self):
        return self.filter(revoked_at=None, expires_at__gt=timezone.now())

    def opened_with(self, token: str):
        """The usable link that `token` belongs to, or None."""
        return self.usable().filter(digest=digest(token)).select_related("edition__document").first()


class PreviewLink(models.Model):
    """Lets somebody without an account read one edition for a while. The token itself is kept nowhere.

    `kind` is the letter that a subclass's tokens begin with, so that an address tells which kind of document it opens.
    """

    LIFE = timedelta(days=7)
    kind = ""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = PreviewLinkQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"Preview link by {self.made_by}"

    @classmethod
    def issue(cls, edition, by) -> str:
        """Make a link and return its token: the only time that anybody sees it."""
        token = f"{cls.kind}{secrets.token_urlsafe(32)}"
        cls.objects.create(edition=edition, made_by=by, digest=digest(token), expires_at=timezone.now() + cls.LIFE)
        return token

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()

    def revoke(self) -> None:
        type(self).objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now())


def digest(token: str) -> str:
    """How a token is kept: nothing leads back from it, and 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
