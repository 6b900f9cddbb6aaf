"""What a first visit costs, on the real server with the seeded content: bytes, requests, and that nothing jumps."""

import re
import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.served import served

LARGEST = 40_000  # bytes on the wire, for a page and all that it shows
MOST_REQUESTS = 6  # for what is shown; the icon and the rules for prefetching come when the page stands
PICTURES = re.compile(r"\.(svg|png|webp)$")
SHIFTS = """() => new Promise(told => {
    let total = 0;
    new PerformanceObserver(list => { for (const shift of list.getEntries()) total += shift.value; })
        .observe({type: "layout-shift", buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => told(total)));
})"""


@pytest.fixture(scope="module")
def site(seeded_database, tmp_path_factory):
    with served(seeded_database, tmp_path_factory.mktemp("site")) as (address, _, _):
        yield address


@pytest.fixture(scope="module")
def pages(site) -> dict[str, str]:
    """Every page in the site's own map, by its path."""
    files = re.findall("<loc>(.+?)</loc>", fetch(f"{site}/sitemap.xml"))
    paths = [urlsplit(address).path for file in files for address in re.findall("<loc>(.+?)</loc>", fetch(file))]
    return {path: fetch(site + path) for path in paths}


def fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:  # noqa: S310 - the server just started
        return answer.read().decode()


@pytest.fixture
def cold(browser, site):
    """A page of a browser that was never here."""
    context = browser.new_context(base_url=site)
    yield context.new_page()
    context.close()


def cost(page, path: str) -> tuple[int, list[str]]:
    """Bytes on the wire with everything that is loaded, and the addresses of what is shown."""
    asked, sizes = {}, []
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event}))
    wire.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(path, wait_until="networkidle")
    shown = [event["request"]["url"] for event in asked.values() if event["type"] != "Other"]
    return sum(sizes), shown


@pytest.fixture(scope="module")
def first_visits(browser, site, pages) -> dict[str, tuple[int, list[str]]]:
    """What the longest 3 articles and those with drawings cost; none of the others can cost more."""
    articles = sorted((path for path in pages if path.startswith("/articles/")), key=lambda path: -len(pages[path]))
    costs = {}
    for path in dict.fromkeys([*articles[:3], *(path for path in articles if "/drawings/" in pages[path])]):
        context = browser.new_context(base_url=site)
        costs[path] = cost(context.new_page(), path)
        context.close()
    return costs


def test_an_article_is_light(first_visits):
    assert first_visits
    assert {path: size for path, (size, _) in first_visits.items() if size > LARGEST} == {}


def test_an_article_takes_few_requests(first_visits):
    assert first_visits
    assert {path: shown for path, (_, shown) in first_visits.items() if len(shown) > MOST_REQUESTS} == {}


def test_htmx_comes_only_where_a_page_uses_it(pages):
    using = {path for path, page in pages.items() if "data-hx-" in page}
    assert "/supplements/" in using
    assert {path for path, page in pages.items() if "htmx" in page} == using


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("path", ["/", "/articles/magnesium-and-twitching/", "/supplements/", "/supplements/dose/"])
def test_nothing_shifts(cold, path, width):
    cold.set_viewport_size({"width": width, "height": 800})
    held = []
    cold.route(PICTURES, lambda route: held.append(route))  # as on a slow line
    assert cold.goto(path, wait_until="domcontentloaded").status == 200
    assert cold.evaluate(SHIFTS) == 0  # and the page is painted
    cold.route(PICTURES, lambda route: route.continue_())
    for route in held:
        route.continue_()
    cold.wait_for_load_state("load")
    assert cold.evaluate(SHIFTS) == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_shifts_in_a_result(cold, width):
    cold.set_viewport_size({"width": width, "height": 800})
    cold.goto("/check/twitching/1/")
    cold.locator("[name=option][value=stroke-signs]").check()
    cold.get_by_role("button", name="Continue").click()
    cold.get_by_role("link", name="Yes, that is right").click()
    cold.wait_for_url("**/result/")
    expect(cold.get_by_role("heading", level=1)).to_contain_text("Immediate action required:")
    assert cold.evaluate(SHIFTS) == 0


def test_one_page_fades_into_the_next_unless_somebody_wants_no_motion(browser, site):
    for motion, fades in (("no-preference", True), ("reduce", False)):
        context = browser.new_context(base_url=site, reduced_motion=motion)
        context.add_init_script("addEventListener('pagereveal', event => { window.fades = !!event.viewTransition })")
        page = context.new_page()
        page.goto("/")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Read").click()
        page.wait_for_url("**/articles/")
        # In a frame: by then the page has been revealed.
        revealed = "() => new Promise(told => requestAnimationFrame(() => told(window.fades)))"
        assert page.evaluate(revealed) is fades, motion
        context.close()
