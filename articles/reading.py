"""What the page of one article reads from the database: five queries, none of which takes long to put together.

A list of ten thousand articles has the database find the live editions and their last reviews. Django takes longer to
write such a query than the database to answer it, and longer than the rest of a page takes to make. One page has a
handful of documents beside it, so their plain rows are read instead, and looked through here.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import F

from articles.editions import is_withdrawn
from articles.models import Article, ArticleEdition, Reference


class Row(NamedTuple):
    """An edition beside one of its reviews: one that was reviewed twice has two rows, and one that never was has one
    without a review."""

    document: int
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


def reading(edition: ArticleEdition) -> dict:
    """What the page of one edition, read `for_reading()`, shows beside its own row. The edition is given what
    `with_review()` and `with_beginning()` would have read."""
    documents: dict[int, list[Row]] = {}
    found = rows(edition)
    for row in found:
        documents.setdefault(row.document, []).append(row)
    mine = documents.pop(edition.document_id)
    listed = sorted(documents.values(), key=lambda each: found.index(newest(each)))  # in the database's order
    reviewed = last_review(mine)
    edition.first_published_at = min((row.published_at for row in mine if row.published_at), default=None)
    edition.reviewed_on, edition.reviewer = reviewed.reviewed_on, reviewed.reviewer
    edition.next_due, edition.reviewed_number = reviewed.next_due, reviewed.review and reviewed.number
    return {
        "edition": edition,
        "faqs": edition.faqs.all(),
        "citations": citations(edition),
        "related": list(filter(None, map(live, listed))),
        "corrections": ArticleEdition.objects.corrections(),
    }


def rows(edition: ArticleEdition) -> list[Row]:
    """Of the edition's own document all editions so far, and of those to read next what has come out; in the order
    of `listed()`."""
    so_far = ArticleEdition.objects.filter(document=edition.document_id, number__lte=edition.number)
    listed = ArticleEdition.objects.released().filter(document__in=edition.related.filter(is_site_page=False))
    columns = [FIELDS.get(name, name) for name in Row._fields]
    found = (so_far | listed).order_by("topic__position", "title").values_list(*columns)
    return [Row(*values) for values in found]


def newest(found: Iterable[Row]) -> Row:
    return max(found, key=lambda row: row.number)


def last_review(found: Iterable[Row]) -> Row:
    """The row with the last review, whichever edition it was of; any row, if there is none."""
    return max(found, key=lambda row: (row.reviewed_on or date.min, row.review or 0))


def live(found: list[Row]) -> ArticleEdition | None:
    """The live edition among the released rows of one document, with no more than a list of articles shows."""
    row = newest(found)
    if is_withdrawn(row.withdrawn_at, row.published_at):
        return None
    shown = ArticleEdition(document=Article(slug=row.slug), title=row.title, description=row.description)
    shown.next_due = last_review(found).next_due
    return shown


def citations(edition: ArticleEdition) -> list[dict]:
    """The sources of a page, as `Numbering.citations` gives them."""
    cited = Reference.objects.filter(citations__edition=edition).annotate(number=F("citations__number"))
    return [{"number": reference.number, "reference": reference} for reference in cited.order_by("number")]
