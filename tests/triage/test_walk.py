"""The checklist's pages: the walk, its privacy, and everything that a browser could send to spoil it."""

import logging
import re

import pytest
from django.contrib.auth.models import Group
from django.core import signing
from django.db import connection
from django.test import Client

from articles.editions import Refused
from articles.groups import EDITORS
from articles.models import Reference
from tests.factories import make_editor
from tests.triage.conftest import Reader
from triage import answers
from triage.ladder import Gate, Urgency
from triage.models import Option

pytestmark = pytest.mark.django_db

WALK = ("1/", "confirm/", "result/", "summary/", "delete/")


def level(response):
    return response.context["result"].urgency


def test_landing_says_how_long_it_is_and_sets_no_cookie(client, edition):
    response = client.get("/check/twitching/")
    assert response.context["at_most"] == edition.proof().longest
    assert not response.cookies
    assert b"noindex" not in response.content
    assert b"999" in response.content
    assert client.get("/check/")["Location"] == "/check/twitching/"


def test_a_quiet_walk_ends_in_self_care(reader):
    response = reader.go()
    assert response.request["PATH_INFO"] == "/check/twitching/result/"
    assert level(response) == Urgency.SELF_CARE
    assert "Look after yourself:" in response.content.decode()


@pytest.mark.parametrize(
    ("says", "urgency", "words"),
    [
        ({"weakness": "slowly"}, Urgency.SEE_A_DOCTOR, "See a doctor:"),
        ({"today": "palpitations"}, Urgency.URGENT, "Urgent advice:"),
    ],
)
def test_each_level_says_its_words_first_and_why(reader, says, urgency, words):
    response = reader.go(**says)
    page = response.content.decode()
    assert level(response) == urgency
    assert words in re.search(r"<h1>(.*?)</h1>", page, re.DOTALL)[1]
    assert response.context["deciding"][0]["reason"] in page
    assert "probably harmless" not in page


def test_an_emergency_ends_the_walk_at_once_and_shows_nothing_else(reader):
    response = reader.answer("emergency", "stroke-signs")
    assert (response.status_code, response["Location"]) == (303, "/check/twitching/confirm/")
    confirm = reader.client.get("/check/twitching/confirm/").content.decode()
    assert confirm.index("tel:999") < confirm.index("Is that right?")
    page = reader.client.get("/check/twitching/result/").content.decode()
    assert "Immediate action required:" in page
    assert page.index("tel:999") < page.index("Do not drive yourself")
    for absent in ("/supplements", 'id="magnesium"', 'id="cards"', 'id="next"', 'id="read"'):
        assert absent not in page


@pytest.mark.parametrize("country", ["", "UK", "AU"])
def test_the_numbers_of_the_country_or_all(client, edition, settings, country):
    settings.EMERGENCY_COUNTRY = country
    page = client.get("/check/twitching/1/").content
    assert (b"tel:000" in page) == (country != "UK")
    assert (b"tel:999" in page) == (country != "AU")


def test_nobody_jumps_ahead(reader):
    assert reader.client.get("/check/twitching/5/")["Location"] == "/check/twitching/1/"
    for page in ("confirm/", "result/", "summary/"):
        assert reader.client.get(f"/check/twitching/{page}")["Location"] == "/check/twitching/1/"
    assert reader.client.get("/check/twitching/0/")["Location"] == "/check/twitching/1/"


def test_changing_an_answer_keeps_the_rest_and_asks_only_what_is_new(reader):
    reader.go()
    where = [question.slug for question in reader.ladder.questions if not question.asked_if].index("where") + 1
    response = reader.answer("where", "eyelid", n=where)
    step = reader.client.get(response["Location"]).context["step"]
    assert step.question.slug == "both-eyes" or any(choice.option == "eyelid" for choice in step.question.asked_if)
    again = reader.go(where="eyelid")
    assert level(again) == Urgency.SELF_CARE


