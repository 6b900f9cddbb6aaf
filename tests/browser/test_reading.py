"""Reading, in a real browser: with and without JavaScript, by keyboard, on paper."""

import pytest
from playwright.sync_api import expect

from articles.markdown import LEVELS
from articles.models import Article
from tests.articles.test_pictures import make_figure, make_picture
from tests.browser.looks import assert_good
from tests.factories import make_article, make_draft, make_reference

BODY = """Opening words.[^study]

![](drawing:places)

## What is known

Table: Forms compared

| Form | Share of magnesium | Effect on the gut | Proof |
| --- | --: | --- | --- |
| Oxide | 60 | A strong laxative for most people | Conflicting[^study] |
| Citrate | 16 | A mild laxative | Limited |

!!! see-a-doctor "Within 2 weeks"
    If it lasts more than 2 weeks.

!!! caution "Careful"
    With kidney disease.

!!! tip "Try this"
    Sleep.

!!! note "Good to know"
    Twitches are common.

## What is not

Term
:   What it means.

## What to do

Rest, and see [the other article](/articles/other/).
"""


@pytest.fixture
def article(db):
    make_reference("study", title="A randomised trial of something")
    make_reference("sheet", title="A fact sheet", kind="fact-sheet")
    other = make_article("other")
    draft = make_draft(body=BODY, title="Why toes twitch")
    draft.faqs.create(question="Is it my heart?", answer="No.[^sheet]")
    draft.related.add(other.document)
    draft.typeset()
    draft.publish(waiver="A test.")
    make_article("about", is_site_page=True, title="About us")
    return draft


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/articles/", 200),
        ("/articles/{slug}/", 200),
        ("/articles/{slug}/history/", 200),
        ("/about/", 200),
        ("/articles/nothing/", 404),
        ("/articles/gone/", 410),
    ],
)
def test_every_page_is_accessible_at_every_look(visit, article, path, status):
    make_article("gone").document.withdraw("It was wrong.")
    assert_good(visit(path.format(slug=article.document.slug), status))


def test_read_without_javascript(plain_page, article):
    page = plain_page
    page.goto("/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Read").click()
    page.get_by_role("link", name="Why toes twitch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why toes twitch")
    page.get_by_role("link", name="Source 1").first.click()
    expect(page).to_have_url(f"/articles/{article.document.slug}/#source-1")
    page.get_by_text("Is it my heart?").click()
    expect(page.get_by_text("No.", exact=False).first).to_be_visible()
    page.get_by_role("link", name="History of this page").click()
    expect(page.get_by_role("heading", name="Edition 1")).to_be_visible()


def test_the_keyboard_is_enough(visit, article):
    page = visit(f"/articles/{article.document.slug}/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details").first).to_have_attribute("open", "")
    page.locator(".table-scroll").focus()
    expect(page.locator(".table-scroll")).to_be_focused()


def test_paper_holds_the_answers_and_the_addresses_of_sources(visit, article):
    page = visit(f"/articles/{article.document.slug}/")
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    expect(page.locator("details p").first).to_be_visible()
    expect(page.locator(".along")).to_be_hidden()
    expect(page.locator(".edition-line").get_by_text(article.permalink)).to_be_visible()
    after = page.locator(".sources li a").nth(1).evaluate("link => getComputedStyle(link, '::after').content")
    assert "https://example.org/" in after


def test_nothing_is_loaded_from_elsewhere(page, live_server, article):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{live_server.url}/articles/{article.document.slug}/", wait_until="networkidle")
    assert asked
    assert all(url.startswith(live_server.url) for url in asked)
    assert [url for url in asked if url.endswith(".js")] == [f"{live_server.url}/static/js/print.js"]


def test_the_button_that_prints_is_there_only_where_it_works(visit, plain_page, article):
    address = f"/articles/{article.document.slug}/"
    plain_page.goto(address)
    expect(plain_page.locator("button.print")).to_be_hidden()
    expect(plain_page.locator(".along")).to_contain_text("print command")
    page = visit(address)
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print or save").click()
    expect(page).to_have_title("printed")


def test_a_figure_comes_in_a_fitting_width_between_care_cards_of_every_level(visit, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    cards = "\n\n".join(f'!!! {level} "A title"\n    Words with a [link](/articles/).' for level in LEVELS)
    draft = make_draft(Article.objects.create(slug="arms"), body=f"## Where\n\n![](arm)\n\n{cards}")
    make_figure(make_picture("png", (1600, 800)), edition=draft)
    draft.typeset()
    draft.publish(waiver="A test.")
    page = visit("/articles/arms/")
    assert_good(page)
    page.set_viewport_size({"width": 320, "height": 800})
    page.reload()
    picture = page.get_by_role("img", name="An arm at rest")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("picture => picture.currentSrc").endswith("-480.webp")
    assert page.locator(".care-card .level").all_inner_texts() == list(LEVELS.values())
