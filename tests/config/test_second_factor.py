"""The second factor: who needs it, giving it, looking after it."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.groups import REVIEWERS
from tests.config.people import LOGIN, SET_UP, STEP, code, known, log_in, make_device
from tests.factories import make_article, make_editor, make_reviewer, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("make", [make_reviewer, lambda: make_user("sue", is_superuser=True)], ids=["reviewer", "root"])
def test_who_decides_what_readers_see_sets_up_a_second_factor_at_the_first_login(strict, make):
    client, _ = log_in(make())
    assert not known(client)
    wanted = "/admin/articles/topic/"
    asked = client.get(wanted, follow=True)
    assert [url.split("?")[0] for url, _ in asked.redirect_chain] == [LOGIN, STEP, SET_UP]
    device = TOTPDevice.objects.get()
    assert "".join(asked.context["key"]) in device.config_url
    done = client.post(asked.redirect_chain[-1][0], {"code": code(device)})
    assert done.context["onward"] == wanted
    assert len(set(done.context["codes"])) == StaticToken.objects.count() == 10
    assert "no-store" in done["Cache-Control"]
    assert known(client)


def test_who_may_change_accounts_could_make_a_superuser_and_needs_one_too(strict):
    user = make_editor()
    user.user_permissions.add(Permission.objects.get(codename="change_user"))
    client, _ = log_in(user)
    assert known(client), "a right given to one person counts for nothing: rights come from groups"
    keepers = Group.objects.create(name="Keepers of accounts")
    keepers.permissions.add(Permission.objects.get(codename="change_user"))
    user.groups.add(keepers)
    client, _ = log_in(user)
    assert not known(client)


def test_an_editor_needs_none_but_gives_it_once_they_have_one(strict, editor, sign_in):
    client = sign_in(editor)
    assert known(client)
    assert client.get(STEP).context["on"] is False
    client.get(SET_UP)
    client.post(SET_UP, {"code": code(TOTPDevice.objects.get())})
    assert known(client)
    assert not known(sign_in(editor))


def test_without_the_setting_nobody_needs_one_who_has_none(superuser, sign_in):
    client = sign_in(superuser)
    assert known(client)
    make_device(superuser)
    assert not known(client)


def test_somebody_made_a_reviewer_meanwhile_is_asked_on_the_next_request(strict, editor, sign_in):
    client = sign_in(editor)
    assert known(client)
    editor.groups.add(Group.objects.get(name=REVIEWERS))
    assert not known(client)


def test_half_signed_in_is_nobody_outside_the_admin_too(strict, reviewer, sign_in):
    draft = make_article("toes").document.start_draft(reviewer)
    preview = f"/articles/toes/history/{draft.number}/"
    client = sign_in(reviewer)
    assert client.get(preview).status_code == 404
    client.get(SET_UP)
    client.post(SET_UP, {"code": code(TOTPDevice.objects.get())})
    assert client.get(preview).status_code == 200


def test_a_public_page_neither_looks_at_the_session_nor_varies_on_it(strict, reviewer, sign_in, client):
    make_article("toes")
    with_session = sign_in(reviewer).get("/articles/toes/")
    assert "Cookie" not in with_session.get("Vary", "")
    assert with_session.content == client.get("/articles/toes/").content


# The second step


@pytest.fixture
def half(strict, reviewer):
    """A reviewer who has an app and has given the password."""
    device = make_device(reviewer)
    client, _ = log_in(reviewer)
    return client, device


def test_a_code_lets_in_and_leads_on(half):
    client, device = half
    assert client.get("/admin/articles/topic/")["Location"].startswith(LOGIN)
    assert (
        client.get(f"{LOGIN}?next=/admin/articles/topic/")["Location"] == f"{STEP}?next=%2Fadmin%2Farticles%2Ftopic%2F"
    )
    before = client.session.session_key
    done = client.post(f"{STEP}?next=/admin/articles/topic/", {"code": code(device)})
    assert done["Location"] == "/admin/articles/topic/"
    assert known(client)
    assert client.session.session_key != before


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_it_leads_to_pages_of_ours_only(half, wanted):
    client, device = half
    assert client.post(f"{STEP}?next={wanted}", {"code": code(device)})["Location"] == "/admin/"


def test_a_code_works_once(half, reviewer):
    client, device = half
    used = code(device)
    client.post(STEP, {"code": used})
    other, _ = log_in(reviewer)
    assert other.post(STEP, {"code": used}).context["form"].errors
    assert not known(other)


@pytest.mark.parametrize("wrong", ["000000", "12345", "abcdefgh", "½½½½½½", "x" * 50, "a\0b", ""])
def test_a_wrong_code_is_refused_with_its_reason(half, wrong):
    client, device = half
    TOTPDevice.objects.filter(pk=device.pk).update(tolerance=0, t0=10**15)  # no code is right
    answer = client.post(STEP, {"code": wrong})
    assert "code" in answer.context["form"].errors
    assert not known(client)


def test_wrong_codes_cost_time_and_the_wait_is_said(half):
    client, device = half
    TOTPDevice.objects.filter(pk=device.pk).update(
        throttling_failure_count=8, throttling_failure_timestamp=timezone.now()
    )
    answer = client.post(STEP, {"code": code(device)})
    assert "3 minutes" in str(answer.context["form"].errors["code"])
    assert not known(client)


def test_a_recovery_code_lets_in_once_however_it_is_written(half, reviewer):
    client, _ = half
    StaticDevice.objects.create(user=reviewer, name="Recovery codes").token_set.create(token="abcdefgh")
    assert client.post(STEP, {"code": "ABCD-efgh "}).status_code == 302
    assert known(client)
    other, _ = log_in(reviewer)
    assert other.post(STEP, {"code": "abcdefgh"}).context["form"].errors


def test_somebody_elses_code_is_no_good(half):
    client, _ = half
    assert client.post(STEP, {"code": code(make_device(make_editor()))}).context["form"].errors


def test_who_has_a_second_factor_cannot_set_up_another_without_it(half):
    client, _ = half
    assert client.get(SET_UP)["Location"].startswith(STEP)
    assert client.post(SET_UP, {"code": "123456"})["Location"].startswith(STEP)
    assert TOTPDevice.objects.count() == 1


def test_a_key_begun_elsewhere_is_neither_shown_nor_taken(strict, reviewer):
    """Who has learnt the password must not be able to lay a key in wait for its owner."""
    thief, _ = log_in(reviewer)
    thief.get(SET_UP)
    seen = TOTPDevice.objects.get()
    owner, _ = log_in(reviewer)
    owner.get(SET_UP)
    own = TOTPDevice.objects.exclude(pk=seen.pk).get()
    stolen = code(seen)
    owner.post(SET_UP, {"code": code(own)})
    assert known(owner)
    assert thief.post(SET_UP, {"code": stolen})["Location"].startswith(STEP)
    assert not known(thief)
    assert list(TOTPDevice.objects.all()) == [own]


def test_a_half_signed_in_person_can_leave(half):
    client, _ = half
    assert client.post(f"{STEP}leave/")["Location"] == LOGIN
    assert client.get(LOGIN).status_code == 200


@pytest.mark.parametrize("path", [STEP, SET_UP])
def test_these_pages_are_for_somebody(client, path):
    assert client.get(path)["Location"].startswith(LOGIN)
    assert client.post(path, {"code": "123456"})["Location"].startswith(LOGIN)


# Looking after it


@pytest.fixture
def whole(half):
    client, device = half
    client.post(STEP, {"code": code(device)})
    return client, device


def test_new_recovery_codes_replace_the_old_and_cost_a_code(whole, reviewer):
    client, device = whole
    old = StaticDevice.objects.create(user=reviewer, name="Recovery codes").token_set.create(token="abcdefgh")
    assert client.get(STEP).context["codes_left"] == 1
    assert client.post(STEP, {"change": "codes", "code": "000000"}).context["form"].errors
    TOTPDevice.objects.update(throttling_failure_count=0)
    codes = client.post(STEP, {"change": "codes", "code": code(device, ahead=1)}).context["codes"]
    assert set(codes) == set(StaticToken.objects.values_list("token", flat=True))
    assert old.token not in codes


def test_moving_to_another_phone(whole, reviewer):
    client, device = whole
    assert client.post(STEP, {"change": "move", "code": code(device, ahead=1)})["Location"] == SET_UP
    new = TOTPDevice.objects.exclude(pk=device.pk).get()
    assert known(client)
    client.post(SET_UP, {"code": code(new)})
    assert list(TOTPDevice.objects.all()) == [new]
    assert known(client)


def test_a_reviewer_cannot_switch_it_off_and_an_editor_can(whole, sign_in):
    client, device = whole
    assert "change" in client.post(STEP, {"change": "off", "code": code(device, ahead=1)}).context["form"].errors
    editor = make_editor()
    other = sign_in(editor)
    own = make_device(editor)
    other.post(STEP, {"code": code(own)})
    assert other.post(STEP, {"change": "off", "code": code(own, ahead=1)}).status_code == 302
    assert known(other)
    assert list(TOTPDevice.objects.all()) == [device]


def test_a_superuser_removes_a_lost_one_and_sees_no_secret(strict, editor, superuser, sign_in):
    lost, mine = make_device(editor), make_device(superuser)
    StaticDevice.objects.create(user=editor, name="Recovery codes").token_set.create(token="abcdefgh")
    root = sign_in(superuser)
    root.post(STEP, {"code": code(mine)})
    row = f"/admin/otp_totp/totpdevice/{lost.pk}/"
    shown = root.get("/admin/otp_totp/totpdevice/").content + root.get(f"{row}change/").content
    assert lost.key.encode() not in shown
    assert [root.get(f"{row}{page}/").status_code for page in ("config", "qrcode")] == [403, 403]
    assert root.get("/admin/otp_totp/totpdevice/add/").status_code == 403
    assert root.post(f"{row}delete/", {"post": "yes"}).status_code == 302
    assert list(TOTPDevice.objects.all()) == [mine]
    assert not StaticDevice.objects.exists()
    assert known(sign_in(editor))