def test_back_and_two_tabs_are_no_error(reader):
    reader.answer("emergency", "none")
    other = Reader(reader.client, reader.ladder)
    other.answer("too-much-magnesium", "no", n=2)
    response = reader.answer("emergency", "not-sure", n=1)
    assert response.status_code == 303
    assert level(reader.go(start=99)) == Urgency.URGENT


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ([], "Choose an answer"),
        (["none", "fit"], "None of these"),
        (["moon"], "not one of these"),
        (["fit", "fit"], "came twice"),
        (["\0"], "not one of these"),
    ],
)
def test_an_impossible_answer_is_asked_again_with_its_error(reader, options, fault):
    response = reader.answer("emergency", *options)
    assert response.status_code == 422
    page = response.content.decode()
    assert fault in page
    assert 'href="#option-1"' in page
    assert "<title>Error" in page
    assert answers.NAME not in response.cookies


def test_two_answers_to_one_radio_question_are_asked_again(reader):
    reader.answer("emergency", "none")
    assert reader.answer("too-much-magnesium", "no", "feel-ill", n=2).status_code == 422


def test_a_question_that_is_none_leads_on(reader):
    assert reader.answer("nothing", "x")["Location"] == "/check/twitching/1/"


def test_a_form_of_an_older_edition_is_a_restart(reader, edition, superuser):
    stale = reader.stamp
    draft = edition.document.start_draft(superuser)
    draft.change_note = "A sign more."
    draft.save()
    draft.questions.get(slug="emergency").options.create(slug="new", label="New", floor="emergency", reason="New.")
    draft.publish(waiver="A test.")
    for stamp in (stale, "", "1.1.1"):
        answer = {"edition": stamp, "question": "emergency", "option": "none"}
        response = reader.client.post("/check/twitching/1/", answer)
        assert b"Please start again" in response.content
        assert answers.NAME not in response.cookies


def test_a_retracted_source_stands_against_publishing(edition, superuser):
    Reference.objects.filter(key="nhs-stroke").update(status="retracted")
    draft = edition.document.start_draft(superuser)
    assert any("nhs-stroke" in finding.message and finding.blocks for finding in draft.findings())


def test_a_superseded_source_is_a_warning(edition, superuser):
    Reference.objects.filter(key="nhs-stroke").update(status="superseded")
    draft = edition.document.start_draft(superuser)
    assert any("nhs-stroke" in finding.message and not finding.blocks for finding in draft.findings())


def test_an_overdue_check_and_a_missing_clinician_are_said(client, reader, edition):
    assert b"overdue" not in client.get("/check/twitching/").content
    assert b"No clinician has reviewed it yet." in reader.go().content
    edition.reviews.update(reviewed_on="2020-01-01", next_due="2021-01-01", reviewer="Dr A. Body, neurologist")
    assert b"overdue" in client.get("/check/twitching/").content
    shown = reader.go().content
    assert b"overdue" in shown
    assert b"No clinician" not in shown


def test_a_level_lowered_after_a_withdrawal_needs_a_second_person_too(edition, superuser):
    edition.document.withdraw("It was wrong.")
    draft = edition.document.start_draft(superuser)
    draft.change_note = "Milder."
    draft.save()
    Option.objects.filter(question__edition=draft, slug="long-cramp").update(floor="see-a-doctor")
    with pytest.raises(Refused, match="second person"):
        draft.publish(superuser, waiver="I know better.")


