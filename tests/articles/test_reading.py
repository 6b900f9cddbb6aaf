"""What the page of one article reads finds the same as what lists read: `live()`, `listed()`, `with_review()`."""

import datetime as dt
from itertools import product

import pytest
from django.utils import timezone

from articles.models import Article, ArticleEdition, ArticleReview
from articles.reading import live_edition, reading
from tests.factories import make_article, make_draft, make_reference, make_topic

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)
SAID = ("first_published_at", "reviewed_on", "reviewer", "next_due", "reviewed_number")


def reviewed(edition, on: str, due: str, reviewer: str = "") -> None:
    edition.reviews.create(reviewed_on=on, next_due=due, reviewer=reviewer)


def make_document(slug: str, editions: int, fate: str, reviews: str) -> Article:
    """A document with so many published editions, and what has become of it since."""
    document = make_article(slug).document
    for _ in range(editions - 1):
        make_draft(document).publish(waiver="A test.")
    first, last = document.editions.order_by("number")[0], document.editions.order_by("-number")[0]
    if reviews == "none":
        ArticleReview.objects.all().delete()
    elif reviews == "of the first":
        reviewed(first, "2031-02-03", "2032-02-03", "Dr A. Body")
    elif reviews == "twice on a day":
        reviewed(last, "2031-02-03", "2033-02-03", "Dr B. Body")
        reviewed(first, "2031-02-03", "2034-02-03", "Dr C. Body")
    if fate in ("withdrawn", "withdrawn and back"):
        document.withdraw("It was wrong.")
    if fate == "withdrawn and back":
        make_draft(document, title=f"Put right {slug}").publish(waiver="A test.")
    if fate == "one is scheduled":
        coming = make_draft(document, title="To come")
        coming.publish(waiver="A test.", at=timezone.now() + HOUR)
        reviewed(coming, "2035-01-01", "2036-01-01")
    if fate == "one is open":
        reviewed(make_draft(document, title="Not yet"), "2035-01-01", "2036-01-01")
    return document


FATES = ("live", "withdrawn", "withdrawn and back", "one is scheduled", "one is open")
REVIEWS = ("one each", "none", "of the first", "twice on a day")


@pytest.mark.parametrize(("editions", "fate", "reviews"), [*product((1, 3), FATES, REVIEWS)])
def test_each_edition_says_of_itself_what_a_list_says(editions, fate, reviews):
    document = make_document("arm", editions, fate, reviews)
    assert live_edition("arm") == document.live_edition
    for known in document.editions.with_review().with_beginning():
        edition = ArticleEdition.objects.for_reading().get(pk=known.pk)
        reading(edition)
        if known.is_released:
            assert [getattr(edition, name) for name in SAID] == [getattr(known, name) for name in SAID]
        else:
            assert [getattr(edition, name) for name in SAID[1:]] == [getattr(known, name) for name in SAID[1:]]


def test_what_is_read_next_is_what_is_listed():
    last, first = make_topic(slug="last", name="Last", position=9), make_topic(slug="first", name="First", position=1)
    documents = [
        make_document(f"d{n}", editions, fate, reviews)
        for n, (editions, fate, reviews) in enumerate(product((1, 2), FATES, ("one each", "of the first")))
    ]
    documents += [make_article("z", topic=first).document, make_article("a", topic=last).document]
    documents += [make_article("about", is_site_page=True).document, make_draft().document]
    late = make_article("late").document
    late.editions.get().reviews.update(reviewed_on="2019-01-01", next_due="2020-01-01")
    page = make_article("page", topic=last)
    page.related.set([*documents, late])
    listed = ArticleEdition.objects.listed().filter(document__in=page.related.all())
    found = reading(page)["related"]
    assert len(found) > 10
    assert [shown(edition) for edition in found] == [shown(edition) for edition in listed]
    assert any(edition.review_is_overdue for edition in found)


def shown(edition):
    return edition.address, edition.title, edition.description, edition.review_is_overdue


def test_sources_stand_in_the_order_of_their_numbers():
    for key in ("b", "a", "c"):
        make_reference(key)
    edition = make_article(body="## A heading\n\nThis.[^c] And this.[^a] And that.[^b]", quick_answer="So.[^b]")
    cited = [(row["number"], row["reference"].key) for row in reading(edition)["citations"]]
    assert cited == [(1, "b"), (2, "c"), (3, "a")]


def test_however_many_editions_and_neighbours_it_takes_five_queries(client, django_assert_num_queries):
    page = make_article("page")
    client.get("/articles/page/")
    page.related.set(make_document(f"d{n}", 3, "live", "twice on a day") for n in range(5))
    with django_assert_num_queries(5):
        client.get("/articles/page/")
