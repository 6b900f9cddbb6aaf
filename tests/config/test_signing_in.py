"""Signing in: the wait after wrong passwords, and how long a session lasts."""

import datetime as dt
import time

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from config import desk
from tests.config.people import PASSWORD, known, log_in
from tests.factories import make_article, make_reviewer

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
