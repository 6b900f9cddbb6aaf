"""What the site looks like, for the README: `uv run pytest -n 0 tests/browser/screenshots.py`.

No test: pytest does not collect it by itself. It takes the ten main pages of the seeded site on a phone and a desktop,
light and dark. A page that did not change keeps its file, byte for byte, on a machine with the same fonts.
"""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.management import call_command
from PIL import Image

FOLDER = Path(__file__).with_name("screenshots")
SIZES = {320: 640, 1280: 800}  # width and height in pixels
PAGES = {
    "home": "/",
    "articles": "/articles/",
    "article": "/articles/magnesium-and-twitching/",
    "table": "/supplements/",
    "form": "/supplements/glycinate/",
    "foods": "/supplements/foods/",
    "evidence": "/evidence/",
    "search": "/search/?q=eyelid",
    "question": "/check/twitching/1/",
    "result": "/check/twitching/result/",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", SIZES)
def test_take(browser, live_server, width, scheme):
    call_command("seed", verbosity=0)
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": width, "height": SIZES[width]},
        color_scheme=scheme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    answer(page)
    for name, path in PAGES.items():
        page.goto(path)
        page.wait_for_load_state("networkidle")
        picture = Image.open(BytesIO(page.screenshot()))
        picture.save(FOLDER / f"{name}-{width}-{scheme}.webp", quality=38, method=6)
    context.close()


def answer(page) -> None:
    """Go through the check as somebody whose twitch has lasted too long."""
    page.goto("/check/twitching/1/")
    page.get_by_role("button", name="I have none of these").click()
    while not page.url.endswith("/result/"):
        box = page.locator("[name=option][value=none], [name=option][value=no], [name=option][value=over-3-months]")
        (box if box.count() else page.locator("[name=option]").first).first.check()
        page.get_by_role("button", name="Continue").click()
