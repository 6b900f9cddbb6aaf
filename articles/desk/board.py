"""What the desk's front page lists: what waits, what is under way, what is due; each line one click from its work."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst

from articles.desk.addresses import admin_address
from articles.editions import OPEN_STATES, Edition, State
from articles.models import Reference
from articles.usage import is_used

MOST = 12  # lines of a section
SOON = timedelta(days=60)
LATEST = 8


@dataclass(frozen=True)
class Line:
    title: str
    address: str
    kind: str = ""
    who: str = ""
    when: datetime | None = None
    note: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Section:
    """`when_label` says what a line's time means; `more` counts the lines that did not fit."""

    slug: str
    title: str
    says: str
    when_label: str = ""
    lines: list[Line] = field(default_factory=list)
    more: int = 0


def sections(user) -> list[Section]:
    """The lists of the front page, for somebody who may see the editions of the kinds that they hold."""
    kinds = [kind for kind in edition_kinds() if user.has_perm(f"{kind._meta.app_label}.view_{kind._meta.model_name}")]
    under_way = [edition for kind in kinds for edition in working(kind)]
    of = {state: [edition for edition in under_way if edition.state == state] for state in OPEN_STATES}
    scheduled = [edition for edition in under_way if edition.is_scheduled]
    found = [
        listed("review", "Waiting for review", "Somebody who did not write it decides.", "since", of[State.IN_REVIEW]),
        listed("approved", "Approved", "Ready to be published or scheduled.", "since", of[State.APPROVED]),
        listed("drafts", "Drafts in progress", "", "saved", of[State.DRAFT], by_time="saved_at"),
        listed(
            "scheduled",
            "Scheduled",
            "They will be published automatically.",
            "appears",
            scheduled,
            by_time="published_at",
        ),
        due_section(kinds),
        *([alone_section(kinds)] if settings.REVIEW_NEEDS_SECOND_PERSON else []),
        sources_section(user),
        latest_section(kinds),
    ]
    return [section for section in found if section.lines or section.slug in ("review", "drafts", "due")]


def edition_kinds() -> list[type[Edition]]:
    from django.apps import apps

    return [model for model in apps.get_models() if issubclass(model, Edition)]


def working(kind: type[Edition]) -> Iterable[Edition]:
    """Open and scheduled editions, with all that a line shows."""
    rows = kind.objects.filter(Q(state__in=OPEN_STATES) | Q(pk__in=kind.objects.scheduled().values("pk")))
    return rows.select_related("document", "returned_by", "approved_by", "published_by").prefetch_related("authors")


def listed(slug, title, says, when_label, editions, by_time="moved_at") -> Section:
    """A section of editions in the order of their time, the newest draft and the oldest of everything else first."""
    editions = sorted(editions, key=lambda edition: getattr(edition, by_time), reverse=slug == "drafts")
    lines = [line_of(edition, getattr(edition, by_time)) for edition in editions[:MOST]]
    return Section(slug, title, says, when_label, lines, len(editions) - len(lines))


def line_of(edition: Edition, when=None, note="", who=None, is_late=False) -> Line:
    if who is None:
        who = ", ".join(str(author) for author in edition.authors.all())
    if edition.state == State.DRAFT and edition.returned_because:
        note = f"Sent back by {edition.returned_by}: {edition.returned_because}"
    kind = capfirst(edition.document._meta.verbose_name)
    return Line(str(edition), admin_address(edition), kind, who, when, note, is_late)


def due(kind: type[Edition], until) -> models.QuerySet:
    """The live editions whose next review is due by the day `until`, the most overdue first."""
    live = kind.objects.live().with_review().filter(next_due__lte=until)
    return live.select_related("document__owner").defer(*long_texts(kind)).order_by("next_due", "pk")


def long_texts(kind: type[Edition]) -> list[str]:
    """The fields that a list of editions has no use for."""
    return [field.name for field in kind._meta.concrete_fields if isinstance(field, models.TextField)]


def due_section(kinds) -> Section:
    today = timezone.localdate()
    editions = sorted((edition for kind in kinds for edition in due(kind, today + SOON)), key=lambda row: row.next_due)
    lines = [
        line_of(
            edition,
            edition.next_due,
            note="overdue" if edition.review_is_overdue else "",
            who=str(edition.document.owner or "nobody yet"),
            is_late=edition.review_is_overdue,
        )
        for edition in editions[:MOST]
    ]
    says = f"Overdue, or due in the next {SOON.days} days."
    return Section("due", "Reviews due", says, "due", lines, len(editions) - len(lines))


def alone_section(kinds) -> Section:
    rows = [
        edition
        for kind in kinds
        for edition in kind.objects.published_alone().select_related("document", "published_by")
    ]
    rows.sort(key=lambda edition: edition.published_at)
    lines = [line_of(row, row.published_at, f"Reason: {row.waiver}", str(row.published_by)) for row in rows[:MOST]]
    says = "They stay here until somebody else has approved them."
    return Section("alone", "Published without a second person", says, "published", lines, len(rows) - len(lines))


def sources_section(user) -> Section:
    """Sources that no longer hold and that something still rests on."""
    doubtful = Reference.objects.exclude(status=Reference.Status.CURRENT)
    may_see = user.has_perm("articles.view_reference")
    used = [reference for reference in doubtful if is_used(reference)] if may_see else []
    lines = [
        Line(
            row.title,
            admin_address(row, "used"),
            "Reference",
            note=f"{row.get_status_display()}: look at what rests on it",
        )
        for row in used[:MOST]
    ]
    says = "Each names the sentences that rest on it."
    return Section("sources", "Sources that no longer hold", says, "", lines, len(used) - len(lines))


def latest_section(kinds) -> Section:
    rows = [
        edition
        for kind in kinds
        for edition in kind.objects.released()
        .select_related("document", "published_by")
        .order_by("-published_at")[:LATEST]
    ]
    rows.sort(key=lambda edition: edition.published_at, reverse=True)
    lines = [line_of(row, row.published_at, row.change_note, str(row.published_by or "")) for row in rows[:LATEST]]
    return Section("latest", "Last published", "", "published", lines)
