"""What is new: one Atom feed of the editions that readers see, of every kind of document."""

import datetime as dt
import re
from heapq import nlargest

from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.views.decorators.http import require_safe

from articles.models import ArticleEdition
from supplements.models import SupplementEdition
from triage.models import ChecklistEdition

ENTRIES = 50
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # one would take the whole feed down
KINDS = {  # what an entry is called, and which fields its title and its description are made of
    ArticleEdition: ("article", ["title", "description"]),
    SupplementEdition: ("form of magnesium", ["name"]),
    ChecklistEdition: ("check", ["title", "description"]),
}


class Feed(Atom1Feed):
    def latest_post_date(self):
        """The time of the newest entry; an empty feed has one too, that does not move with the clock."""
        return max((entry["updateddate"] for entry in self.items), default=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def latest() -> list:
    """The newest live editions, one query for each kind."""
    found = []
    for model, (_, words) in KINDS.items():
        editions = model.objects.strict().live().select_related("document")
        editions = editions.only(*words, "number", "change_note", "published_at", "document__slug")
        found += editions.order_by("-published_at", "-pk")[:ENTRIES]
    return nlargest(ENTRIES, found, key=lambda edition: edition.published_at)


def summary(edition) -> str:
    """What changed; of a first edition, what the page is about as well."""
    return f"{edition.description} {edition.change_note}" if edition.number == 1 else edition.change_note


@require_safe
def atom(request):
    """Entries lead to their own edition, whose address is their name for ever."""
    absolute = request.build_absolute_uri
    feed = Feed(
        title="Twitchwise: what is new",
        link=absolute(reverse("home")),
        description=None,
        subtitle="New and changed pages about muscle twitching and magnesium, and what changed in them.",
        feed_url=absolute(request.path),
        feed_guid=absolute(request.path),
        language="en-GB",
        author_name="Twitchwise",
        feed_copyright="CC BY 4.0",
    )
    for edition in latest():
        feed.add_item(
            title=NOT_IN_XML.sub(" ", edition.title),
            link=absolute(edition.permalink),
            description=escape(NOT_IN_XML.sub(" ", summary(edition))),
            unique_id=absolute(edition.permalink),
            updateddate=edition.published_at,
            categories=[KINDS[type(edition)][0]],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
