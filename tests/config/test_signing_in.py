"""Signing in: the wait after wrong passwords, how long a session lasts, and what happens when it runs out."""

import datetime as dt
import time

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from config import desk, signing_in
from tests.config.people import LOGIN, PASSWORD, SET_UP, code, known, log_in, make_device
from tests.factories import make_article, make_draft, make_editor, make_reviewer, make_topic

pytestmark = pytest.mark.django_db


def test_five_wrong_passwords_cost_a_wait(strict, editor, client):
    statuses = [log_in(editor, client, "wrong")[1].status_code for _ in range(6)]
    assert statuses == [200] * 4 + [429] * 2
    assert log_in(editor)[1].status_code == 429  # the right one too
    assert log_in(editor, REMOTE_ADDR="203.0.113.9")[1].status_code == 302
    assert log_in(make_reviewer())[1].status_code == 302
    AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=15))
    assert log_in(editor)[1].status_code == 302


def test_trying_during_the_wait_does_not_make_it_longer(strict, editor, client):
    for _ in range(5):
        log_in(editor, client, "wrong")
    since = AccessAttempt.objects.get().attempt_time
    log_in(editor, client, "wrong")
    assert AccessAttempt.objects.get().attempt_time == since


def test_the_right_password_forgets_the_wrong_ones_and_leaves_no_log(strict, editor, client):
    for _ in range(4):
        log_in(editor, client, "wrong")
    assert PASSWORD not in AccessAttempt.objects.get().post_data
    assert "wrong" not in AccessAttempt.objects.get().post_data
    log_in(editor, client)
    assert not AccessAttempt.objects.exists()
    assert not AccessLog.objects.exists()


# Sessions


def test_a_session_counts_from_the_last_request_and_is_written_once_a_minute(editor, sign_in, monkeypatch):
    client = sign_in(editor)
    client.get("/admin/")
    stored = Session.objects.get()
    now = time.time()
    Session.objects.update(expire_date=stored.expire_date - dt.timedelta(hours=7))
    client.get("/admin/")
    assert Session.objects.get().expire_date == stored.expire_date - dt.timedelta(hours=7)
    monkeypatch.setattr(desk.time, "time", lambda: now + desk.BETWEEN_WRITES + 1)
    client.get("/articles/")
    assert Session.objects.get().expire_date == stored.expire_date - dt.timedelta(hours=7)
    client.get("/admin/")
    assert Session.objects.get().expire_date >= stored.expire_date
    assert stored.expire_date - timezone.now() <= dt.timedelta(hours=8)


def test_a_disabled_user_is_out_on_the_next_request(editor, sign_in):
    draft = make_article("toes").document.start_draft(editor)
    client = sign_in(editor)
    preview = f"/articles/toes/history/{draft.number}/"
    assert (known(client), client.get(preview).status_code) == (True, 200)
    User.objects.update(is_active=False)
    assert (known(client), client.get(preview).status_code) == (False, 404)


# A session that ran out while somebody was writing


def edition_form(draft, **changes):
    fields = ("title", "description", "quick_answer", "key_points", "body", "change_note")
    counts = {f"{part}-{count}_FORMS": 0 for part in ("faqs", "figures", "reviews") for count in ("TOTAL", "INITIAL")}
    values = {name: getattr(draft, name) for name in fields}
    return values | counts | {"opened_version": draft.version, "topic": make_topic().pk} | changes


def carried(page, **answers):
    """What the browser posts from the page: the form it carries, and the answers of its own."""
    return dict(page.context["carried"]) | {f"{signing_in.PREFIX}-{name}": value for name, value in answers.items()}


@pytest.fixture
def draft(db):
    return make_draft(body="The old words.")


@pytest.fixture
def address(draft):
    return f"/admin/articles/articleedition/{draft.pk}/change/"


def test_what_was_typed_is_shown_and_goes_on_after_signing_in(strict, editor, client, draft, address):
    words = "New <words>.\r\n\r\n\r\n  – and “more”."
    page = client.post(address, edition_form(draft, body=words, _continue="x"))
    assert page.status_code == 403
    assert ("body", words) in page.context["fields"]
    assert b"New &lt;words&gt;." in page.content
    wrong = client.post(address, carried(page, username="edith", password="wrong"))
    assert (wrong.status_code, wrong.context["fields"]) == (403, page.context["fields"])
    assert "words" not in AccessAttempt.objects.get().post_data
    done = client.post(address, carried(wrong, username="edith", password=PASSWORD))
    assert done["Location"] == address
    draft.refresh_from_db()
    assert draft.body == words.replace("\r\n", "\n")
    assert list(draft.authors.all()) == [editor]
    assert known(client)


