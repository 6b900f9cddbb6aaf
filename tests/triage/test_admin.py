"""Checklists in the admin: edited row by row, proved before they are published, compared with what is live."""

import re

import pytest

from tests.articles.typing import take, typed
from tests.factories import make_editor, make_reviewer
from triage.models import ChecklistEdition, Option, Question

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(edition, editor):
    draft = edition.document.start_draft(editor)
    ChecklistEdition.objects.filter(pk=draft.pk).update(change_note="A change.")
    draft.refresh_from_db()
    return draft


def page(row):
    return f"/admin/triage/{row._meta.model_name}/{row.pk}/change/"


def verb(edition, name):
    return f"/admin/triage/checklistedition/{edition.pk}/do/{name}/"


def test_a_copy_is_the_same_ladder(edition, draft):
    assert draft.ladder == edition.ladder
    assert draft.number == 2
    changes = draft.changes()
    assert (changes.lowered, changes.raised, changes.examples) == (0, 0, ())


def test_the_page_of_an_edition_shows_proof_drawing_and_list(draft, editor, sign_in):
    response = sign_in(editor).get(page(draft))
    shown = response.content.decode()
    assert f"{draft.proof().longest} questions" in shown
    assert shown.count('class="rung') == len(draft.ladder.questions)
    assert '<ol class="ladder">' in shown
    assert "style=" not in re.search(r"<svg class=\"ladder-drawing.*?</svg>", shown, re.DOTALL)[0]


def test_an_option_is_edited_on_its_questions_page_and_the_edition_knows(draft, editor, sign_in):
    client = sign_in(editor)
    question = draft.questions.get(slug="weakness")
    data = typed(client, page(question))
    place = next(key for key, value in data.items() if value == "Yes, and it has come on slowly")
    response = client.post(page(question), data | {place: "Yes, slowly, over months"})
    assert response.status_code == 302, response.context["errors"]
    assert response["Location"] == page(draft)
    before = draft.version
    draft.refresh_from_db()
    assert draft.version > before
    assert "Yes, slowly, over months" in {option.label for option in draft.ladder.choices["weakness"]}


def test_a_save_over_somebody_elses_is_refused(draft, editor, sign_in):
    client, question = sign_in(editor), draft.questions.get(slug="weakness")
    data = typed(client, page(question))
    draft.saved_by(make_editor("eve"))
    response = client.post(page(question), data | {"text": "Mine?"})
    assert response.status_code == 200
    assert response.context["adminform"].form.conflict
    assert b"Mine?" in response.content
    assert Question.objects.get(pk=question.pk).text != "Mine?"


def test_rows_of_a_published_edition_are_read_only(edition, superuser, sign_in):
    client = sign_in(superuser)
    for row in (edition.questions.first(), edition.rules.first(), edition.advices.first(), edition.vignettes.first()):
        assert client.get(page(row)).status_code == 200
        assert client.post(page(row), {}).status_code == 409


@pytest.mark.parametrize("name", ["question", "pairrule", "advice", "vignette"])
def test_rows_are_reached_from_their_edition_only(draft, editor, sign_in, name):
    client = sign_in(editor)
    assert client.get(f"/admin/triage/{name}/").status_code == 403
    assert client.get(f"/admin/triage/{name}/add/").status_code == 403
    assert f"/admin/triage/{name}/".encode() not in client.get("/admin/").content


def test_a_page_offers_rows_of_its_own_edition_only(draft, editor, sign_in):
    rule = draft.rules.first()
    offered = sign_in(editor).get(page(rule)).context["adminform"].form.fields["options"].queryset
    assert offered.count() == Option.objects.filter(question__edition=draft).count()


