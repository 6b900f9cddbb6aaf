"""Comparing, in a real browser: with JavaScript and without, shared with somebody else, and on paper."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from supplements.models import Food
from tests.browser.looks import assert_good
from tests.factories import make_form, make_interaction, make_reference, make_stage


@pytest.fixture
def forms(db):
    make_reference("study")
    make_form("citrate", ["sleep"], cautions="Kidneys first.[^study]", evidence_note="One trial.[^study]")
    make_form("oxide", gut="strong-laxative", evidence="none")
    make_form("malate", gut="gentle", evidence="none")
    make_interaction("lithium", what_to_do="Ask.[^study]", hours_apart="4")
    make_stage("Adults", sources="[^study]")
    food = {"serving": "1 oz", "group": "nuts", "daily_value_percent": 20, "sources": "[^study]"}
    Food.objects.create(name="Almonds", magnesium_mg=80, **food)


PATHS = [
    "/supplements/",
    "/supplements/?gut=gentle&evidence=none&form=oxide",
    "/supplements/?gut=gentle&q=oxide",
    "/supplements/citrate/",
    "/supplements/citrate/history/",
    "/supplements/compare/?form=citrate&form=oxide",
    "/supplements/compare/",
    "/supplements/dose/",
    "/supplements/medicines/",
    "/supplements/foods/",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_page_is_accessible_at_every_look(visit, forms, path):
    assert_good(visit(path))


def test_filter_sort_and_go_back_with_javascript(visit, forms, live_server, browser):
    page = visit("/supplements/")
    page.get_by_text("Effect on the gut").first.click()
    page.get_by_label("Gentle (1)").check()
    expect(page.get_by_role("status")).to_contain_text("Showing 1 of 3 forms")
    expect(page.get_by_label("Gentle (1)")).to_be_focused()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page).to_have_url(f"{live_server.url}/supplements/?gut=gentle")
    page.get_by_label("Strong laxative (1)").check()
    expect(page.get_by_role("rowheader")).to_have_count(2)
    page.get_by_label("Order").select_option("evidence")
    expect(page.locator("#summary")).to_contain_text("evidence, good first")

    shared = browser.new_context().new_page()
    shared.goto(page.url)
    expect(shared.get_by_role("rowheader")).to_have_count(2)
    shared.context.close()

    page.go_back()
    expect(page.locator("#summary")).not_to_contain_text("evidence, good first")
    page.go_back()
    expect(page.get_by_role("rowheader")).to_have_count(1)


def test_lift_one_filter_of_two(visit, forms):
    page = visit("/supplements/?gut=gentle&evidence=none")
    page.get_by_role("link", name="Remove Effect on the gut: gentle").click()
    expect(page.get_by_role("rowheader")).to_have_count(2)


def test_the_same_without_javascript(plain_page, forms):
    page = plain_page
    page.goto("/supplements/")
    page.get_by_text("Effect on the gut").first.click()
    page.get_by_label("Gentle (1)").check()
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("rowheader")).to_have_count(1)
    page.get_by_role("link", name="Remove Effect on the gut: gentle").click()
    expect(page.get_by_role("rowheader")).to_have_count(3)
    page.get_by_label("Compare Magnesium citrate").check()
    page.get_by_label("Compare Magnesium oxide").check()
    page.get_by_role("button", name="Compare ticked forms").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Forms side by side")
    expect(page.get_by_text("Differs").first).to_be_visible()


def tab_to(page, element) -> None:
    """Go on with the tab key until the element has the focus, which then has to be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if element.evaluate("one => one === document.activeElement"):
            assert element.evaluate("one => getComputedStyle(one).outlineStyle") != "none"
            return
    raise AssertionError("the keyboard does not come to it")


def test_the_keyboard_is_enough(visit, forms):
    page = visit("/supplements/")
    tab_to(page, page.locator("summary", has_text="Effect on the gut"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Gentle (1)"))
    page.keyboard.press("Space")
    expect(page.get_by_role("rowheader")).to_have_count(1)
    expect(page.get_by_label("Gentle (1)")).to_be_focused()
    tab_to(page, page.get_by_role("link", name="Remove Effect on the gut: gentle"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("rowheader")).to_have_count(3)
    for name in ("citrate", "oxide"):
        tab_to(page, page.get_by_label(f"Compare Magnesium {name}"))
        page.keyboard.press("Space")
        expect(page.get_by_role("rowheader")).to_have_count(3)
    tab_to(page, page.get_by_role("button", name="Compare ticked forms"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forms side by side")


def test_ticks_survive_a_filter_and_are_compared(visit, forms):
    page = visit("/supplements/")
    page.get_by_label("Compare Magnesium oxide").check()
    page.get_by_text("Effect on the gut").first.click()
    page.get_by_label("Gentle (1)").check()
    expect(page.get_by_role("group", name="Also ticked")).to_contain_text("Magnesium oxide")
    page.get_by_label("Compare Magnesium malate").check()
    page.get_by_role("button", name="Compare ticked forms").click()
    expect(page.get_by_role("columnheader")).to_have_count(3)


@pytest.mark.parametrize("scripts", [True, False])
def test_work_out_a_dose(browser, live_server, forms, scripts):
    context = browser.new_context(java_script_enabled=scripts, base_url=live_server.url)
    page = context.new_page()
    page.goto("/supplements/dose/")
    page.get_by_label("Form").first.select_option("citrate")
    page.get_by_label("Amount").first.fill("lots")
    page.get_by_label("For whom").select_option("Adults")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Amount").first).to_be_focused()
    page.get_by_label("Amount").first.fill("400")
    page.get_by_role("button", name="Work it out").click()
    expect(page.get_by_role("heading", name="400 mg of magnesium")).to_be_visible()
    assert "400" not in page.url
    context.close()


def test_answers_are_accessible_too(visit, forms):
    page = visit("/supplements/dose/")
    page.get_by_label("Form").first.select_option("citrate")
    page.get_by_label("Amount").first.fill("400")
    page.get_by_role("button", name="Work it out").click()
    assert_good(page)
    page.get_by_label("For whom").select_option("Adults")
    page.get_by_role("button", name="Work it out").click()
    assert_good(page)
    page = visit("/supplements/medicines/")
    page.get_by_label("Lithium").check()
    page.get_by_role("button", name="Show what clashes").click()
    expect(page.get_by_role("heading", name="1 of what you ticked matters")).to_be_visible()
    assert_good(page)


def test_a_comparison_fits_one_page_of_paper(visit, db):
    call_command("seed", verbosity=0)
    for forms in ("form=citrate&form=oxide", "form=citrate&form=oxide&form=glycinate&form=malate"):
        page = visit(f"/supplements/compare/?{forms}")
        assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") == 1
