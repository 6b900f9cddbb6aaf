"""What every page must be, whatever it says: accessible, and no wider than its screen."""

from axe_playwright_python.sync_playwright import Axe

AXE = Axe()
RUN_AXE = "([but, options]) => axe.run(but ? {exclude: [but]} : document, options)"
WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")


def every_look(page):
    """Yield once for each width and colour scheme, with the page set to it."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            # Chromium at times keeps inherited light-dark() colours across an emulated switch: have it start afresh.
            page.locator("html").evaluate("html => { html.hidden = true; html.offsetHeight; html.hidden = false }")
            yield f"{width}px {scheme}"


def violations(page, only_colours=False, but="") -> list[str]:
    options = {"resultTypes": ["violations"]}  # what is fine need not be told apart and sent over
    options |= {"runOnly": ["color-contrast"]} if only_colours else {}
    if not page.evaluate("Boolean(window.axe)"):  # half a megabyte, which a page needs to be given once
        page.evaluate(AXE.axe_script)
    found = page.evaluate(RUN_AXE, [but, options])["violations"]
    nodes = ((rule["id"], node) for rule in found for node in rule["nodes"])
    return [f"{rule}: {node['html'][:160]}: {node['failureSummary']}" for rule, node in nodes]


def sideways(page) -> int:
    """By how many pixels the page is wider than its screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


LOOKS = tuple(f"{width}px {scheme}" for width in WIDTHS for scheme in SCHEMES)


def assert_good(page, but="", looks=LOOKS):
    """No rule is broken at any look, outside of what the selector `but` names.

    What a page is made of depends on its width, its colours on the scheme: so all rules run once for each of both, and
    those about colour everywhere. With fewer looks, all rules run at each of them.
    """
    for look in every_look(page):
        if look not in looks:
            continue
        is_half = looks == LOOKS and look in ("320px dark", "1280px light")
        found = violations(page, only_colours=is_half, but=but)
        assert not found, f"{look}: {found}"
        assert sideways(page) <= 0, f"{page.url} at {look}: the page scrolls sideways by {sideways(page)}px"
