"""The index follows what readers see, in the transaction that changes it."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from articles.models import Findable, KnownWord
from articles.search import index
from articles.search.finding import find
from tests.factories import (
    make_article,
    make_checklist,
    make_draft,
    make_form,
    make_interaction,
    make_reference,
    make_term,
)

pytestmark = pytest.mark.django_db


def found(text) -> list[str]:
    return [hit.found.address for group in find(text).groups for hit in group.hits]


def test_what_is_published_is_found_and_what_is_withdrawn_is_not():
    edition = make_article("toes", title="Why toes twitch")
    assert found("toes") == ["/articles/toes/"]
    edition.document.withdraw("It was wrong.")
    assert found("toes") == []
    assert not KnownWord.objects.filter(word="toes").exists()


def test_a_new_edition_takes_the_place_of_the_old_one():
    edition = make_article("toes", title="Why toes twitch")
    make_draft(edition.document, title="Why fingers twitch").publish(waiver="A test.")
    assert found("toes") == []
    assert found("fingers") == ["/articles/toes/"]


def test_a_draft_is_not_found():
    make_draft(title="Why toes twitch")
    assert found("toes") == []


def test_a_scheduled_edition_is_found_from_its_time_on_and_the_one_before_it_until_then(monkeypatch):
    edition = make_article("toes", title="Why toes twitch")
    at = timezone.now() + dt.timedelta(hours=2)
    coming = make_draft(edition.document, title="Why fingers twitch")
    coming.publish(waiver="A test.", at=at)
    assert (found("toes"), found("fingers")) == (["/articles/toes/"], [])
    assert [find(text).total for text in ("twitch", "toes", "fingers")] == [1, 1, 0]
    monkeypatch.setattr(timezone, "now", lambda: at + dt.timedelta(seconds=1))
    assert (found("toes"), found("fingers")) == ([], ["/articles/toes/"])
    assert [find(text).total for text in ("twitch", "toes", "fingers")] == [1, 0, 1]
    monkeypatch.undo()
    coming.cancel_schedule()
    assert (found("toes"), found("fingers")) == (["/articles/toes/"], [])
    assert Findable.objects.filter(ends_at=None).count() == 1


def test_a_word_of_a_scheduled_edition_is_told_to_nobody_before_its_time(monkeypatch):
    make_article(title="Why toes twitch")
    at = timezone.now() + dt.timedelta(hours=2)
    make_draft(title="Quexyltriptan recalled").publish(waiver="A test.", at=at)
    question = find("quexyltriptam toes").question
    assert (question.corrected, question.unknown) == ({}, ["quexyltriptam"])
    monkeypatch.setattr(timezone, "now", lambda: at + dt.timedelta(seconds=1))
    assert find("quexyltriptam").question.corrected == {"quexyltriptam": "quexyltriptan"}


def test_a_source_is_found_for_as_long_as_something_public_rests_on_it(monkeypatch):
    make_reference("old", title="Zorbium")
    make_reference("new", title="Quexyl")
    edition = make_article("toes", body="## Why\n\nSo.[^old]")
    at = timezone.now() + dt.timedelta(hours=2)
    make_draft(edition.document, body="## Why\n\nNo.[^new]").publish(waiver="A test.", at=at)
    assert (found("zorbium"), found("quexyl")) == (["/sources/old/"], [])
    monkeypatch.setattr(timezone, "now", lambda: at + dt.timedelta(seconds=1))
    assert (found("zorbium"), found("quexyl")) == ([], ["/sources/new/"])
    edition.document.withdraw("It was wrong.")
    assert found("quexyl") == []


def test_a_source_is_found_while_a_row_of_a_table_rests_on_it():
    reference = make_reference("study", title="Zorbium")
    assert found("zorbium") == []
    row = make_interaction("digoxin", what_happens="It slows.[^study]")
    assert found("zorbium") == ["/sources/study/"]
    row.references.clear()
    assert found("zorbium") == []
    reference.interactions.add(row)
    assert found("zorbium") == ["/sources/study/"]
    row.delete()
    assert found("zorbium") == []


def test_a_term_and_what_a_form_is_used_for_are_found_as_they_are_called_now():
    term = make_term("tremor")
    use = make_form("citrate", uses=["sleep"]).uses.get()
    assert (found("tremor"), found("sleep")) == (["/glossary/#tremor"], ["/supplements/citrate/"])
    use.name = "Flumbering"
    use.save()
    term.delete()
    assert (found("tremor"), found("sleep"), found("flumbering")) == ([], [], ["/supplements/citrate/"])


def test_a_publication_that_is_undone_leaves_nothing_in_the_index():
    with transaction.atomic():
        make_article("toes", title="Why toes twitch")
        transaction.set_rollback(True)
    assert found("toes") == []


def test_a_form_and_a_checklist_are_found():
    make_form("citrate")
    make_checklist()
    assert found("citrate") == ["/supplements/citrate/"]


def test_a_row_of_a_table_makes_the_page_of_the_table_found():
    row = make_interaction("digoxin", what_happens="It slows the heart.")
    assert found("digoxin") == ["/supplements/medicines/"]
    row.delete()
    assert found("digoxin") == []


def test_reindex_gives_the_index_that_publishing_gave(capsys):
    def contents():
        names = [field.name for field in Findable._meta.concrete_fields if field.name not in ("id", "starts_at")]
        words = list(KnownWord.objects.order_by("word").values_list("word", "stem", "occurrences"))
        return list(Findable.objects.order_by("source", "starts_at").values(*names)), words

    make_interaction("digoxin")
    make_form("citrate")
    toes = make_article("toes", title="Why toes twitch")
    make_article("gone").document.withdraw("It was wrong.")
    make_draft(toes.document, title="Why all toes twitch").publish(waiver="A test.")
    make_draft(toes.document).publish(waiver="A test.", at=timezone.now() + dt.timedelta(days=1))
    index.refresh_fixed()
    before = contents()
    call_command("reindex")
    assert contents() == before
    assert "Articles" in capsys.readouterr().out
    assert found("toes") == ["/articles/toes/"]


@pytest.mark.django_db(transaction=True)
def test_a_site_from_before_the_search_finds_everything_once_it_is_migrated():
    make_article("toes", title="Why toes twitch")
    try:
        call_command("migrate", "articles", "0005", verbosity=0)
    finally:
        call_command("migrate", verbosity=0)
    assert found("toes") == ["/articles/toes/"]
