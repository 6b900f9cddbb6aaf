"""The search in a real browser: with suggestions while typing, and without a script."""

import pytest
from playwright.sync_api import expect

from articles.models import Synonym
from tests.browser.looks import assert_good
from tests.factories import make_article, make_form


@pytest.fixture
def site(db):
    make_article("toes", title="Why toes cramp")
    make_article("calves", title="A cramp in the calf")
    make_form("citrate")
    Synonym.objects.create(said="chest pain", first="check")


def test_suggestions_are_chosen_with_the_keyboard(visit, site):
    page = visit("/search/")
    box = page.get_by_role("combobox", name="What are you looking for?")
    box.press_sequentially("cramp", delay=20)
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.locator("#status")).to_contain_text("2 suggestions")
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowUp")
    expect(page.get_by_role("option", selected=True)).to_have_attribute("id", "suggestion-2")
    box.press("ArrowDown")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-1")
    assert_good(page, looks=("320px dark", "1280px light"))
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(box).to_have_value("cramp")
    box.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True).get_attribute("href")
    box.press("Enter")
    page.wait_for_url(f"**{chosen}")


def test_results_are_there_without_a_script_and_good_at_every_look(plain_page, visit, site):
    plain_page.goto("/")
    plain_page.get_by_role("searchbox", name="Search this site").fill("cramps")
    plain_page.get_by_role("search").get_by_role("button").click()
    expect(plain_page.get_by_role("heading", name="2 results for “cramps”")).to_be_visible()
    plain_page.get_by_role("link", name="Why toes cramp").click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Why toes cramp")
    for query in ("", "?q=cramps", "?q=xylophone", "?q=chest+pain"):
        assert_good(visit(f"/search/{query}"), looks=("320px light", "1280px dark"))