def test_a_finding_leads_to_its_row_and_stands_against_publishing(draft, reviewer, sign_in):
    question = draft.questions.get(slug="where")
    Option.objects.filter(question__edition=draft, slug="stroke-signs").update(floor="see-a-doctor")
    draft.submit()
    draft.approve(reviewer)
    client = sign_in(reviewer)
    shown = client.get(page(draft)).content.decode()
    emergency = draft.questions.get(slug="emergency")
    assert page(emergency) in shown
    refused = take(client, draft, "publish", {"knows_lowered": "on"})
    assert refused.status_code == 409
    assert draft.document.live_edition.number == 1
    assert question.owner == draft


def test_before_publishing_the_difference_is_shown(draft, reviewer, sign_in):
    Option.objects.filter(question__edition=draft, slug="long-cramp").update(floor="see-a-doctor")
    draft.submit()
    response = sign_in(reviewer).get(verb(draft, "approve"))
    changes = response.context["changes"]
    assert changes.lowered > 0
    assert changes.examples[0].is_lowered
    assert f"{changes.lowered:,}".encode() in response.content
    assert b"today: long-cramp" in response.content


def test_a_lowered_level_needs_a_second_person_whatever_the_settings(draft, editor, settings):
    settings.REVIEW_NEEDS_SECOND_PERSON = False
    Option.objects.filter(question__edition=draft, slug="long-cramp").update(floor="see-a-doctor")
    from articles.editions import Refused

    with pytest.raises(Refused, match="second person"):
        draft.publish(editor, waiver="I know better.")
    draft.submit()
    with pytest.raises(Refused, match="did not write it"):
        draft.approve(editor)
    other = make_reviewer()
    draft.approve(other)
    draft.publish(other)
    assert draft.document.live_edition == draft


def test_more_than_sixty_questions_are_refused(draft):
    from articles.editions import Refused

    for number in range(60):
        draft.questions.create(slug=f"more-{number}", text="?", kind="one", position=100 + number)
    draft.saved_by(make_editor("eve"))
    with pytest.raises(Refused, match="at most 60"):
        draft.publish(waiver="x")


def test_the_address_of_the_safety_page_is_refused(superuser, sign_in):
    response = sign_in(superuser).post("/admin/triage/checklist/add/", {"slug": "safety"})
    assert "address of another page" in str(response.context["adminform"].form.errors)


def test_whoever_makes_answers_less_urgent_says_that_they_know(draft, reviewer, sign_in):
    Option.objects.filter(question__edition=draft, slug="long-cramp").update(floor="see-a-doctor")
    draft.submit()
    client = sign_in(reviewer)
    warned = [finding.field for finding in draft.findings() if not finding.blocks]
    assert "option:today/long-cramp" in warned
    assert take(client, draft, "approve").status_code == 200
    draft.refresh_from_db()
    assert draft.state == "in-review"
    assert take(client, draft, "approve", {"knows_lowered": "on"}).status_code == 302


def test_a_part_sent_when_its_edition_is_closed_is_not_lost(draft, editor, reviewer, sign_in):
    client, question = sign_in(editor), draft.questions.get(slug="weakness")
    data = typed(client, page(question)) | {"text": "Mine at last?"}
    draft.publish(reviewer, waiver="A test.")
    response = client.post(page(question), data)
    assert response.status_code == 409
    assert ("text", "Mine at last?") in response.context["fields"]


def test_a_checklist_of_sixty_questions_is_not_too_large_to_save(draft, editor, sign_in, settings):
    for number in range(draft.questions.count(), 60):
        draft.questions.create(slug=f"more-{number}", text="And this?", kind="one", position=number)
    client = sign_in(editor)
    assert 4 * len(typed(client, page(draft))) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS


def test_the_pages_of_a_checklist_cost_no_more_the_more_rows_they_have(
    draft, reviewer, sign_in, django_assert_max_num_queries
):
    client = sign_in(reviewer)
    rows = [draft, draft.questions.get(slug="emergency"), draft.advices.first(), draft.vignettes.first()]
    for row in [*rows, draft.outcomes.first(), Option.objects.filter(question__edition=draft).first()]:
        client.get(page(row))  # the ladder of a version is read once in each process
        with django_assert_max_num_queries(14, info=page(row)):
            client.get(page(row))
