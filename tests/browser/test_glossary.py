"""A word that explains itself, in a real browser: without JavaScript, by keyboard, at a phone's width, on paper."""

import pytest
from playwright.sync_api import expect

from articles.models import Article
from tests.browser.looks import assert_good
from tests.factories import make_draft, make_term


@pytest.fixture
def calves(db):
    """A page whose words are explained in its short answer, at the end of a line, and in an answer."""
    make_term("cramp", "cramps", definition="A muscle tightens, and you cannot let it go.")
    make_term("Neuromuscular hyperexcitability")
    make_term("RLS", "restless legs syndrome")
    draft = make_draft(
        Article.objects.create(slug="calves"),
        quick_answer="A calf cramp hurts.",
        body="## Why?\n\n- Neuromuscular hyperexcitability (sometimes).",
    )
    draft.faqs.create(question="Is it serious?", answer="RLS is not.")
    draft.typeset()
    draft.publish(waiver="A test.")


def test_a_word_explains_itself_without_javascript(plain_page, calves):
    page = plain_page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/articles/calves/")
    word, shown = page.get_by_role("button", name="cramp"), page.locator(".word-explained:popover-open")
    expect(shown).to_have_count(0)
    word.click()
    expect(shown).to_contain_text("you cannot let it go")
    box, at = shown.bounding_box(), word.bounding_box()
    assert 0 < box["x"] < box["x"] + box["width"] < 320
    assert box["y"] >= at["y"] + at["height"] or box["y"] + box["height"] <= at["y"], "it does not hide its word"
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(word).to_be_focused()

    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(shown.get_by_role("link")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Close
    expect(shown).to_have_count(0)
    expect(word).to_be_focused()

    page.get_by_text("Is it serious?").click()
    page.get_by_role("button", name="RLS").click()
    page.get_by_role("heading", level=1).click()  # anywhere else
    expect(shown).to_have_count(0)
    word.click()
    shown.get_by_role("link").click()
    expect(page).to_have_url("/glossary/#cramp")
    expect(page.locator("#cramp")).to_be_in_viewport()


def test_what_is_explained_and_the_glossary_are_accessible(visit, calves):
    page = visit("/articles/calves/")
    page.get_by_role("button", name="cramp").click()
    assert_good(page, looks=("320px dark", "1280px light"))
    expect(page.locator(".word-explained:popover-open")).to_be_visible()
    assert_good(visit("/glossary/"))


def test_on_paper_a_word_is_plain_text_and_explained_at_the_end(visit, calves):
    page = visit("/articles/calves/")
    page.emulate_media(media="print")
    assert page.locator("button.term").first.evaluate("word => getComputedStyle(word).textDecorationLine") == "none"
    expect(page.get_by_role("heading", name="Words explained")).to_be_visible()
    expect(page.locator(".word-explained")).to_have_count(3)
    expect(page.locator(".word-explained").first).to_be_visible()
    expect(page.locator(".ways-on").first).to_be_hidden()
