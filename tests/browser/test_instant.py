"""What makes the site feel quick: the next page is fetched ahead of the click, and nobody is shown that they wait."""

import time

import pytest
from django.core.signals import request_started
from playwright.sync_api import expect

from tests.factories import make_article, make_checklist, make_form, make_reference

FETCHED = [
    *("/", "/about/", "/articles/", "/articles/toes/", "/articles/toes/history/", "/glossary/", "/evidence/"),
    *("/sources/", "/sources/study/", "/supplements/", "/supplements/citrate/", "/supplements/citrate/history/"),
]
LEFT = [
    *("/check/", "/check/safety/", "/check/twitching/", "/check/twitching/1/", "/check/twitching/result/"),
    *("/admin/", "/admin/login/", "/preview/a", "/preview/a/", "/media/figures/a.png", "/static/css/site.css"),
    *("/supplements.csv", "/supplements.json", "/articles.json", "/articles/toes.md", "/feed.xml", "/sitemap.xml"),
    *("/search/", "/search/?q=toes", "/articles/?page=2", "/supplements/?gut=gentle", "/articles/toes/?x"),
    *("/articles/toes/share-1.png", "/articles/toes/history/1/", "https://example.org/articles/"),
]
MATCH = """([patterns, addresses]) => {
    const known = patterns.map(pattern => new URLPattern({...pattern, baseURL: location.origin}));
    return addresses.filter(address => known.some(pattern => pattern.test(address, location.origin)));
}"""
WAITING = """results => results.getAnimations({subtree: true}).map(each => [
    each.animationName, [each.effect.getTiming().delay, each.effect.getTiming().duration]])"""
AT = """(results, time) => {
    for (const each of results.getAnimations({subtree: true})) { each.pause(); each.currentTime = time; }
    return [getComputedStyle(results).opacity, parseFloat(getComputedStyle(results, "::before").inlineSize) > 0];
}"""


@pytest.fixture
def prefetched():
    """The paths that were asked for ahead of time, as the server was told."""
    paths = []

    def note(environ, **kwargs):
        if environ.get("HTTP_SEC_PURPOSE"):
            paths.append((environ["PATH_INFO"], environ["HTTP_SEC_PURPOSE"]))

    request_started.connect(note)
    yield paths
    request_started.disconnect(note)


def until(page, holds):
    """Let the browser work until something holds, for 10 seconds at most."""
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        page.evaluate("new Promise(requestAnimationFrame)")
    assert holds()


def test_the_page_under_the_pointer_is_fetched_but_none_of_the_check(visit, live_server, prefetched):
    make_article("toes")
    make_checklist("twitching")
    page = visit("/articles/")
    compare, check = (page.get_by_role("link", name=name, exact=True) for name in ("Compare", "Check"))
    compare.hover()
    until(page, lambda: prefetched)  # so the rules are read
    check.hover()
    page.mouse.down()  # asks at once, where a pointer has to rest for a while
    page.mouse.move(0, 0)
    page.mouse.up()
    article = page.get_by_role("link", name="About toes")
    article.hover()
    until(page, lambda: len(prefetched) > 1)
    assert prefetched == [("/supplements/", "prefetch"), ("/articles/toes/", "prefetch")]
    article.click()
    page.wait_for_url("**/articles/toes/")
    came = page.evaluate("performance.getEntriesByType('navigation')[0].deliveryType")
    assert came == "navigational-prefetch"
    expect(page.get_by_role("heading", level=1)).to_have_text("About toes")


def test_the_rules_name_public_pages_without_a_query_and_nothing_else(visit, client):
    make_reference("study")
    (rule,) = client.get("/speculation-rules.json").json()["prefetch"]
    patterns = [one["href_matches"] for one in rule["where"]["and"][0]["or"]]
    page = visit("/")
    assert page.evaluate(MATCH, [patterns, FETCHED + LEFT]) == FETCHED


@pytest.mark.parametrize(("motion", "grows_for"), [("reduce", 1), ("no-preference", 9_000)])
def test_waiting_for_the_table_is_shown_late_and_quietly(page, live_server, motion, grows_for):
    make_form("citrate", gut="gentle")
    page.emulate_media(reduced_motion=motion)
    page.goto(f"{live_server.url}/supplements/")
    held = []
    page.route(lambda url: "gut=gentle" in url, lambda route: held.append(route))
    results = page.locator(".results")
    assert results.evaluate(WAITING) == []
    page.get_by_text("Effect on the gut").first.click()
    page.get_by_label("Gentle (1)").check()
    until(page, lambda: held and results.evaluate(WAITING))
    assert dict(results.evaluate(WAITING)) == {"dim": [300, 1], "grow": [1000, grows_for]}  # milliseconds
    shown = {time: results.evaluate(AT, time) for time in (299, 999, 1300)}
    assert shown == {299: ["1", False], 999: ["0.7", False], 1300: ["0.7", True]}
    held[0].continue_()
    expect(page.get_by_role("status")).to_contain_text("Showing 1 of 1")
    assert results.evaluate(WAITING) == []
