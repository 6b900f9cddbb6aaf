"""The picture that other sites show when somebody shares a page: the title, the mark and the site's name, drawn here.

A picture belongs to one edition, whose words never change, so it is drawn once, kept in the cache, and may be kept by
whoever has it. Only released editions have one: the cache holds no more pictures than there are editions.
"""

import sys
from functools import cache as kept
from io import BytesIO
from pathlib import Path

from django.core.cache import cache
from PIL import Image, ImageDraw, ImageFont

FONT = Path(__file__).with_name("fonts") / "title.ttf"  # Latin, Greek and Cyrillic
LOOK = 1  # to be raised when the drawing changes, so that no old picture is taken from the cache
DAYS_KEPT = 30
SIZE = WIDTH, HEIGHT = 1200, 630
MARGIN = 90
ROOM = (WIDTH - 2 * MARGIN, 340)  # for the title
SIZES = range(92, 35, -4)  # of the title's letters: the largest that fits
LEADING = 1.22
PAPER, INK, SLATE, PINE, SAND = "#fdfaf4", "#1b2b2e", "#47585b", "#0b6660", "#d9cfbc"  # as in base.css
MARK = [(2, 18), (13, 18), (15.5, 14), (18.5, 23), (23, 4), (26.5, 21), (29, 16), (30.5, 18), (42, 18)]  # of mark.svg
FINER = 4  # Pillow draws lines with steps, so they are drawn larger and scaled down
COLOURS = 32
NAME, PROMISE = "Twitchwise", "Muscle twitching and magnesium, calmly explained"


def picture(edition) -> bytes:
    """The PNG of one edition."""
    return cache.get_or_set(key_of(edition), lambda: draw(edition.title), DAYS_KEPT * 24 * 60 * 60)


def key_of(edition) -> str:
    """The picture's name in the cache."""
    return f"share-{LOOK}-{edition.pk}"


def draw(title: str) -> bytes:
    """A picture with the title, or with the site's promise where the title is empty or has letters the font lacks."""
    image = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle([(0, 0), (WIDTH, 14)], fill=PINE)
    text = title if title and can_write(title) else PROMISE
    font, lines = fitted(text)
    leading = font.size * LEADING
    top = 92 + (ROOM[1] - len(lines) * leading) / 2
    for place, line in enumerate(lines):
        pen.text((MARGIN, top + place * leading), line, INK, font)
    pen.line([(MARGIN, 500), (WIDTH - MARGIN, 500)], SAND, 2)
    image.paste(PINE, (MARGIN, 522), mark(110))
    pen.text((MARGIN + 132, 557), NAME, PINE, letters(46), "lm")
    pen.text((WIDTH - MARGIN, 557), "Sourced, calm, nothing for sale", SLATE, letters(30), "rm")
    file = BytesIO()
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


@kept
def letters(size: int) -> ImageFont.FreeTypeFont:
    """The font in `fonts/`, so that the picture is the same on every machine."""
    return ImageFont.truetype(FONT, size)


def can_write(text: str) -> bool:
    """Whether the font has every letter of the text; for one that it lacks, it shows the same box as for no letter."""
    font = letters(40)
    box = bytes(font.getmask("\U0010ffff"))
    return all(bytes(font.getmask(letter)) != box for letter in set(text) if not letter.isspace())


def fitted(text: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The largest letters in which the text has room, and its lines; whatever has none even so is cut off."""
    width, height = ROOM
    for size in SIZES:
        font = letters(size)
        lines = wrapped(text, font, width)
        if len(lines) * size * LEADING <= height:
            return font, lines
    return font, lines[: int(height // (size * LEADING))]


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines no wider than `width`, broken between words, and inside a word only where it is wider than a line."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        lines += [""] if lines[-1] else []
        for letter in word:
            if font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def mark(width: int) -> Image.Image:
    """The site's mark as a mask."""
    scale = width / 44 * FINER
    points = [(x * scale, y * scale) for x, y in MARK]
    mask = Image.new("L", (width * FINER, width * 28 // 44 * FINER))
    pen = ImageDraw.Draw(mask)
    pen.line(points, 255, round(3 * scale), "curve")
    for x, y in points[:: len(points) - 1]:
        pen.circle((x, y), 1.5 * scale, 255)
    return mask.resize((width, width * 28 // 44), Image.Resampling.LANCZOS)


if __name__ == "__main__":  # how static/img/share.png was made
    sys.stdout.buffer.write(draw(""))
