"""The page store: a layer in front of Django that answers readers from memory, as fast as a file server.

What may be stored, and under which key, is in `pagekeys`; where it is kept, in `pagekept`; how a worker knows that
nothing has changed, in `freshness`. A page is rendered as for somebody who sends nothing but the address, and is stored
ready to be sent. When something behind the site fails, what has been stored since the last change goes on answering.
"""

import gzip
import hashlib
import logging
import os
import re
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import brotli
from django.conf import settings
from django.utils.http import parse_etags

from config import views
from config.freshness import Known, Today, Watch
from config.pagekept import Files, Memory, Page
from config.pagekeys import Key, View, is_made_up, key_of
from config.quick import Quick, Ready

STORED = {200, 302, 410}  # a page, the way to one, and why one is gone. A 404 is a stranger's to make up
QUICK, BROTLI_QUALITY = 5, 11  # the better makes pages a seventh smaller and takes as long as rendering them
GZIP_LEVEL = 6
LEAST_COMPRESSED = 500  # bytes
COMPRESSED = re.compile(r"text/|application/(atom\+xml|json|xml)|image/svg\+xml")
NEVER = {"no-store", "private"}
MAY_VARY = {"accept-encoding", "hx-request"}
MOST_TO_SQUEEZE = 100  # pages that wait to be made smaller; the others stay as they are
PATIENCE = 20  # seconds that a request waits while another renders its page
OF_A_304 = {"Cache-Control", "Content-Location", "ETag", "Vary", "Strict-Transport-Security"}
SECONDS_TO_WAIT = "30"
OF_AN_ERROR = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
]
PROCESSORS = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()  # before a worker is kept to one

logger = logging.getLogger(__name__)


@dataclass
class Answer:
    """What Django answered."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def code(self) -> int:
        return int(self.status[:3])

    def header(self, name: str) -> str:
        return ", ".join(value for each, value in self.headers if each.lower() == name)


@dataclass
class Flight:
    """A page on its way: whoever else asks for it waits for `landed`. Without a page, each asks Django."""

    landed: threading.Event = field(default_factory=threading.Event)
    page: Page | None = None


class PageStore:
    """WSGI middleware. `app` is Django; `watch` knows the present."""

    def __init__(self, app, watch: Watch | None = None):
        folder = Path(settings.PAGES_DIR)
        self.app = app
        self.watch = watch or Watch(folder, Path(settings.GENERATION_FILE))
        self.memory = Memory(settings.PAGES_IN_MEMORY)
        self.files = Files(folder, settings.PAGES_ON_DISK)
        self.today = Today()
        self.quick = Quick(self.watch)
        self.flights: dict[tuple, Flight] = {}
        self.lock = threading.Lock()
        self.later = ThreadPoolExecutor(1, "pagestore", initializer=go_anywhere)
        self.room = threading.Semaphore(MOST_TO_SQUEEZE)

    def __call__(self, environ, start_response):
        if not is_anonymous_read(environ):
            return self.app(environ, start_response)
        page = self.at_once(environ)
        if page is None:
            found = key_of(environ)
            if found is None:
                return self.app(environ, start_response)
            key, view = found
            answer = self.find_or_make(key, view, environ)
            if answer is None:
                return self.app(environ, start_response)
            if isinstance(answer, Answer):
                return send(answer.status, answer.headers, answer.body, environ, start_response)
            page = answer
        return serve(page, environ, start_response)

    def at_once(self, environ) -> Page | None:
        """The page from memory where the request is as plain as most: without a query, and not from htmx."""
        if environ.get("QUERY_STRING") or "HTTP_HX_REQUEST" in environ:
            return None
        # The plain tuple that a Key is, for this is what nearly all of the site's work consists of.
        key = (environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""), environ["PATH_INFO"], "", False)
        page = self.memory.get(key)
        known = self.watch.known() if page else None
        if not known or not self.is_fresh(page, known):
            return None
        status, headers, body, *_ = sent(page, environ)
        if body is not None:
            self.quick.put(environ, Ready(status, headers, [body]), known, min(known.until, self.today.held[2]))
        return page

    def is_fresh(self, page: Page, known: Known) -> bool:
        now = time.time()
        return page.holds(known.mark, now) and page.day == self.today.at(now)

    def find_or_make(self, key: Key, view: View, environ) -> Page | Answer | None:
        """The stored page, or what Django answers; None where the request itself has to be passed on to it."""
        known = self.watch.known()
        if known is None:
            return unavailable(key.path) if self.watch.is_down else None
        made_up = is_made_up(key, environ)
        if page := self.find(key, known, made_up):
            return page
        if self.watch.is_down:  # asking Django would only make more readers wait for the same refusal
            return self.find(key, known, made_up, any_day=True) or unavailable(key.path)
        return self.make(key, view, known, environ)

    def find(self, key: Key, known: Known, made_up: bool, any_day: bool = False) -> Page | None:
        """The page from memory, or from disk. Yesterday's will do (`any_day`) while there can be no other."""
        page = self.memory.get(key)
        if self.will_do(page, known, any_day):
            return page
        page = self.files.get(key, made_up)
        if self.will_do(page, known, any_day):
            self.memory.put(key, page)
            self.squeeze_later(key, page)
            return page
        return None

    def will_do(self, page: Page | None, known: Known, any_day: bool) -> bool:
        return bool(page) and (self.is_fresh(page, known) or (any_day and page.holds(known.mark, time.time())))

    def make(self, key: Key, view: View, known: Known, environ) -> Page | Answer | None:
        """Render the page; of all who ask for it meanwhile, only the first does, and a failure is the first's alone."""
        wanted = (key, known, self.today.at(time.time()))  # what began before a moment does not serve those after it
        with self.lock:
            flight = self.flights.get(wanted)
            is_first = flight is None
            if is_first:
                flight = self.flights[wanted] = Flight()
        if not is_first:
            flight.landed.wait(PATIENCE)
            return flight.page
        try:
            page = self.memory.get(key)  # somebody may have landed just before
            if page and self.is_fresh(page, known):
                flight.page = page
                return page
            return self.render(key, view, known, environ, flight)
        finally:
            with self.lock:
                del self.flights[wanted]
            flight.landed.set()

    def render(self, key: Key, view: View, known: Known, environ, flight: Flight) -> Page | Answer:
        made_up, day = is_made_up(key, environ), self.today.at(time.time())
        answer = ask(self.app, bare(environ, key))
        if answer.code >= 500:
            return self.find(key, known, made_up, any_day=True) or answer
        if not is_storable(answer, view):
            return answer
        page = flight.page = page_of(answer, known, day, made_up, varies=view.htmx == "part")
        self.memory.put(key, page)
        flight.landed.set()  # nobody has to wait for the disk
        self.files.put(key, page)
        self.squeeze_later(key, page)
        return page

    def squeeze_later(self, key: Key, page: Page) -> None:
        """Have a page made as small as it gets. Nobody waits for that: until it is done, the larger one is sent."""
        if not page.is_small and not page.is_made_up and self.room.acquire(blocking=False):
            self.later.submit(self.squeeze, key, page)

    def squeeze(self, key: Key, page: Page) -> None:
        self.room.release()
        if self.memory.get(key) is not page:
            return  # it has changed already
        kept = self.files.get(key, page.is_made_up)
        if is_done := kept and kept.is_small and kept.etag and kept.etag == page.etag:  # by another worker
            best = kept.bodies["br"]
        else:
            best = brotli.compress(zlib.decompress(page.bodies["gzip"], wbits=31), quality=BROTLI_QUALITY)
        smaller = replace(page, bodies=page.bodies | {"br": best}, is_small=True, ready={})
        self.memory.put(key, smaller)
        if not is_done:
            self.files.put(key, smaller)


