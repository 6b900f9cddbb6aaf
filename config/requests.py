"""What is refused before any view runs."""

from urllib.parse import unquote_to_bytes

from django.template.loader import render_to_string

from articles.pictures import TellingParser
from config.views import numbers_for, unreadable

LONGEST_QUERY = 8_000
LOOKS_FOR_ANYTHING = "/search/"  # where whatever is typed is only looked for, and cut where it is long


def refuse_unreadable(get_response):
    """Middleware: answer 400 to a path or query that is no text, and 414 to a query too long to be ours.

    PostgreSQL cannot store or compare NUL, so it would turn a harmless query into a server error; malformed UTF-8 and
    lone surrogates have no meaning anywhere on the site. A file's name with a folder in it is told to who takes files.
    """

    def middleware(request):
        query = request.META.get("QUERY_STRING", "")
        quoted = "" if request.path_info == LOOKS_FOR_ANYTHING else query
        if len(quoted) > LONGEST_QUERY:
            return unreadable(request, status=414)
        # WSGI hands the path over already decoded, the query still quoted; both as latin-1.
        for raw in (request.META.get("PATH_INFO", "").encode("latin-1", "replace"), unquote_to_bytes(quoted)):
            if not readable(raw):
                return unreadable(request)
        request.multipart_parser_class = TellingParser
        response = get_response(request)
        if response.status_code == 405:  # Django's own has no page
            response.content = render_to_string("405.html", numbers_for(request))
        return response

    return middleware


def readable(raw: bytes) -> bool:
    """Whether the bytes are UTF-8 text without NUL (a surrogate is no valid UTF-8)."""
    try:
        return "\0" not in raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
