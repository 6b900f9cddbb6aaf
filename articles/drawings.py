"""The site's own drawings, which a text of any article shows as `![](drawing:muscle)` on a line of its own.

A drawing is one file in `static/img/drawings/`, and the file says everything: its `title` is the text equivalent, its
`desc` tells in words all that it shows and stands below it as the caption. A new file is a new drawing. Where the
words of one change, `manage.py typeset` brings them into the articles that show it.
"""

from functools import cache
from pathlib import Path
from xml.etree import ElementTree

from django.conf import settings

PREFIX = "drawing:"  # no figure of an editor has a colon in its name
FOLDER = "img/drawings"
SVG = "{http://www.w3.org/2000/svg}"


@cache
def known_drawings() -> dict[str, dict]:
    """What `markdown.render` needs to show each drawing, by the name in `![](name)`."""
    files = sorted((Path(settings.BASE_DIR) / "static" / FOLDER).glob("*.svg"))
    return {f"{PREFIX}{file.stem}": shown(file) for file in files}


def shown(file: Path) -> dict:
    root = ElementTree.parse(file).getroot()  # noqa: S314 - a file of the site itself
    return {
        # The plain address: the text is kept as HTML, in which an address that names its content would grow old.
        "src": f"{settings.STATIC_URL}{FOLDER}/{file.name}",
        "alt": root.findtext(f"{SVG}title"),
        "caption": root.findtext(f"{SVG}desc"),
        "width": root.get("width"),
        "height": root.get("height"),
    }