def go_anywhere() -> None:
    """A worker may be kept to one processor (see `serve`), but nobody waits for what is done in this thread."""
    if PROCESSORS:
        with suppress(OSError):
            os.sched_setaffinity(0, PROCESSORS)  # of this thread alone


def is_anonymous_read(environ) -> bool:
    """Whether nothing in a request tells who is asking; whoever has a session sees what Django shows them."""
    if environ["REQUEST_METHOD"] not in ("GET", "HEAD") or environ.get("SCRIPT_NAME"):
        return False
    if "HTTP_AUTHORIZATION" in environ:
        return False
    cookie = environ.get("HTTP_COOKIE")
    return not cookie or f"{settings.SESSION_COOKIE_NAME}=" not in cookie


def bare(environ: dict, key: Key) -> dict:
    """The request for the page of `key`, with nothing of the one who happens to ask first but its number in the log."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("HTTP_", "CONTENT_"))}
    if "HTTP_X_REQUEST_ID" in environ:
        kept["HTTP_X_REQUEST_ID"] = environ["HTTP_X_REQUEST_ID"]
    kept |= {"REQUEST_METHOD": "GET", "QUERY_STRING": key.query, "HTTP_HOST": key.host, "wsgi.input": BytesIO()}
    return kept | ({"HTTP_HX_REQUEST": "true"} if key.is_fragment else {})


def ask(app, environ: dict) -> Answer:
    """Call a WSGI application, and take the whole of its answer."""
    began = []

    def start_response(status, headers, exc_info=None):
        began[:] = [status, headers]

    pieces = app(environ, start_response)
    try:
        body = b"".join(pieces)
    finally:
        if hasattr(pieces, "close"):
            pieces.close()
    status, headers = began
    return Answer(status, [(name, value) for name, value in headers], body)


def is_storable(answer: Answer, view: View) -> bool:
    """Whether everybody may be given the answer: nothing in it is one reader's own."""
    control = {part.strip().lower() for part in answer.header("cache-control").split(",")}
    vary = {part.strip().lower() for part in answer.header("vary").split(",")} - {""}
    may_vary = MAY_VARY | ({"hx-target"} if view.htmx == "never" else set())  # which only htmx sends
    return (
        answer.code in STORED
        and not answer.header("set-cookie")
        and "'nonce-" not in answer.header("content-security-policy")
        and not control & NEVER
        and vary <= may_vary
    )


