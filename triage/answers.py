"""Where a reader's answers live: one signed cookie in their own browser. Nothing else touches it.

It holds the checklist, its edition and version, and the slugs of what was chosen; compressed, void after 12 hours, and
gone when the browser closes. A cookie that cannot be trusted or that belongs to another edition is as good as none.
"""

from django.conf import settings
from django.core import signing

NAME, PREVIEW_NAME = "answers", "preview-answers"
PATH = "/check/"
SALT = "triage.answers"
LIFE = 12 * 60 * 60  # seconds
LARGEST = 3_500  # bytes


class TooMany(Exception):
    """More answers than fit into a cookie."""


def read(request, edition) -> tuple[dict[str, list[str]], bool]:
    """The answers given to this edition, and whether a cookie was there that had to be set aside."""
    raw = request.COOKIES.get(name_for(edition), "")
    if not raw:
        return {}, False
    try:
        held = signing.loads(raw[: LARGEST + 1], salt=SALT, max_age=LIFE)
        same = held["for"] == stamp(edition)
        answers = {str(slug): [str(option) for option in options] for slug, options in held["answers"].items()}
    except (signing.BadSignature, KeyError, TypeError, AttributeError, ValueError):
        return {}, True
    return (answers, False) if same else ({}, True)


def write(response, edition, answers: dict[str, list[str]], path: str = PATH) -> None:
    """Keep the answers in the reader's browser, for addresses below `path`. Raises TooMany where they do not fit."""
    value = signing.dumps({"for": stamp(edition), "answers": answers}, salt=SALT, compress=True)
    if len(value) > LARGEST:
        raise TooMany
    response.set_cookie(
        name_for(edition), value, path=path, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )


def forget(response, edition, path: str = PATH) -> None:
    response.delete_cookie(name_for(edition), path=path, samesite="Lax")


def name_for(edition) -> str:
    """A draft that staff walk has a cookie of its own, so that it touches nobody's answers."""
    return NAME if edition.published_at and not edition.is_scheduled else PREVIEW_NAME


def stamp(edition) -> list:
    return [edition.document.slug, edition.number, edition.version]
