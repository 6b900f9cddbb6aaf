"""The outermost layer: how long an address, how large headers and bodies may be, for the server itself has no limits.

A body is read here, whole, before Django is asked: one that is too large is refused before it is stored, and one that
is cut short is refused instead of being saved as if that were all. Whoever sends slowly holds a thread meanwhile, so
that only so many bodies are taken at a time, few of them from one address, and readers always find threads of their
own. The server's `read` has no time limit: whoever stops in the middle is waited for until the connection ends. A proxy
that takes the whole body first, as nginx does, keeps all of them away.
"""

import threading
import time
from collections import Counter
from io import BytesIO
from ipaddress import ip_address
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
MOST_OF_ONE = 32  # of those, from one address
AT_ONCE = 1_024  # bytes; after each, the clock is looked at
GRACE = 30  # seconds that a body may take, however small it is
SLOWEST = 1_000  # bytes a second at which one that takes longer has to come
NO_BODY = ("GET", "HEAD", "OPTIONS")

URI_TOO_LONG = "414 URI Too Long"
HEADERS_TOO_LARGE = "431 Request Header Fields Too Large"
BODY_TOO_LARGE = "413 Content Too Large"
CUT_SHORT = "400 Bad Request"
TOO_SLOW = "408 Request Timeout"
BUSY = "503 Service Unavailable"


class Limits:
    """WSGI middleware around everything else."""

    def __init__(self, app):
        self.app = app
        self.places = Places()

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
        sender = sender_of(environ.get("REMOTE_ADDR", ""))
        if not self.places.take(sender):
            return refuse(BUSY, environ, start_response)
        with SpooledTemporaryFile(max_size=MOST_BODY) as body:
            try:
                size = take(environ["wsgi.input"], body, most)
            except TimeoutError:
                return refuse(TOO_SLOW, environ, start_response)
            except OSError:  # a full disk
                return refuse(BUSY, environ, start_response)
            finally:
                self.places.leave(sender)
            if size > most:
                return refuse(BODY_TOO_LARGE, environ, start_response)
            if length and size != int(length):
                return refuse(CUT_SHORT, environ, start_response)
            body.seek(0)
            return self.app(environ | {"wsgi.input": body, "CONTENT_LENGTH": str(size)}, start_response)


class Places:
    """The bodies that are on their way, by who sends them."""

    def __init__(self):
        self.taken, self.lock = Counter(), threading.Lock()

    def take(self, sender: str) -> bool:
        """Whether there is a place, which is then taken."""
        with self.lock:
            if self.taken.total() >= MOST_BODIES or self.taken[sender] >= MOST_OF_ONE:
                return False
            self.taken[sender] += 1
        return True

    def leave(self, sender: str) -> None:
        with self.lock:
            self.taken[sender] -= 1
            self.taken += Counter()  # which leaves out those who have none


def sender_of(address: str) -> str:
    """Who counts as one: an address, or the network of IPv6 that one customer is given."""
    try:
        found = ip_address(address)
    except ValueError:  # a socket in the file system has none
        return ""
    return (getattr(found, "ipv4_mapped", None) or found).exploded[:19]


def take(source, body, most: int) -> int:
    """Write what comes into `body`, up to a byte more than may come; return how much it was.

    Raises TimeoutError where it comes too slowly.
    """
    size, began = 0, time.monotonic()
    while size <= most and (piece := source.read(min(AT_ONCE, most + 1 - size))):
        body.write(piece)
        size += len(piece)
        if time.monotonic() - began > GRACE + size / SLOWEST:
            raise TimeoutError
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