def page_of(answer: Answer, known: Known, day: int, made_up: bool, varies: bool) -> Page:
    """Make an answer ready to be sent: compressed, with a tag for what it is, and checked anew at each visit."""
    dropped = {"content-length", "etag", "vary", "x-request-id"}  # which was the first reader's
    headers = [(name, value) for name, value in answer.headers if name.lower() not in dropped]
    if not answer.header("cache-control"):
        headers.append(("Cache-Control", "no-cache"))
    if vary := answer.header("vary") if varies or answer.header("vary") else "":
        headers.append(("Vary", f"Accept-Encoding, {vary}"))
    else:
        headers.append(("Vary", "Accept-Encoding"))
    body = answer.body
    bodies = {"identity": body}
    if len(body) >= LEAST_COMPRESSED and COMPRESSED.match(answer.header("content-type")):
        bodies = {
            "br": brotli.compress(body, quality=QUICK),
            "gzip": gzip.compress(body, GZIP_LEVEL, mtime=0),
        }
    etag = hashlib.sha256(body).hexdigest()[:20] if answer.code == 200 else ""
    return Page(known.mark, known.until, day, answer.status, headers, etag, bodies, made_up, "br" not in bodies)


def serve(page: Page, environ, start_response):
    status, headers, body, tag, short = sent(page, environ)
    asked = environ.get("HTTP_IF_NONE_MATCH")
    if asked and tag and matches(asked, tag):
        start_response("304 Not Modified", short)
        return []
    start_response(status, headers)
    if environ["REQUEST_METHOD"] == "HEAD":
        return []
    return [body if body is not None else zlib.decompress(page.bodies["gzip"], wbits=31)]


def sent(page: Page, environ):
    """What is sent of the page to the one who asks; see `ready_to_send`."""
    coding = choose_coding(environ.get("HTTP_ACCEPT_ENCODING", ""), "br" in page.bodies)
    ready = page.ready.get(coding)
    if ready is None:
        ready = page.ready[coding] = ready_to_send(page, coding)
    return ready


def ready_to_send(page: Page, coding: str):
    """Status, headers, body, tag, and the headers of a 304. A compressed page is made plain at each asking: few do."""
    body = page.bodies.get(coding)
    length = len(body) if body is not None else len(zlib.decompress(page.bodies["gzip"], wbits=31))
    headers = [*page.headers, ("Content-Length", str(length))]
    if coding != "identity":
        headers.append(("Content-Encoding", coding))
    tag = ""
    if page.etag:
        tag = f'"{page.etag}"' if coding == "identity" else f'"{page.etag}-{coding}-{zlib.crc32(body):x}"'
        headers.append(("ETag", tag))
    return page.status, headers, body, tag, [pair for pair in headers if pair[0] in OF_A_304]


def matches(asked: str, tag: str) -> bool:
    """Whether a browser has this already: the weak comparison of If-None-Match, where a star is anything.

    How small the bytes were made does not matter for that: another machine may not have come to it yet.
    """
    same = content_of(tag)
    return asked == tag or any(each == "*" or content_of(each) == same for each in parse_etags(asked[:4_000]))


def content_of(tag: str) -> str:
    """What a tag says of the page and its coding."""
    return tag.removeprefix("W/").rpartition("-")[0] or tag.removeprefix("W/")


def choose_coding(accepted: str, is_compressed: bool) -> str:
    return best_coding(accepted[:500]) if is_compressed else "identity"


@lru_cache(500)
def best_coding(accepted: str) -> str:
    """The coding that a browser likes best; of those it likes equally well, the smallest."""
    likes = {}
    for part in accepted.lower().split(","):
        name, _, more = part.partition(";")
        likes[name.strip()] = quality(more)
    others = likes.get("*", 0.0)
    weights = {name: likes.get(name, others) for name in ("br", "gzip")}
    weights["identity"] = likes.get("identity", likes.get("*", 0.001))  # never refused unless they say so
    best = max(weights, key=weights.get)
    return best if weights[best] > 0 else "identity"


def quality(words: str) -> float:
    """The q of one coding; whatever cannot be read is a no."""
    for word in words.split(";"):
        name, _, value = word.partition("=")
        if name.strip() == "q":
            found = re.fullmatch(r"(0(\.[0-9]{0,3})?|1(\.0{0,3})?)", value.strip())
            return float(found[0]) if found else 0.0
    return 1.0


def send(status: str, headers: list, body: bytes, environ, start_response):
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def unavailable(path: str) -> Answer:
    """The page for when something behind the site is gone, without asking Django, which may have to wait for it."""
    body = views.unavailable_page(path).encode()
    headers = [("Content-Length", str(len(body))), ("Retry-After", SECONDS_TO_WAIT), *OF_AN_ERROR]
    return Answer("503 Service Unavailable", headers, body)
