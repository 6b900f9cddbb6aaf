"""Content for seeing how the site bears much of it."""

import io

import pytest
from django.core.management import CommandError, call_command

from articles.models import Article, ArticleEdition
from articles.search.finding import find
from config import load
from supplements.models import SupplementEdition

pytestmark = pytest.mark.django_db


def test_it_is_published_found_and_has_its_sources(client, settings):
    settings.DEBUG = True
    told = io.StringIO()
    call_command("make_load", articles=3, supplements=2, stderr=told, stdout=io.StringIO())
    assert "Articles: 3 of 3" in told.getvalue()
    article = ArticleEdition.objects.live().select_related("document").get(document__slug="load-2")
    page = client.get("/articles/load-2/")
    assert page.status_code == 200
    assert 'id="source-1"' in page.content.decode()
    assert article.faqs.count() == load.FAQS
    assert article.reviews.exists()
    assert client.get("/supplements/load-1/").status_code == 200
    assert SupplementEdition.objects.live().first().references.exists()
    assert any(hit.found.address == "/articles/load-2/" for group in find(article.title).groups for hit in group.hits)


def test_what_is_stored_is_what_typesetting_makes():
    load.make(1, 0)
    before = ArticleEdition.objects.get()
    before.typeset()
    after = ArticleEdition.objects.get()
    for field in (*ArticleEdition.html_fields, "contents", "terms", "word_count"):
        assert getattr(after, field) == getattr(before, field), field
    assert list(after.citations.values_list("number", flat=True)) == [*range(1, after.citations.count() + 1)]


def test_it_goes_on_where_it_stopped_and_writes_the_same_again():
    load.make(2, 0)
    load.make(1, 0)
    assert set(Article.objects.values_list("slug", flat=True)) == {"load-1", "load-2", "load-3"}
    assert load.Writer(3, ["a"]).body() == load.Writer(3, ["a"]).body() != load.Writer(4, ["a"]).body()


def test_everything_keeps_the_rules_of_its_fields():
    load.make(5, 10)
    for edition in (*ArticleEdition.objects.all(), *SupplementEdition.objects.all()):
        edition.full_clean()


def test_it_is_refused_outside_debug():
    with pytest.raises(CommandError):
        call_command("make_load", articles=1)
    assert not Article.objects.exists()


def test_a_number_below_nothing_is_refused(settings):
    settings.DEBUG = True
    with pytest.raises(CommandError):
        call_command("make_load", articles=-1)