def spoil(value, edition):
    forged = {"for": answers.stamp(edition), "answers": {"emergency": ["none"]}}
    return {
        "edited": value[:-3] + "xyz",
        "truncated": value[: len(value) // 2],
        "empty": '""',
        "junk": "a" * 4000,
        "huge": "a" * 1_000_000,
        "wrong key": signing.dumps(forged, key="another", salt=answers.SALT),
        "wrong salt": signing.dumps(forged, salt="another"),
        "wrong shape": signing.dumps(["x"], salt=answers.SALT),
        "wrong answers": signing.dumps(forged | {"answers": 7}, salt=answers.SALT),
        "another checklist": signing.dumps(forged | {"for": ["sleep", 1, 1]}, salt=answers.SALT),
        "older edition": signing.dumps(forged | {"for": ["twitching", 0, 1]}, salt=answers.SALT),
    }


SPOILT = ["edited", "truncated", "empty", "junk", "huge", "wrong key", "wrong salt", "wrong shape", "wrong answers"]


@pytest.mark.parametrize("how", [*SPOILT, "another checklist", "older edition"])
def test_a_spoilt_cookie_is_a_restart_and_never_a_milder_result(reader, edition, how):
    reader.go(weakness="over-weeks")
    honest = reader.client.cookies[answers.NAME].value
    reader.client.cookies[answers.NAME] = spoil(honest, edition)[how]
    for page in ("result/", "summary/", "confirm/", "3/"):
        response = reader.client.get(f"/check/twitching/{page}")
        assert response.status_code in (200, 302)
        assert "result" not in (response.context or {})
        if response.status_code == 200:
            assert b"tel:999" in response.content
    reader.client.cookies[answers.NAME] = honest
    assert level(reader.client.get("/check/twitching/result/")) == Urgency.URGENT


def test_impossible_answers_in_a_signed_cookie_are_asked_again(reader, edition):
    held = {"for": answers.stamp(edition), "answers": {"emergency": ["none", "fit"], "weakness": ["no"]}}
    reader.client.cookies[answers.NAME] = signing.dumps(held, salt=answers.SALT, compress=True)
    assert reader.client.get("/check/twitching/result/")["Location"] == "/check/twitching/1/"


def test_answers_are_void_after_twelve_hours(reader, monkeypatch):
    reader.go()
    monkeypatch.setattr(answers, "LIFE", -1)
    assert b"Please start again" in reader.client.get("/check/twitching/result/").content


def test_a_new_edition_asks_anew(reader, edition, superuser):
    reader.go(weakness="over-weeks")
    draft = edition.document.start_draft(superuser)
    draft.change_note = "Small changes."
    draft.save()
    draft.publish(waiver="A test.")
    assert b"Please start again" in reader.client.get("/check/twitching/result/").content


def test_answers_that_do_not_fit_a_cookie_are_a_restart(reader, monkeypatch):
    monkeypatch.setattr(answers, "LARGEST", 20)
    response = reader.answer("emergency", "none")
    assert response.status_code == 413
    assert b"tel:999" in response.content


def test_the_longest_answers_fit_a_cookie(reader, edition):
    everything = {
        question.slug: [option.slug for option in offered if option.slug not in ("none", "not-sure", "no")]
        for question, offered in ((q, edition.ladder.choices[q.slug]) for q in edition.ladder.questions)
    }
    value = signing.dumps({"for": answers.stamp(edition), "answers": everything}, salt=answers.SALT, compress=True)
    assert len(value) <= answers.LARGEST


@pytest.mark.parametrize("page", WALK)
def test_headers_keep_every_page_of_the_walk_private(reader, page):
    reader.go(weakness="slowly")
    response = reader.client.get(f"/check/twitching/{page}", follow=True)
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "same-origin"


def test_the_cookie_is_for_the_check_only_and_ends_with_the_browser(reader):
    cookie = reader.answer("emergency", "none").cookies[answers.NAME]
    assert cookie["path"] == "/check/"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == cookie["expires"] == ""


def test_delete_my_answers(reader):
    reader.go(weakness="slowly")
    assert b"Delete your answers?" in reader.client.get("/check/twitching/delete/").content
    response = reader.client.post("/check/twitching/delete/")
    assert b"Your answers are deleted" in response.content
    assert reader.client.cookies[answers.NAME].value == ""
    assert reader.client.get("/check/twitching/result/")["Location"] == "/check/twitching/1/"


def test_no_answer_is_in_an_address_a_row_or_a_log(edition, caplog, rows):
    canary = "over-weeks"
    client = Client()
    with caplog.at_level(logging.DEBUG):
        reader = Reader(client, edition.ladder)
        seen = [client.get("/check/twitching/")]
        seen.append(reader.go(weakness=canary))
        seen += [client.get(f"/check/twitching/{page}") for page in WALK]
    for response in seen:
        assert canary not in response.request["PATH_INFO"] + response.request.get("QUERY_STRING", "")
        assert all(canary not in location for location, _ in getattr(response, "redirect_chain", []))
    # What the log says of SQL is about the checklist's own rows; a reader's answer would stand with their cookie.
    said = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert not any(canary in line for line in said)
    written = [query["sql"] for query in connection.queries_log if "INSERT" in query["sql"] or "UPDATE" in query["sql"]]
    assert not any(canary in sql for sql in written)


def test_a_step_takes_one_query_once_the_edition_is_loaded(reader, django_assert_num_queries):
    reader.client.get("/check/twitching/1/")
    with django_assert_num_queries(1):  # the live edition
        reader.client.get("/check/twitching/1/")
    with django_assert_num_queries(1):  # the live edition
        reader.answer("emergency", "none")


def test_loading_an_edition_takes_the_same_queries_however_long_it_is(edition, django_assert_num_queries):
    from triage.models import ladder_of

    # questions, words, options, advices, references, conditions, their options and questions; rules 4; advices 3;
    # outcomes 3; words about magnesium 3; vignettes 4
    with django_assert_num_queries(25):
        ladder_of(edition.pk, edition.version)


@pytest.mark.parametrize(
    "path", ["/check/nothing/", "/check/nothing/1/", "/check/twitching/nothing/", "/check/twitching/x/"]
)
def test_an_error_page_under_check_shows_the_numbers(client, edition, path):
    response = client.get(path)
    assert response.status_code == 404
    assert b"tel:999" in response.content


def test_every_other_fault_under_check_shows_the_numbers_too(edition):
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    refused = client.post("/check/twitching/1/", {"question": "emergency", "option": "none"})
    assert (refused.status_code, b"tel:999" in refused.content) == (403, True)
    unreadable = client.get("/check/twitching/?x=%00")
    assert (unreadable.status_code, b"tel:999" in unreadable.content) == (400, True)
    edition.document.withdraw("It was wrong.")
    for page in ("", *WALK, "history/", "history/1/"):
        gone = client.get(f"/check/twitching/{page}")
        assert (gone.status_code, b"tel:999" in gone.content) == (410, True), page


def test_a_database_that_fails_is_a_page_with_the_numbers(edition, monkeypatch):
    from django.db import DatabaseError

    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("django.db.models.sql.compiler.SQLCompiler.execute_sql", fail)
    response = Client(raise_request_exception=False).get("/check/twitching/1/")
    assert (response.status_code, b"tel:999" in response.content) == (500, True)
    assert b"Look after yourself" not in response.content


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize("page", ["", "history/", "safety/", *WALK])
def test_a_wrong_method_is_405(client, edition, page, method):
    path = "/check/safety/" if page == "safety/" else f"/check/twitching/{page}"
    response = getattr(client, method)(path)
    assert response.status_code == 405
    assert b"tel:999" in response.content


def test_a_draft_is_walked_by_staff_without_touching_anybodys_answers(reader, edition, superuser):
    reader.go(weakness="over-weeks")
    draft = edition.document.start_draft(superuser)
    root = f"/check/twitching/history/{draft.number}/"
    assert reader.client.get(root).status_code == 404
    assert reader.client.get(f"{root}1/").status_code == 404
    editor = make_editor()
    assert Group.objects.get(name=EDITORS) in editor.groups.all()
    reader.client.force_login(editor)
    assert reader.client.get(root).status_code == 200
    response = Reader(reader.client, draft.ladder, root).go()
    assert response.request["PATH_INFO"] == f"{root}result/"
    assert level(response) == Urgency.SELF_CARE
    assert level(reader.client.get("/check/twitching/result/")) == Urgency.URGENT


def test_older_editions_are_listed_and_readable(client, edition):
    assert client.get("/check/twitching/history/").status_code == 200
    page = client.get("/check/twitching/history/1/")
    assert page.status_code == 200
    assert b"Asked only after" in page.content


def test_the_result_explains_magnesium_only_as_far_as_the_gate_allows(reader):
    kidneys = reader.go(told_by_a_doctor="kidney-disease")
    assert kidneys.context["result"].gate == Gate.NEVER
    page = kidneys.content.decode()
    assert "Do not take magnesium" in page
    assert 'href="/supplements/">Compare the forms' not in page


def test_the_summary_holds_the_answers_in_the_readers_words(reader):
    reader.go(weakness="slowly")
    page = reader.client.get("/check/twitching/summary/").content.decode()
    assert "it has come on slowly" in page
    assert "not a diagnosis" in page


def test_safety_shows_the_proof(client, edition):
    response = client.get("/check/safety/")
    assert response.status_code == 200
    assert f"{edition.proof().paths:,}".encode() in response.content
