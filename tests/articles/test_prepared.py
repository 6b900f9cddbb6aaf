"""Queries that are written once give what the same query gives when it is written anew."""

import gc
import weakref
from threading import Thread

import pytest
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BigIntegerField, DateTimeField, SlugField
from django.utils import timezone

from articles.models import ArticleEdition
from articles.prepared import Later, Prepared
from tests.factories import make_article

pytestmark = pytest.mark.django_db

COLUMNS = ("document__slug", "published_at", "contents", "body_html")


@Prepared
def editions():
    found = ArticleEdition.objects.released(Later("now", DateTimeField())).order_by("pk")
    number, slug = Later("number", BigIntegerField()), Later("slug", SlugField())
    return found.filter(document__slug=slug, number__lte=number).values_list(*COLUMNS)


def written_anew(slug: str, number: int, now) -> list[tuple]:
    found = ArticleEdition.objects.released(now).order_by("pk")
    return list(found.filter(document__slug=slug, number__lte=number).values_list(*COLUMNS))


def test_the_rows_are_those_of_the_values_that_are_given(django_assert_num_queries):
    arm, leg = make_article("arm", body="## A heading\n\nIt is so."), make_article("leg")
    before = arm.published_at
    editions(slug="", number=0, now=timezone.now())
    for asked in (("arm", 1, timezone.now()), ("leg", 9, timezone.now()), ("arm", 0, before), ("toe", 1, before)):
        with django_assert_num_queries(1):
            found = editions(**dict(zip(("slug", "number", "now"), asked, strict=True)))
        assert found == written_anew(*asked)
    assert editions(slug="leg", number=1, now=leg.published_at)[0][1] == leg.published_at


def test_no_connection_is_kept_by_a_query_that_was_written_over_it():
    found, kept = Prepared(editions.make), []

    def write() -> None:
        kept.append(weakref.ref(connections[DEFAULT_DB_ALIAS]))
        assert found.written.readers

    thread = Thread(target=write)
    thread.start()
    thread.join()
    gc.collect()
    assert "written" in vars(found)
    assert kept[0]() is None


def test_a_value_that_is_missing_is_a_mistake():
    with pytest.raises(KeyError):
        editions(slug="arm", number=1)
