"""Signing in in a real browser, under the site's own policy: from the first password to a form sent too late."""

import pytest
from django.contrib.sessions.models import Session
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import expect

from tests.browser.looks import assert_good
from tests.config.people import PASSWORD, code
from tests.factories import make_reviewer


@pytest.fixture
def strict(settings):
    settings.ADMIN_REQUIRES_2FA = True


def give_password(page):
    page.get_by_label("Username").fill("ruth")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")


def test_a_reviewer_signs_in_for_the_first_time_and_again_in_mid_sentence(strict, visit):
    make_reviewer()
    page = visit("/admin/articles/topic/add/")
    assert_good(page)
    give_password(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up the second factor")
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    assert_good(page)
    page.get_by_role("textbox", name="Code").fill(code(TOTPDevice.objects.get()))
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(10)
    assert_good(page)
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_label("Name").fill("Half a sentence")
    page.get_by_label("Slug").fill("half")
    page.get_by_label("Position").fill("1")

    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).first.click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half a sentence")
    assert_good(page)
    give_password(page)
    page.get_by_role("textbox", name="Code").fill(code(TOTPDevice.objects.get(), ahead=1))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Half a sentence").first).to_be_visible()
    page.get_by_role("link", name="Second factor").click()
    expect(page.get_by_text("Recovery codes left: 10")).to_be_visible()
    assert_good(page)
