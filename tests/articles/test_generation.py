"""The stamp: everything that readers see changes it, in the same transaction, and nothing else does."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from articles import generation
from articles.models import Generation, Synonym
from supplements.models import Food, RouteCaution
from tests.factories import (
    make_answer,
    make_article,
    make_checklist,
    make_draft,
    make_form,
    make_interaction,
    make_mistake,
    make_reference,
    make_stage,
    make_term,
    make_topic,
    make_use,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def changes(django_capture_on_commit_callbacks):
    """A function: whether doing something changes the stamp. Each time counts as a transaction of its own."""

    def changed(do) -> bool:
        before = generation.stamp()
        transaction.get_connection().run_on_commit = []
        with django_capture_on_commit_callbacks(execute=True):
            do()
        return generation.stamp() != before

    return changed


ROWS = {
    "source": make_reference,
    "term": make_term,
    "topic": make_topic,
    "answer": make_answer,
    "mistake": make_mistake,
    "medicine": make_interaction,
    "life stage": make_stage,
    "use": make_use,
    "food": lambda: Food.objects.create(name="Oats", serving="1", magnesium_mg=1, daily_value_percent=1),
    "caution": lambda: RouteCaution.objects.create(route="oral", cautions="Ask."),
    "synonym": lambda: Synonym.objects.create(said="jerk", meant="twitch"),
}


@pytest.mark.parametrize("make", ROWS.values(), ids=ROWS)
def test_every_plain_row_changes_it(changes, make):
    made = []
    assert changes(lambda: made.append(make()))
    assert changes(made[0].save)
    assert changes(made[0].delete)


def test_what_a_row_rests_on_changes_it_from_both_sides(changes):
    term, reference = make_term(), make_reference()
    assert changes(lambda: term.references.add(reference))
    assert changes(lambda: reference.terms.remove(term))


@pytest.mark.parametrize("make", [make_article, make_form], ids=["article", "form"])
def test_what_an_edition_goes_through_in_public_changes_it(changes, make):
    published = []
    assert changes(lambda: published.append(make()))
    document = published[0].document
    assert changes(lambda: published[0].reviews.create(reviewed_on="2026-11-24", next_due="2027-11-24"))
    assert changes(lambda: document.withdraw("It was wrong."))
    later = document.start_draft(None)
    later.change_note = "Better."
    later.save()
    assert changes(lambda: later.publish(waiver="A test.", at=timezone.now() + dt.timedelta(hours=1)))
    assert changes(later.cancel_schedule)


def test_a_checklist_changes_it(changes):
    checklist = make_checklist()
    assert changes(lambda: checklist.withdraw("It was wrong."))


def test_a_late_approval_changes_it(changes):
    edition = make_draft()
    edition.publish(by=make_user("solo"), waiver="Nobody else is here.")
    assert changes(lambda: edition.approve_late(make_user("second")))


def test_a_page_made_anew_changes_it(changes):
    """By an update of its rows, which no signal tells."""
    edition = make_article()
    assert changes(edition.typeset)


def test_a_page_about_the_site_changes_it(changes):
    document = make_article("privacy").document
    document.is_site_page = True
    assert changes(document.save)


def test_drafts_and_accounts_do_not_change_it(changes):
    draft, user = make_draft(), make_user()
    assert not changes(draft.save)
    assert not changes(draft.typeset)
    assert not changes(lambda: draft.faqs.create(question="Why?", answer="So."))
    assert not changes(draft.submit)
    assert not changes(user.save)
    assert not changes(draft.faqs.all().delete)
    assert not changes(lambda: draft.authors.add(user))


def test_a_transaction_counts_once(changes):
    def save_many():
        for number in range(5):
            make_reference(f"source-{number}")

    before = Generation.objects.count()
    assert changes(save_many)
    assert Generation.objects.count() == before + 1


def test_a_change_that_is_taken_back_hides_none_that_follows(changes):
    def change_back_and_change():
        with transaction.atomic():
            make_reference("first")
            transaction.set_rollback(True)
        assert not Generation.objects.exclude(pk__lte=last.pk).exists()
        make_reference("second")

    last = Generation.objects.last()
    assert changes(change_back_and_change)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_the_stamp_and_the_file(settings):
    generation.bump()
    before, size = generation.stamp(), settings.GENERATION_FILE.stat().st_size
    with transaction.atomic():
        make_reference()
        transaction.set_rollback(True)
    assert (generation.stamp(), settings.GENERATION_FILE.stat().st_size) == (before, size)
    with transaction.atomic():
        make_reference()
        assert settings.GENERATION_FILE.stat().st_size == size, "it grows after the commit"
    assert settings.GENERATION_FILE.stat().st_size == size + 1


@pytest.mark.parametrize("blocker", ["folder", "file"])
def test_a_file_that_cannot_grow_is_no_fault_of_the_save(changes, settings, tmp_path, blocker):
    if blocker == "folder":  # the file is a folder
        settings.GENERATION_FILE = tmp_path
    else:  # the folder is a file
        (tmp_path / "var").write_text("")
        settings.GENERATION_FILE = tmp_path / "var" / "generation"
    assert changes(make_reference)


def test_two_changes_within_one_tick_of_the_clock_are_told_apart(settings, tmp_path):
    settings.GENERATION_FILE = tmp_path / "var" / "generation"
    sizes = set()
    for _ in range(3):
        generation.announce()
        sizes.add(settings.GENERATION_FILE.stat().st_size)
    assert len(sizes) == 3


def test_a_change_that_is_committed_late_is_noticed(changes):
    """Its row was made before the newest, so the newest alone would not tell."""
    late = Generation(pk=10_000)
    Generation.objects.create(pk=10_001)
    assert changes(late.save)


def test_the_next_moment_is_the_first_of_all_kinds():
    assert generation.next_moment() is None
    now = timezone.now()
    make_article()
    make_draft().publish(waiver="A test.", at=now + dt.timedelta(hours=2))
    form = make_form().document.start_draft(None)
    form.change_note = "Better."
    form.save()
    form.publish(waiver="A test.", at=now + dt.timedelta(hours=1))
    assert generation.next_moment() == now + dt.timedelta(hours=1)


def test_a_migrated_site_has_a_new_stamp_and_forgets_old_changes(monkeypatch, changes):
    monkeypatch.setattr(generation, "KEPT", 3)
    Generation.objects.bulk_create(Generation() for _ in range(10))
    assert changes(lambda: generation.begin("default"))
    assert Generation.objects.count() == 4


def test_a_site_without_a_row_has_no_stamp():
    Generation.objects.all().delete()
    assert generation.stamp() == ""
