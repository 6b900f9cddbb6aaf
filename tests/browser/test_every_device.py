"""Every page on every device: no page wider than its screen, nothing too small to hit, nothing lost on paper.

One browser goes through the pages of the seeded site, and so through real words, tables and drawings.
"""

import pytest
from playwright.sync_api import expect

from tests.browser.looks import assert_good, sideways
from tests.served import served

ARTICLE = "/articles/magnesium-and-twitching/"
PAGES = (
    "/",
    "/articles/",
    ARTICLE,
    f"{ARTICLE}history/",
    "/supplements/",
    "/supplements/?gut=gentle&evidence=good&q=x",
    "/supplements/glycinate/",
    "/supplements/compare/?form=citrate&form=glycinate&form=malate",
    "/supplements/dose/",
    "/supplements/foods/",
    "/supplements/medicines/",
    "/search/?q=eyelid",
    "/search/?q=xylophone",
    "/evidence/",
    "/sources/",
    "/sources/ods-mg-hp/",
    "/glossary/",
    "/about/",
    "/check/twitching/",
    "/check/twitching/1/",
    "/check/safety/",
)
CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, label:has(input)"
# Of each control that can be seen: what it is, and its sides in CSS pixels; of a link over two lines, the longest.
SIZES = """controls => controls.filter(one => one.checkVisibility({visibilityProperty: true}))
    .filter(one => !one.matches(".skip-link, label input"))
    .map(one => [one.outerHTML.slice(0, 120), ...["width", "height"].map(
        side => Math.max(...[...one.getClientRects()].map(piece => piece[side])))])"""


@pytest.fixture(scope="module")
def site(seeded_database, tmp_path_factory):
    with served(seeded_database, tmp_path_factory.mktemp("site")) as (address, _, _):
        yield address


@pytest.fixture
def page(browser, site):
    """A page of a desktop; a path alone is one of the seeded site."""
    context = browser.new_context(base_url=site, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture
def phone(browser, site):
    """A page of a phone: 320 px wide, and touched."""
    context = browser.new_context(
        viewport={"width": 320, "height": 700}, has_touch=True, is_mobile=True, base_url=site, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def too_small(within, least: int) -> list:
    """What can be pressed and is less than `least` CSS pixels high or wide; of a box in a label, the label counts."""
    return [found for found in within.locator(CONTROLS).evaluate_all(SIZES) if min(found[1:]) < least]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/evidence/", 200),
        ("/sources/?kind=guideline", 200),
        ("/sources/?since=1800&until=1801", 200),
        ("/sources/ods-mg-hp/", 200),
        ("/about/", 200),
        ("/check/%00/", 400),
        ("/supplements/compare/", 200),
    ],
)
def test_pages_that_no_other_test_looks_at_are_accessible(page, path, status):
    assert page.goto(path).status == status
    assert_good(page)


def test_no_page_is_wider_than_its_screen_even_with_text_twice_as_large(page):
    for path in PAGES:
        page.goto(path)
        for width in (320, 768, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, f"{path} at {width}px"
    sizes = page.context.new_cdp_session(page)
    sizes.send("Page.setFontSizes", {"fontSizes": {"standard": 32}})  # what a reader sets in the browser: 16 is usual
    for path in PAGES:
        page.goto(path)
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
        for width in (320, 640, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert sideways(page) <= 0, f"{path} at {width}px with text at 200%"


def test_everything_is_large_enough_for_a_finger(phone):
    for path in PAGES:
        phone.goto(path)
        assert too_small(phone, 24) == [], path
    phone.goto("/check/twitching/1/")
    assert too_small(phone.locator("main"), 44) == []


def test_on_paper_the_way_through_the_site_goes_and_where_it_came_from_is_said(page):
    for path in PAGES:
        page.goto(path)
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 794, "height": 1123})  # A4
        assert page.locator("nav:visible, [role=search]:visible").count() == 0, path
        if "/compare/" not in path:  # a sheet of its own
            expect(page.locator(".print-header")).to_contain_text(path.split("?")[0])
        assert sideways(page) <= 0, path
        page.emulate_media(media="screen")


def test_where_colours_are_forced_or_contrast_is_asked_for_edges_are_drawn(page):
    page.goto(ARTICLE)
    edge = "box => getComputedStyle(box).borderTopColor"
    page.emulate_media(forced_colors="active")
    text = page.locator("body").evaluate("body => getComputedStyle(body).color")
    assert page.locator(".key-points").evaluate(edge) == text
    page.emulate_media(forced_colors="none", contrast="more")
    text = page.locator("body").evaluate("body => getComputedStyle(body).color")
    assert page.locator(".key-points").evaluate(edge) == text
    assert page.locator(".review-line").evaluate("line => getComputedStyle(line).color") == text


def test_a_question_opens_when_it_is_linked_to(page):
    page.goto(f"{ARTICLE}#question-2")
    opened = page.locator(".faqs details").evaluate_all("all => all.map(one => one.open)")
    assert opened[:3] == [False, True, False]


def test_what_is_on_an_article_stays_in_sight_beside_it_where_there_is_room(page):
    page.goto(ARTICLE)
    contents = page.get_by_role("navigation", name="On this page")
    for width, is_beside in ((1280, True), (900, False)):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("#sources").scroll_into_view_if_needed()
        box = contents.bounding_box()
        assert (0 <= box["y"] < 900) == is_beside
