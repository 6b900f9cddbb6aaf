"""What a reader's browser makes of an article: what a second view asks for, and how soon a slow phone shows it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

GOOD = 2_500  # ms until the largest part is shown: what Core Web Vitals call good
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 1.44e6 / 8, "uploadThroughput": 675e3 / 8}
SLOW_DOWN = 4
LARGEST_PART = """() => new Promise(told => {
    new PerformanceObserver(list => told(list.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true});
})"""  # it waits until there is one
LONG_TASKS = """() => new Promise(told => {
    let count = 0;
    new PerformanceObserver(list => { count += list.getEntries().length; })
        .observe({type: "longtask", buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => told(count)));
})"""


@contextmanager
def chromium() -> Iterator:
    """Raises ImportError without Playwright, FileNotFoundError without a browser."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        raise FileNotFoundError("no Chromium was found")
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=quiet)
        yield browser
        browser.close()


def second_view(browser, address: str) -> list[int]:
    """The status of each answer that came over the wire when a page was opened for the second time."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    page.goto("about:blank")
    wire, statuses = context.new_cdp_session(page), []
    wire.send("Network.enable")
    # Only what comes over the wire has this event; what the browser has kept has not.
    wire.on("Network.responseReceivedExtraInfo", lambda event: statuses.append(event["statusCode"]))
    page.goto(address, wait_until="networkidle")
    context.close()
    return statuses


def on_a_slow_phone(browser, address: str) -> tuple[float, int]:
    """First visit on slow 4G, with the processor slowed down: ms to the largest part, and tasks of over 50 ms."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, device_scale_factor=3, is_mobile=True)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.emulateNetworkConditions", SLOW_4G)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOW_DOWN})
    page.goto(address, wait_until="load")
    found = page.evaluate(LARGEST_PART), page.evaluate(LONG_TASKS)
    context.close()
    return found
