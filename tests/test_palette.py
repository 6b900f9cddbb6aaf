"""The palette against WCAG in both schemes: text that is read is AAA, all other text AA, edges of controls 3 to 1."""

import re

import pytest
from django.conf import settings

CSS = (settings.BASE_DIR / "static" / "css" / "base.css").read_text(encoding="utf-8")
RAW = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", CSS))
MEANT = {
    name: (RAW[light], RAW[dark])
    for name, light, dark in re.findall(r"--color-([\w-]+): light-dark\(var\(--([\w-]+)\), var\(--([\w-]+)\)\);", CSS)
}
PANELS = ("page", "panel", "calm", "caution-panel", "alarm-panel")


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "panels", "least"),
    [
        ("text", PANELS, 7),
        ("quiet", ("page", "panel"), 7),
        ("link", PANELS, 4.5),
        ("link-hover", PANELS, 4.5),
        ("caution", ("page", "caution-panel"), 4.5),
        ("alarm", ("page", "alarm-panel"), 4.5),
        ("quiet", ("page", "panel", "calm"), 3),
    ],
)
def test_every_colour_stands_out_from_what_it_stands_on(colour, panels, least, scheme):
    found = {panel: contrast(MEANT[colour][scheme], MEANT[panel][scheme]) for panel in panels}
    assert min(found.values()) >= least, found


def test_every_meaning_is_known_and_no_raw_colour_stands_elsewhere():
    assert set(re.findall(r"--color-([\w-]+):", CSS)) == MEANT.keys()
    outside = [CSS[CSS.index("@layer reset") :]]
    outside += [(settings.BASE_DIR / "static" / "css" / name).read_text() for name in ("site.css", "print.css")]
    assert not re.findall(r"#[0-9a-f]{3,8}\b|rgb\(|hsl\(|oklch\(", "".join(outside))
