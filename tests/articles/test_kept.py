"""What is reckoned once for each public change."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from articles import kept
from articles.models import ArticleEdition
from tests.factories import make_article, make_draft


def live_titles():
    return kept.kept("a test's", lambda: sorted(ArticleEdition.objects.live().values_list("title", flat=True)))


@pytest.mark.django_db(transaction=True)
def test_it_is_reckoned_again_after_a_change_and_only_then(django_assert_num_queries):
    make_article("toes", title="Toes")
    assert live_titles() == ["Toes"]
    with django_assert_num_queries(1):  # the stamp
        assert live_titles() == ["Toes"]
    make_article("calves", title="Calves")
    assert live_titles() == ["Calves", "Toes"]


@pytest.mark.django_db(transaction=True)
def test_it_is_reckoned_again_when_a_scheduled_edition_comes_out(monkeypatch):
    moment = timezone.now() + timedelta(hours=1)
    make_draft(title="Toes").publish(at=moment, waiver="A test.")
    assert live_titles() == []
    monkeypatch.setattr(timezone, "now", lambda: moment)
    monkeypatch.setattr(kept, "time", SimpleNamespace(time=moment.timestamp))
    assert live_titles() == ["Toes"]


@pytest.mark.django_db
def test_within_a_transaction_nothing_is_kept():
    make_article("toes", title="Toes")
    assert live_titles() == ["Toes"]
    make_article("calves", title="Calves")
    assert live_titles() == ["Calves", "Toes"]
