"""Checking, in a real browser: every level, by keyboard, with JavaScript and without, and on paper."""

import pytest
from django.http import HttpResponse
from playwright.sync_api import expect

from tests.browser.looks import assert_good
from tests.triage.conftest import edition, fresh_ladders  # noqa: F401 - fixtures
from triage import answers
from triage.ladder import Step, replay

LEVELS = {
    "Look after yourself:": {},
    "See a doctor:": {"weakness": "slowly"},
    "Urgent advice:": {"today": "palpitations"},
    "Immediate action required:": {"emergency": "stroke-signs"},
}


def press(page, button):
    """Press a button or link with the keyboard, and wait for the page that it leads to."""
    button.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def answer_all(page, ladder, says):
    """Answer with the keyboard alone until there is a result."""
    for _ in range(60):
        if not page.locator("form.step").count():
            return
        slug = page.locator("input[name=question]").input_value()
        offered = [option.slug for option in ladder.choices[slug]]
        wanted = says.get(slug) or next((s for s in ("none", "no") if s in offered), offered[0])
        choose(page, wanted)


def choose(page, option):
    """Give an answer by keyboard, and go on."""
    choice = page.locator(f"[name=option][value={option}]")
    if choice.get_attribute("type") == "submit":
        press(page, choice)
    else:
        choice.focus()
        page.keyboard.press("Space")
        press(page, page.get_by_role("button", name="Continue"))


@pytest.mark.parametrize("scripts", [True, False])
def test_every_level_by_keyboard(browser, live_server, edition, scripts):  # noqa: F811
    """One walk to the mildest result, then a changed answer for each level above it."""
    context = browser.new_context(java_script_enabled=scripts, base_url=live_server.url, reduced_motion="reduce")
    page = context.new_page()
    page.goto("/check/twitching/")
    press(page, page.get_by_role("link", name="Start the check"))
    answer_all(page, edition.ladder, {})
    for words, says in LEVELS.items():
        for slug, option in says.items():
            question = next(question for question in edition.ladder.questions if question.slug == slug)
            page.get_by_text("See and change all of them").focus()
            page.keyboard.press("Enter")
            press(page, page.get_by_role("link", name=f"Change: {question.text}"))
            none = page.locator("[name=option][value=none]:checked")
            if none.count():
                none.focus()
                page.keyboard.press("Space")
            choose(page, option)
        if "emergency" in says:
            expect(page.get_by_role("link", name="999")).to_be_visible()
            press(page, page.get_by_role("link", name="Yes, that is right"))
        expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    context.close()


def test_back_forward_change_and_delete(visit, live_server, edition):  # noqa: F811
    page = visit("/check/twitching/")
    page.get_by_role("link", name="Start the check").click()
    page.get_by_role("button", name="I have none of these").click()
    page.wait_for_url("**/2/")
    page.go_back()
    page.wait_for_url("**/1/")
    page.go_forward()
    page.wait_for_url("**/2/")
    answered(page, live_server, edition, {"weakness": "slowly"})
    visit("/check/twitching/result/")
    page.get_by_role("link", name="Change: Yes, and it has come on slowly").click()
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Look after yourself:")
    page.get_by_role("button", name="Delete my answers").click()
    expect(page.get_by_role("heading", name="Your answers are deleted")).to_be_visible()
    visit("/check/twitching/result/")
    page.wait_for_url("**/1/")


@pytest.mark.parametrize(
    "path", ["/check/twitching/", "/check/twitching/1/", "/check/safety/", "/check/twitching/history/1/"]
)
def test_pages_are_accessible_at_every_look(visit, edition, path):  # noqa: F811
    assert_good(visit(path))


def test_an_error_is_accessible(visit, edition):  # noqa: F811
    page = visit("/check/twitching/1/")
    press(page, page.get_by_role("button", name="Continue"))
    expect(page.get_by_role("alert")).to_be_visible()
    assert_good(page)


def answered(page, live_server, edition, says):  # noqa: F811
    """Give the browser a cookie with every answer, as the walk would have left it."""
    given = {}
    while isinstance(reached := replay(edition.ladder, given), Step):
        offered = [option.slug for option in reached.choices]
        usual = next((slug for slug in ("none", "no") if slug in offered), offered[0])
        given[reached.question.slug] = [says.get(reached.question.slug, usual)]
    response = HttpResponse()
    answers.write(response, edition, given)
    value = response.cookies[answers.NAME].value
    page.context.add_cookies([{"name": answers.NAME, "value": value, "url": f"{live_server.url}/check/"}])


@pytest.mark.parametrize("says", LEVELS.values(), ids=list(LEVELS))
def test_every_result_is_accessible(visit, live_server, page, edition, says):  # noqa: F811
    answered(page, live_server, edition, says)
    assert_good(visit("/check/twitching/result/"))
    assert_good(visit("/check/twitching/summary/"))
    if "emergency" in says:
        assert_good(visit("/check/twitching/confirm/"))


def test_targets_are_large(visit, edition):  # noqa: F811
    page = visit("/check/twitching/1/")
    page.set_viewport_size({"width": 320, "height": 800})
    for target in [*page.locator(".options label").all(), *page.locator("button").all()]:
        assert target.bounding_box()["height"] >= 44


def test_the_sheet_for_the_doctor_fits_one_page(visit, live_server, page, edition):  # noqa: F811
    answered(page, live_server, edition, {"weakness": "slowly", "where": "eyelid", "medicines": "lithium"})
    visit("/check/twitching/summary/")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    assert "it has come on slowly" in page.content()
