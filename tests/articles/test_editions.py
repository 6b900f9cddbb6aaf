"""The state machine: what moves, what never changes, what is live."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from articles.editions import Immutable, Refused, State
from articles.models import Article, ArticleEdition, Faq, Figure
from tests.factories import make_article, make_draft, make_editor, make_reference, make_reviewer

pytestmark = pytest.mark.django_db

SOON = dt.timedelta(hours=1)


def move_time(edition, **delta):
    """Shift a publication into the past or future, as time itself would."""
    when = timezone.now() + dt.timedelta(**delta)
    ArticleEdition.objects.filter(pk=edition.pk).update(published_at=when)


def test_the_ordinary_way_from_draft_to_live(editor, reviewer):
    draft = make_draft()
    draft.saved_by(editor)
    assert draft.document.live_edition is None
    draft.submit()
    draft.approve(reviewer)
    draft.publish(reviewer)
    assert draft.standing == "live"
    assert draft.document.live_edition == draft
    assert draft.published_by == draft.approved_by == reviewer


@pytest.mark.parametrize("step", ["approve", "publish", "send_back", "cancel_schedule"])
def test_a_step_cannot_be_skipped(step, reviewer):
    draft = make_draft()
    with pytest.raises(Refused):
        getattr(draft, step)(
            *{"approve": [reviewer], "publish": [reviewer], "send_back": [reviewer, "Why?"]}.get(step, [])
        )
    draft.refresh_from_db()
    assert draft.state == State.DRAFT


def test_an_author_does_not_approve_their_own_words(reviewer, settings):
    draft = make_draft()
    draft.saved_by(reviewer)
    draft.submit()
    with pytest.raises(Refused):
        draft.approve(reviewer)
    settings.REVIEW_NEEDS_SECOND_PERSON = False
    draft.approve(reviewer)
    assert draft.state == State.APPROVED


def test_a_save_takes_the_approval_away(editor, reviewer):
    draft = make_draft()
    draft.submit()
    draft.approve(reviewer)
    draft.saved_by(editor)
    assert (draft.state, draft.approved_by) == (State.DRAFT, None)
    with pytest.raises(Refused):
        draft.publish(reviewer)


def test_a_stale_row_moves_nothing(editor):
    draft = make_draft()
    stale = ArticleEdition.objects.get(pk=draft.pk)
    draft.saved_by(editor)
    with pytest.raises(Refused, match="in the meantime"):
        stale.submit()


def test_published_words_never_change():
    live = make_article()
    live.title = "Something else"
    with pytest.raises(Immutable):
        live.save()
    with pytest.raises(Immutable):
        live.delete()
    with pytest.raises(Immutable):
        ArticleEdition.objects.filter(pk=live.pk).delete()
    assert ArticleEdition.objects.get(pk=live.pk).title != "Something else"


def test_published_parts_never_change():
    draft = make_draft()
    faq = draft.faqs.create(question="Why?", answer="Because.")
    draft.publish(waiver="A test.")
    faq.answer = "No."
    with pytest.raises(Immutable):
        faq.save()
    with pytest.raises(Immutable):
        faq.delete()
    with pytest.raises(Immutable):
        draft.faqs.create(question="Since when?", answer="Now.")


def test_a_state_cannot_be_set_by_saving():
    draft = make_draft()
    draft.state, draft.published_at = State.PUBLISHED, timezone.now()
    with pytest.raises(Refused):
        draft.save()


def test_a_draft_copies_words_and_rows_and_leaves_the_live_edition_alone(editor):
    make_reference("ods")
    first = make_draft(body="Text.[^ods]")
    first.faqs.create(question="Why?", answer="Because.", position=3)
    first.figures.create(name="muscle", image="figures/muscle.png", alt="A muscle", width=1, height=1)
    first.related.add(make_article().document)
    first.publish(waiver="A test.")
    draft = first.document.start_draft(editor)
    assert (draft.number, draft.state, draft.change_note, draft.title) == (2, "draft", "", first.title)
    assert [faq.question for faq in draft.faqs.all()] == ["Why?"]
    assert draft.figures.get().name == "muscle"
    assert set(draft.related.all()) == set(first.related.all())
    assert list(draft.authors.all()) == [editor]
    draft.faqs.all().delete()
    assert Faq.objects.filter(edition=first).count() == Figure.objects.filter(edition=first).count() == 1
    assert first.document.live_edition == first


def test_one_open_draft_at_a_time(editor):
    live = make_article()
    live.document.start_draft(editor)
    with pytest.raises(Refused):
        live.document.start_draft(editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_draft(live.document)


def test_a_scheduled_edition_appears_by_itself_and_bars_a_draft(editor, reviewer):
    first = make_article()
    second = first.document.start_draft(editor)
    second.change_note = "More."
    second.save()
    second.submit()
    second.approve(reviewer)
    second.publish(reviewer, at=timezone.now() + SOON)
    assert (second.standing, first.document.live_edition) == ("scheduled", first)
    with pytest.raises(Refused, match="scheduled"):
        first.document.start_draft(editor)
    move_time(second, minutes=-1)
    assert first.document.live_edition == second
    assert first.standing == "superseded"


def test_a_time_that_has_passed_is_refused(reviewer):
    draft = make_draft()
    draft.submit()
    draft.approve(reviewer)
    with pytest.raises(Refused, match="passed"):
        draft.publish(reviewer, at=timezone.now() - SOON)


def test_a_cancelled_schedule_goes_back_to_where_it_was(reviewer):
    draft = make_draft()
    draft.submit()
    draft.approve(reviewer)
    draft.publish(reviewer, at=timezone.now() + SOON)
    draft.cancel_schedule()
    assert (draft.state, draft.published_at, draft.approved_by) == (State.APPROVED, None, reviewer)


def test_the_highest_number_whose_time_has_come_is_live(editor):
    first = make_article()
    second = first.document.start_draft(editor)
    second.change_note = "More."
    second.save()
    second.publish(waiver="A test.")
    move_time(first, minutes=5)
    assert first.document.live_edition == second
    move_time(second, hours=3)
    move_time(first, minutes=-5)
    assert first.document.live_edition == first


def test_withdrawn_until_published_again(editor):
    first = make_article()
    document = first.document
    document.withdraw("It was wrong.")
    assert (document.live_edition, document.is_withdrawn, first.standing) == (None, True, "withdrawn")
    draft = document.start_draft(editor)
    draft.change_note = "Mended."
    draft.save()
    assert document.is_withdrawn
    draft.publish(waiver="A test.")
    assert (document.live_edition, document.is_withdrawn) == (draft, False)


def test_withdrawing_takes_back_what_was_scheduled(editor, reviewer):
    first = make_article()
    second = first.document.start_draft(editor)
    second.change_note = "More."
    second.save()
    second.submit()
    second.approve(make_reviewer("rose"))
    second.publish(reviewer, at=timezone.now() + SOON)
    first.document.withdraw("It was wrong.")
    second.refresh_from_db()
    assert second.state == State.APPROVED


def test_only_a_live_document_is_withdrawn():
    with pytest.raises(Refused):
        make_draft().document.withdraw("No reason.")


def test_a_withdrawal_has_a_reason_in_the_database():
    document = make_article().document
    with pytest.raises(IntegrityError), transaction.atomic():
        Article.objects.filter(pk=document.pk).update(withdrawn_at=timezone.now())


def test_an_old_edition_is_restored_as_a_new_draft(editor):
    first = make_article(title="The first")
    second = first.document.start_draft(editor)
    second.title, second.change_note = "The second", "Renamed."
    second.save()
    second.publish(waiver="A test.")
    third = first.document.start_draft(editor, source=first)
    assert (third.number, third.title) == (3, "The first")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda draft: draft.reviews.all().delete(), "review"),
        (lambda draft: ArticleEdition.objects.filter(pk=draft.pk).update(change_note=""), "what changed"),
        (lambda draft: ArticleEdition.objects.filter(pk=draft.pk).update(body="x[^nobody]"), "nobody"),
        (lambda draft: ArticleEdition.objects.filter(pk=draft.pk).update(body="![](nowhere)"), "nowhere"),
    ],
)
def test_what_stands_against_publishing(spoil, says):
    draft = make_draft()
    spoil(draft)
    draft.refresh_from_db()
    with pytest.raises(Refused, match=says):
        draft.publish(waiver="A test.")


def test_a_retracted_source_stands_against_publishing():
    make_reference("gone", status="retracted")
    with pytest.raises(Refused, match="retracted"):
        make_draft(body="Text.[^gone]").publish(waiver="A test.")


def test_the_last_review_up_to_this_edition_counts():
    live = make_article()
    live.reviews.create(reviewed_on="2027-01-01", next_due="2028-01-01", reviewer="Dr A. Body, neurologist")
    found = ArticleEdition.objects.with_review().get(pk=live.pk)
    assert (str(found.reviewed_on), found.reviewer) == ("2027-01-01", "Dr A. Body, neurologist")


def test_everyone_who_saved_is_an_author(editor):
    draft = make_draft()
    draft.saved_by(editor)
    draft.saved_by(make_editor("eve"))
    assert {author.username for author in draft.authors.all()} == {"edith", "eve"}


def test_what_was_published_meanwhile_is_not_discarded(reviewer):
    draft = make_draft()
    read_before = ArticleEdition.objects.get(pk=draft.pk)
    draft.publish(reviewer, waiver="A test.")
    with pytest.raises(Immutable):
        read_before.delete()
    assert ArticleEdition.objects.live().filter(pk=draft.pk).exists()


def test_a_schedule_whose_time_has_come_is_cancelled_no_more(reviewer):
    draft = make_draft()
    draft.publish(reviewer, waiver="A test.", at=timezone.now() + dt.timedelta(hours=1))
    read_before = ArticleEdition.objects.get(pk=draft.pk)
    ArticleEdition.objects.filter(pk=draft.pk).update(published_at=timezone.now() - dt.timedelta(seconds=1))
    with pytest.raises(Refused):
        read_before.cancel_schedule()
    assert ArticleEdition.objects.live().filter(pk=draft.pk).exists()