def test_a_second_factor_is_asked_for_there_too(strict, reviewer, client, draft, address):
    device = make_device(reviewer)
    page = client.post(address, edition_form(draft, body="New words."))
    page = client.post(address, carried(page, username="ruth", password=PASSWORD))
    assert page.status_code == 403
    page = client.post(address, carried(page, code="000000"))
    assert "code" in page.context["form"].errors
    TOTPDevice.objects.update(throttling_failure_count=0)
    assert client.post(address, carried(page, code=code(device))).status_code == 302
    draft.refresh_from_db()
    assert draft.body == "New words."


def test_or_set_up_in_another_tab(strict, reviewer, client, draft, address):
    page = client.post(address, edition_form(draft, body="New words."))
    page = client.post(address, carried(page, username="ruth", password=PASSWORD))
    assert client.post(address, carried(page)).status_code == 403
    client.get(SET_UP)
    client.post(SET_UP, {"code": code(TOTPDevice.objects.get())})
    assert client.post(address, carried(page)).status_code == 302
    draft.refresh_from_db()
    assert draft.body == "New words."


def test_a_conflict_is_found_as_ever(editor, client, draft, address, sign_in):
    page = client.post(address, edition_form(draft, body="Mine."))
    sign_in(make_editor("eve")).post(address, edition_form(draft, body="Hers."))
    answer = client.post(address, carried(page, username="edith", password=PASSWORD))
    assert [clash.yours for clash in answer.context["merged"].clashes] == ["Mine."]


def test_too_many_wrong_passwords_lose_nothing_either(strict, editor, client, draft, address):
    page = client.post(address, edition_form(draft, body="New words."))
    for _ in range(5):
        page = client.post(address, carried(page, username="edith", password="wrong"))
    assert page.status_code == 429
    assert b"New words." in page.content
    AccessAttempt.objects.all().delete()
    assert client.post(address, carried(page, username="edith", password=PASSWORD)).status_code == 302


def test_passwords_are_not_carried_and_files_are_named(superuser, client, address, draft):
    page = client.post("/admin/auth/user/add/", {"username": "new", "password1": "s3cret", "password2": "s3cret"})
    assert b"s3cret" not in page.content
    assert ("username", "new") in page.context["fields"]
    picture = SimpleUploadedFile("muscle.png", b"x", "image/png")
    page = client.post(address, edition_form(draft, **{"figures-0-image": picture}))
    assert page.context["lost"] == ["figures-0-image"]
    page = client.post(address, carried(page, username="sue", password="wrong"))
    assert page.context["lost"] == ["figures-0-image"]


def test_a_form_of_as_many_fields_as_may_be_fits(settings, editor, client, draft, address):
    data = edition_form(draft, body="New words.")
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = len(data)
    page = client.post(address, data)
    assert client.post(address, carried(page, username="edith", password=PASSWORD)).status_code == 302


def test_somebody_signed_in_who_may_not_is_refused_as_ever(editor, sign_in):
    assert sign_in(editor).post("/admin/articles/reference/add/", {"key": "x"}).status_code == 403
    assert "carried" not in (sign_in(editor).post("/admin/articles/reference/add/").context or {})


def test_signing_out_twice_is_no_form_to_keep(client):
    assert client.post("/admin/logout/").status_code == 302


def test_a_form_whose_token_does_not_fit_is_shown_but_not_sent_on(editor, draft, address):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    page = client.post(address, edition_form(draft, body="New words."))
    assert page.status_code == 403
    assert ("body", "New words.") in page.context["fields"]
    assert b"New words." in page.content
    assert b'name="body"' not in page.content
    assert b'type="hidden" name="sign-in' not in page.content


def test_the_page_for_signing_in_again_is_guarded_as_every_form(editor, draft, address):
    client = Client(enforce_csrf_checks=True)
    client.get(LOGIN)
    token = client.cookies["csrftoken"].value
    page = client.post(address, edition_form(draft, body="New words.", csrfmiddlewaretoken=token))
    assert page.context["carried"]
    answers = carried(page, username="edith", password=PASSWORD)
    assert "carried" not in client.post(address, answers).context
    assert client.post(address, answers | {"csrfmiddlewaretoken": token}).status_code == 302
