"""Passwords: what makes a good one, and a new one by mail."""

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError

from articles.groups import EDITORS
from config.management.commands.quickstart import Command
from tests.config.people import LOGIN, STEP, known, log_in, make_device
from tests.factories import make_editor, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_mail_was_sent_before():
    cache.clear()


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "x y" * 40, "ein häßlicher Zaun 🐴", "    fifteen spaces  ", "111122223333444"],
)
def test_any_long_password_is_good(password):
    validate_password(password, make_editor())


@pytest.mark.parametrize("password", ["short", "fourteen chars", "edith.smith@example.org", "1qaz2wsx3edc4rfv"])
def test_short_common_and_personal_ones_are_not(password):
    user = make_editor()
    user.email = "edith.smith@example.org"
    with pytest.raises(ValidationError):
        validate_password(password, user)


def test_the_demo_accounts_keep_the_rule():
    validate_password(Command().demo_account("ed", EDITORS).rsplit(" ", 1)[1])


RESET = "/admin/password_reset/"


def ask_for_mail(client, address):
    answer = client.post(RESET, {"email": address})
    return answer.status_code, answer["Location"]


def test_a_forgotten_password_is_set_anew_and_lets_nobody_past_the_second_factor(strict, reviewer, client):
    User.objects.filter(pk=reviewer.pk).update(email="ruth@example.org")
    make_device(reviewer)
    stranger = ask_for_mail(client, "nobody@example.org")
    assert mail.outbox == []
    assert ask_for_mail(client, "Ruth@example.org") == stranger
    (sent,) = mail.outbox
    assert sent.alternatives == []
    link = next(line for line in sent.body.splitlines() if "://" in line)
    page = client.get(link, follow=True)
    answers = {"new_password1": "three quiet rivers", "new_password2": "three quiet rivers"}
    assert client.post(page.redirect_chain[-1][0], answers)["Location"] == f"{RESET}new/done/"
    assert not known(client)
    log_in(reviewer, client, "three quiet rivers")
    assert not known(client)
    assert client.get(LOGIN)["Location"].startswith(STEP)
    assert client.get(link).context["validlink"] is False


def test_one_mail_in_five_minutes(client):
    make_user("ann", email="ann@example.org")
    first, second = ask_for_mail(client, "ann@example.org"), ask_for_mail(client, "ANN@example.org")
    assert first == second
    assert len(mail.outbox) == 1
    cache.clear()
    ask_for_mail(client, "ann@example.org")
    assert len(mail.outbox) == 2
