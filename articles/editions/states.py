"""The states of an edition, and the reasons why a step is refused."""

from dataclasses import dataclass

from django.db import models
from django.dispatch import Signal


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

# Sent within the transaction in which what readers see of `document` changes, now or at a time that is set.
public_change = Signal()
