"""What the page of one article reads from the database: five queries, each of which is written once in a process.

A list of ten thousand articles has the database find the live editions and their last reviews. One page has a handful
of documents beside it, so their plain rows are read instead, and looked through here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import BigIntegerField, DateTimeField, SlugField
from django.utils import timezone

from articles.editions import is_overdue, is_withdrawn, strictly
from articles.models import Article, ArticleEdition, Citation, Faq, Topic
from articles.models.references import Described
from articles.paths import path_of
from articles.prepared import Later, Prepared

SLUG, NOW = Later("slug", SlugField()), Later("now", DateTimeField())
EDITION, DOCUMENT, NUMBER = (Later(name, BigIntegerField()) for name in ("edition", "document", "number"))


class Row(NamedTuple):
    """An edition beside one of its reviews: one that was reviewed twice has two rows, and one that never was has one
    without a review."""

    document_id: int
    number: int
    published_at: datetime | None
    title: str
    description: str
    slug: str
    withdrawn_at: datetime | None
    reviewed_on: date | None
    review: int | None
    reviewer: str | None
    next_due: date | None


FIELDS = {
    "slug": "document__slug",
    "withdrawn_at": "document__withdrawn_at",
    "reviewed_on": "reviews__reviewed_on",
    "review": "reviews__pk",
    "reviewer": "reviews__reviewer",
    "next_due": "reviews__next_due",
}


class Listed(NamedTuple):
    """A live edition as a list of articles shows it."""

    address: str
    title: str
    description: str
    review_is_overdue: bool


class SourceRow(NamedTuple):
    key: str
    authors: str
    title: str
    year: int | None
    publisher: str
    doi: str
    pmid: str
    url: str
    kind: str
    status: str


class Source(Described, SourceRow):
    """A source that a page cites. It never changes, so that what follows from it is worked out once."""

    address = cached_property(Described.address.fget)
    entry = cached_property(Described.entry.fget)


# As it is read, the edition is no more than the page shows: not the Markdown of what has its HTML beside it.
READ = {
    ArticleEdition: {
        *("id", "document_id", "topic_id", "number", "state", "published_at", "change_note", "title", "description"),
        *("quick_answer_html", "key_points", "key_points_html", "body_html", "contents", "terms", "word_count"),
    },
    Article: {"id", "slug", "is_site_page", "withdrawn_at"},
    Topic: {"id", "slug", "name"},
}
COLUMNS = {
    model: [field.attname for field in model._meta.concrete_fields if field.attname in names]  # in their order
    for model, names in READ.items()
}


def live_edition(slug: str) -> ArticleEdition | None:
    """The live edition of one document, with its document and topic, or None. One query."""
    found = editions(slug=slug, now=timezone.now())
    if not found:
        return None
    values, made = iter(found[0]), {}
    for model, names in COLUMNS.items():
        mine = [next(values) for _ in names]
        made[model] = model.from_db(DEFAULT_DB_ALIAS, names, mine, fetch_mode=strictly())
    edition, document, topic = made.values()
    edition.document, edition.topic = document, topic
    return None if is_withdrawn(document.withdrawn_at, edition.published_at) else edition


@Prepared
def editions() -> models.QuerySet:
    """The newest released edition of a document, whether or not that is withdrawn."""
    ways = {ArticleEdition: "", Article: "document__", Topic: "topic__"}
    columns = [f"{ways[model]}{name}" for model, names in COLUMNS.items() for name in names]
    released = ArticleEdition.objects.released(NOW).filter(document__slug=SLUG)
    return released.order_by("-number").values_list(*columns)[:1]


def reading(edition: ArticleEdition) -> dict:
    """What the page of one edition, read `for_reading()`, shows beside its own row. The edition is given what
    `with_review()` and `with_beginning()` would have read."""
    documents: dict[int, list[Row]] = {}
    key, now = {"edition": edition.pk}, timezone.now()
    today = timezone.localdate(now)
    found = [Row(*values) for values in rows(**key, document=edition.document_id, number=edition.number, now=now)]
    for row in found:
        documents.setdefault(row.document_id, []).append(row)
    mine = documents.pop(edition.document_id)
    listed = sorted(documents.values(), key=lambda each: found.index(newest(each)))  # in the database's order
    reviewed = last_review(mine)
    edition.first_published_at = min((row.published_at for row in mine if row.published_at), default=None)
    edition.reviewed_on, edition.reviewer = reviewed.reviewed_on, reviewed.reviewer
    edition.next_due, edition.reviewed_number = reviewed.next_due, reviewed.review and reviewed.number
    return {
        "edition": edition,
        "faqs": [{"question": question, "answer_html": answer} for question, answer in faqs(**key)],
        "citations": [{"number": number, "reference": source(*values)} for number, *values in citations(**key)],
        "corrections": ArticleEdition.objects.corrections,  # which one page asks for
        "related": list(filter(None, (live(each, today) for each in listed))),
    }


@Prepared
def rows() -> models.QuerySet:
    """Of the edition's own document all editions so far, and of those to read next what has come out; in the order
    of `listed()`."""
    so_far = ArticleEdition.objects.filter(document=DOCUMENT, number__lte=NUMBER)
    related = ArticleEdition.related.through.objects.filter(articleedition=EDITION, article__is_site_page=False)
    listed = ArticleEdition.objects.released(NOW).filter(document__in=related.values("article"))
    columns = [FIELDS.get(name, name) for name in Row._fields]
    return (so_far | listed).order_by("topic__position", "title").values_list(*columns)


@Prepared
def faqs() -> models.QuerySet:
    return Faq.objects.filter(edition=EDITION).values_list("question", "answer_html")


@Prepared
def citations() -> models.QuerySet:
    columns = [f"reference__{name}" for name in SourceRow._fields]
    return Citation.objects.filter(edition=EDITION).values_list("number", *columns)


@lru_cache(2_000)
def source(*values) -> Source:
    return Source(*values)


def newest(found: Iterable[Row]) -> Row:
    return max(found, key=lambda row: row.number)


def last_review(found: Iterable[Row]) -> Row:
    """The row with the last review, whichever edition it was of; any row, if there is none."""
    return max(found, key=lambda row: (row.reviewed_on or date.min, row.review or 0))


def live(found: list[Row], today: date) -> Listed | None:
    """The live edition among the released rows of one document."""
    row = newest(found)
    if is_withdrawn(row.withdrawn_at, row.published_at):
        return None
    overdue = is_overdue(last_review(found).next_due, today)
    return Listed(path_of("articles:detail", row.slug), row.title, row.description, overdue)
