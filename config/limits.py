"""The outermost layer: how long an address, how large headers and bodies may be, for the server itself has no limits.

A body is read here, whole, before Django is asked: one that is too large is refused before it is stored, and one that
is cut short is refused instead of being saved as if that were all. Whoever sends slowly holds a thread meanwhile, so
that only so many bodies are taken at a time, and readers always find threads of their own.
"""

import threading
from io import BytesIO
from tempfile import SpooledTemporaryFile

from django.conf import settings
from django.template.loader import render_to_string

from config.pagestore import OF_AN_ERROR, SECONDS_TO_WAIT
from config.views import numbers_on

LONGEST_URL = 8_192  # characters, with the query. All these as in nginx.conf
MOST_HEADERS = 32_768  # bytes; the server itself refuses heads that are several times as large
MOST_BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE  # bytes
MOST_UPLOAD = 20_000_000  # bytes; only the admin takes files
UPLOADS = "/admin/"
MOST_BODIES = 128  # on their way at a time, in one worker; see THREADS of `serve`
AT_ONCE = 65_536  # bytes
NO_BODY = ("GET", "HEAD", "OPTIONS")

URI_TOO_LONG = "414 URI Too Long"
HEADERS_TOO_LARGE = "431 Request Header Fields Too Large"
BODY_TOO_LARGE = "413 Content Too Large"
CUT_SHORT = "400 Bad Request"
BUSY = "503 Service Unavailable"


class Limits:
    """WSGI middleware around everything else."""

    def __init__(self, app):
        self.app = app
        self.bodies = threading.BoundedSemaphore(MOST_BODIES)

    def __call__(self, environ, start_response):
        if len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", "")) > LONGEST_URL:
            return refuse(URI_TOO_LONG, environ, start_response)
        # Each request comes this way: a generator would take twice as long.
        if sum([len(value) for name, value in environ.items() if name.startswith("HTTP_")]) > MOST_HEADERS:
            return refuse(HEADERS_TOO_LARGE, environ, start_response)
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            return self.with_body(environ, start_response)
        return self.app(environ, start_response)

    def with_body(self, environ, start_response):
        most = MOST_UPLOAD if environ["PATH_INFO"].startswith(UPLOADS) else MOST_BODY
        length = environ.pop("CONTENT_LENGTH", "")
        if length and int(length) > most:
            return refuse(BODY_TOO_LARGE, environ, start_response)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        if environ["REQUEST_METHOD"] in NO_BODY:  # nobody reads it
            return self.app(environ | {"wsgi.input": BytesIO()}, start_response)
        if not self.bodies.acquire(blocking=False):
            return refuse(BUSY, environ, start_response)
        with SpooledTemporaryFile(max_size=MOST_BODY) as body:
            try:
                size = take(environ["wsgi.input"], body, most)
            except OSError:  # a full disk
                return refuse(BUSY, environ, start_response)
            finally:
                self.bodies.release()
            if size > most:
                return refuse(BODY_TOO_LARGE, environ, start_response)
            if length and size != int(length):
                return refuse(CUT_SHORT, environ, start_response)
            body.seek(0)
            return self.app(environ | {"wsgi.input": body, "CONTENT_LENGTH": str(size)}, start_response)


def take(source, body, most: int) -> int:
    """Write what comes into `body`, up to a byte more than may come; return how much it was."""
    size = 0
    while size <= most and (piece := source.read(min(AT_ONCE, most + 1 - size))):
        body.write(piece)
        size += len(piece)
    return size


def refuse(status: str, environ, start_response):
    """An error page that needs no database, and the end of the connection: what was sent too much is not waited for."""
    page = "503.html" if status == BUSY else "refused.html"
    body = render_to_string(page, numbers_on(environ["PATH_INFO"])).encode()
    headers = [("Content-Length", str(len(body))), ("Connection", "close"), *OF_AN_ERROR]
    if status == BUSY:
        headers.append(("Retry-After", SECONDS_TO_WAIT))
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
