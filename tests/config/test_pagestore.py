"""The page store, called as a server calls it: what it answers, what it passes on, and what it must never keep."""

import datetime as dt
import gzip
import os
import threading
import time
from io import BytesIO
from pathlib import Path

import brotli
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.test import RequestFactory
from django.urls import get_resolver, path
from django.urls.resolvers import URLResolver
from django.utils import timezone

from articles import generation
from config import freshness, pagestore, views
from config.freshness import Known, Today, Watch
from config.pagekept import Files, Memory, Page
from config.pagekeys import VIEWS, Key
from config.pagestore import PageStore, best_coding
from tests.factories import make_article, make_checklist, make_form, make_reference

pytestmark = pytest.mark.django_db
HOST = "localhost"


class WatchHere(Watch):
    """Reads in the thread that asks, for no other sees what a test has not committed."""

    def after_reading(self):
        self.read()
        return self.last


class WatchOf(WatchHere):
    """Knows what it is told, and so needs no database."""

    def __init__(self, folder, known: Known | None, is_down=False):
        super().__init__(folder, folder / "generation")
        self.last, self.is_down = known, is_down

    def known(self):
        return self.last


class Behind:
    """The application behind the store, and how often it was asked."""

    def __init__(self, app=None):
        self.app, self.asked = app or WSGIHandler(), []

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        return self.app(environ, start_response)


class Later:
    """What is to be done while nobody waits; a test says when."""

    def __init__(self):
        self.tasks = []

    def submit(self, *task):
        self.tasks.append(task)

    def run(self):
        for do, *values in self.tasks:
            do(*values)


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = int(status[:3]), dict(headers), body

    @property
    def text(self) -> str:
        unpack = {"br": brotli.decompress, "gzip": gzip.decompress}.get(self.headers.get("Content-Encoding"), bytes)
        return unpack(self.body).decode()


def get(store, address, method="GET", **more) -> Response:
    path, _, query = address.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": HOST}
    environ |= {"wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": None, "REMOTE_ADDR": "127.0.0.1"}
    environ |= {"SERVER_NAME": HOST, "SERVER_PORT": "8210", "HTTP_ACCEPT_ENCODING": "gzip, br"}
    began = []
    pieces = store(environ | more, lambda status, headers, exc_info=None: began.extend([status, headers]))
    body = b"".join(pieces)
    if hasattr(pieces, "close"):
        pieces.close()
    return Response(*began, body)


@pytest.fixture(autouse=True)
def places(settings, tmp_path):
    settings.GENERATION_FILE = tmp_path / "generation"
    settings.PAGES_DIR = tmp_path / "pages"
    generation.bump()


@pytest.fixture(autouse=True)
def one_connection():
    """A request must not close the connection that the test's own rows are on."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def worker(settings):
    """A function: a store as a new worker has it, with Django behind it, or `app`."""

    def start(app=None, watch=None) -> PageStore:
        store = PageStore(Behind(app), watch or WatchHere(settings.PAGES_DIR, settings.GENERATION_FILE))
        store.later = Later()
        return store

    return start


@pytest.fixture
def commit(django_capture_on_commit_callbacks):
    """A function: do something, as if in a transaction of its own that is committed."""

    def done(do):
        connection.run_on_commit = []
        with django_capture_on_commit_callbacks(execute=True):
            do()

    return done


def page_app(status="200 OK", body=b"<p>" + b"word " * 400, **headers):
    """A WSGI application that always says the same."""
    told = [(name.replace("_", "-"), value) for name, value in ({"Content_Type": "text/html"} | headers).items()]

    def app(environ, start_response):
        start_response(status, told)
        return [body]

    return app


# What is answered from the store


def test_a_page_is_rendered_once_and_then_takes_no_query(worker, django_assert_num_queries):
    make_article("toes")
    store = worker()
    first = get(store, "/articles/toes/")
    with django_assert_num_queries(0):
        again = get(store, "/articles/toes/")
    assert (first.status, again.status, len(store.app.asked)) == (200, 200, 1)
    assert first.body == again.body
    assert "About toes" in again.text
    assert again.headers["Cache-Control"] == "no-cache"
    assert again.headers["Vary"] == "Accept-Encoding"
    assert "default-src 'none'" in again.headers["Content-Security-Policy"]


ACCEPTED = {
    "gzip, deflate, br, zstd": "br",
    "br;q=0, gzip": "gzip",
    "gzip;q=1.0, br;q=0.9": "gzip",
    "*": "br",
    "*;q=0.5, br;q=0": "gzip",
    "identity, br;q=0.5": "identity",
    "GZIP": "gzip",
    "deflate": "identity",
    "": "identity",
    "br;q=nonsense, gzip": "gzip",
    "identity;q=0, *;q=0": "identity",
}


@pytest.mark.parametrize(("accepted", "coding"), ACCEPTED.items())
def test_a_browser_gets_the_coding_that_it_likes(accepted, coding):
    assert best_coding(accepted) == coding


def test_each_coding_is_the_same_page_with_a_tag_of_its_own(worker):
    store = worker(page_app())
    answers = [get(store, "/", HTTP_ACCEPT_ENCODING=coding) for coding in ("br", "gzip", "identity")]
    assert len({answer.text for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 3
    for answer in answers:
        assert answer.headers["Content-Length"] == str(len(answer.body))
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert len(store.app.asked) == 1


def test_a_stored_page_becomes_smaller_while_nobody_waits(worker, commit):
    make_article("toes", body="## A heading\n\n" + " ".join(f"Word {number} is said." for number in range(400)))
    store = worker()
    first = get(store, "/articles/toes/")
    store.later.run()
    small, from_disk = get(store, "/articles/toes/"), get(worker(), "/articles/toes/")
    assert small.text == first.text
    assert len(small.body) < len(first.body)
    assert small.headers["ETag"] != first.headers["ETag"], "other bytes"
    assert get(store, "/articles/toes/", HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == 304, "of the same page"
    assert small.headers["Content-Length"] == str(len(small.body))
    assert (from_disk.body, from_disk.headers) == (small.body, small.headers)
    commit(make_reference)
    again = get(store, "/articles/toes/")
    store.later.run()  # the old page's turn comes late
    assert store.memory.get(Key("http", HOST, "/articles/toes/")).mark == store.watch.last.mark
    assert again.text == first.text


def test_a_page_that_another_worker_has_just_made_becomes_smaller_in_both(worker, monkeypatch):
    body = " ".join(f"Word {number} is said." for number in range(400)).encode()
    one = worker(page_app(body=body))
    two = worker(page_app(body=body), one.watch)
    large = get(one, "/")
    assert get(two, "/").body == large.body, "as it stands on disk"
    one.later.run()
    monkeypatch.setattr(pagestore, "brotli", None)  # the second needs only to read
    two.later.run()
    assert len(get(one, "/").body) < len(large.body)
    assert get(two, "/").body == get(one, "/").body
    assert two.app.asked == []


def test_a_picture_is_not_compressed(worker):
    answer = get(worker(page_app(Content_Type="image/png", Cache_Control="public, max-age=9")), "/")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=9"


def test_a_browser_that_has_the_page_is_told_so(worker):
    store = worker(page_app())
    tag = get(store, "/").headers["ETag"]
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = get(store, "/", HTTP_IF_NONE_MATCH=asked)
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in answer.headers
    assert get(store, "/", HTTP_IF_NONE_MATCH='"other"').status == 200
    assert get(store, "/", HTTP_IF_NONE_MATCH=tag, HTTP_ACCEPT_ENCODING="gzip").status == 200, "other bytes"


def test_a_tag_that_comes_first_does_not_keep_the_page_from_being_stored(worker):
    store = worker()
    assert get(store, "/", HTTP_IF_NONE_MATCH="*").status == 304
    assert get(store, "/").status == 200
    assert len(store.app.asked) == 1


def test_head_has_the_headers_of_the_page_and_no_body(worker):
    store = worker(page_app())
    before = get(store, "/", method="HEAD")
    page = get(store, "/")
    assert before.body == get(store, "/", method="HEAD").body == b""
    assert before.headers == page.headers
    assert len(store.app.asked) == 1


@pytest.mark.parametrize(("status", "more"), [("302 Found", {"Location": "/"}), ("410 Gone", {})])
def test_a_way_on_and_a_withdrawal_are_stored_too(worker, status, more):
    store = worker(page_app(status, **more))
    assert get(store, "/").status == get(store, "/").status == int(status[:3])
    assert len(store.app.asked) == 1


# Keys


def test_a_query_that_no_view_knows_is_as_good_as_none(worker):
    make_form()
    store = worker()
    plain = get(store, "/supplements/")
    for query in ("utm_source=x", "x=1&x=2", "q=", "sort=", "SORT=name", "utm_source=evil.example&q=&page="):
        answer = get(store, f"/supplements/?{query}")
        assert answer.body == plain.body
        assert answer.headers == plain.headers
    assert len(store.app.asked) == 1
    assert store.app.asked[0]["QUERY_STRING"] == ""


def test_a_known_query_has_pages_of_its_own_in_one_order(worker):
    store = worker(page_app())
    for query in ("route=oral&gut=gentle&x=1", "gut=gentle&route=oral"):
        get(store, f"/supplements/?{query}")
    get(store, "/supplements/?route=oral&route=bath")
    asked = [environ["QUERY_STRING"] for environ in store.app.asked]
    assert asked == ["gut=gentle&route=oral", "route=oral&route=bath"]


def test_columns_of_which_none_is_chosen_are_not_the_usual_ones(worker):
    store = worker(page_app())
    get(store, "/supplements/")
    get(store, "/supplements/?columns=")
    assert [environ["QUERY_STRING"] for environ in store.app.asked] == ["", "columns="]


def test_htmx_gets_its_part_and_nobody_else_does(worker):
    make_form()
    store = worker()
    page = get(store, "/supplements/?route=oral")
    part = get(store, "/supplements/?route=oral", HTTP_HX_REQUEST="true")
    assert "<html" in page.text
    assert "<html" not in part.text
    assert part.headers["HX-Push-Url"] == "/supplements/?route=oral"
    assert page.headers["Vary"] == part.headers["Vary"] == "Accept-Encoding, HX-Request"
    for _ in range(2):
        assert get(store, "/supplements/?route=oral").body == page.body
        assert get(store, "/supplements/?route=oral", HTTP_HX_REQUEST="true").body == part.body
    assert len(store.app.asked) == 2


def test_hosts_and_schemes_are_kept_apart(worker):
    make_article("toes")
    store = worker()
    addresses = [("localhost", "http"), ("127.0.0.1:8210", "http"), ("localhost", "https")]
    for host, scheme in addresses * 2:
        text = get(store, "/articles/toes/", HTTP_HOST=host, **{"wsgi.url_scheme": scheme}).text
        assert f'<link rel="canonical" href="{scheme}://{host}/articles/toes/">' in text
    assert len(store.app.asked) == 3


def test_the_page_is_nobodys_in_particular(worker):
    """Who happens to ask first leaves nothing of theirs in what everybody gets. The number is for the log."""
    store = worker(page_app(**{"X-Request-ID": "theirs"}))
    theirs = {"HTTP_X_REQUEST_ID": "theirs", "HTTP_X_FORWARDED_HOST": "evil.example", "HTTP_RANGE": "bytes=0-1"}
    get(store, "/", HTTP_COOKIE="answers=x", **theirs)
    assert "X-Request-ID" not in get(store, "/").headers
    (environ,) = store.app.asked
    assert {name for name in environ if name.startswith("HTTP_")} == {"HTTP_HOST", "HTTP_X_REQUEST_ID"}


PASSED_ON = {
    "a form": ("/", {"REQUEST_METHOD": "POST"}),
    "a session": ("/", {"HTTP_COOKIE": "theme=x; sessionid=abc"}),
    "a password": ("/", {"HTTP_AUTHORIZATION": "Basic eDp5"}),
    "free text": ("/search/?q=cramp", {}),
    "a search of the table": ("/supplements/?q=oxide", {}),
    "suggestions": ("/search/", {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "suggestions"}),
    "a value that nobody offers": ("/supplements/?sort=zzz", {}),
    "a value given twice, once empty": ("/supplements/?sort=name&sort=", {}),
    "an htmx that is none": ("/supplements/", {"HTTP_HX_REQUEST": "false"}),
    "a query that is no text": ("/?x=%00", {}),
    "a query too long": ("/?x=" + "y" * 2_000, {}),
    "too many values": ("/supplements/?" + "route=oral&" * 100, {}),
    "a stranger's host": ("/", {"HTTP_HOST": "evil.example"}),
    "no host": ("/", {"HTTP_HOST": ""}),
    "the desk": ("/admin/login/", {}),
    "a preview": ("/preview/a" + "x" * 43 + "/", {}),
    "a question of the check": ("/check/twitching/1/", {}),
    "a result": ("/check/twitching/result/", {}),
    "the dose": ("/supplements/dose/", {}),
    "medicines": ("/supplements/medicines/", {}),
    "health": ("/healthz", {}),
    "readiness": ("/readyz", {}),
    "an uploaded picture": ("/media/figures/a.png", {}),
    "a static file": ("/static/css/base.css", {}),
    "no page": ("/nothing/", {}),
    "a number written otherwise": ("/articles/toes/history/001/", {}),
}


@pytest.mark.parametrize(("address", "more"), PASSED_ON.values(), ids=PASSED_ON)
def test_what_has_no_key_is_passed_on_as_it_is(worker, address, more):
    store = worker(page_app())
    for _ in range(2):
        get(store, address, **more)
    path, _, query = address.partition("?")
    assert [(seen["PATH_INFO"], seen["QUERY_STRING"]) for seen in store.app.asked] == [(path, query)] * 2
    assert not store.memory.rooms[False]
    assert not store.memory.rooms[True]


NEVER_STORED = {
    "a cookie": page_app(Set_Cookie="a=b"),
    "a nonce": page_app(Content_Security_Policy="script-src 'nonce-abc'"),
    "no-store": page_app(Cache_Control="max-age=0, No-Store"),
    "private": page_app(Cache_Control="private"),
    "another for each cookie": page_app(Vary="Cookie"),
    "another for each language": page_app(Vary="Accept-Encoding, Accept-Language"),
    "not there": page_app("404 Not Found"),
    "moved": page_app("301 Moved Permanently", Location="https://localhost/"),
    "broken": page_app("500 Internal Server Error"),
    "gone for now": page_app("503 Service Unavailable"),
}


@pytest.mark.parametrize("app", NEVER_STORED.values(), ids=NEVER_STORED)
def test_what_is_one_readers_own_or_no_page_is_never_stored(worker, settings, app):
    store = worker(app)
    assert get(store, "/").body == get(store, "/").body
    assert len(store.app.asked) == 2
    assert not list(settings.PAGES_DIR.rglob("linked/*/*"))


def test_a_view_that_only_varies_for_htmx_is_stored_where_it_is_known(worker):
    store = worker(page_app(Vary="HX-Request, HX-Target"))
    for address in ("/search/", "/search/", "/", "/"):
        get(store, address)
    assert [seen["PATH_INFO"] for seen in store.app.asked] == ["/search/", "/", "/"]


def names_in(resolver, prefix="") -> set[str]:
    names = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            names |= names_in(pattern, f"{pattern.namespace}:" if pattern.namespace else prefix)
        else:
            names.add(f"{prefix}{pattern.name}")
    return names


WALK = {"step", "confirm", "result", "summary", "delete"}
NOT_STORED = {
    *(f"triage:{prefix}{name}" for prefix in ("", "preview-", "shared-") for name in WALK),
    *("triage:preview-landing", "triage:shared-landing", "articles:shared", "supplements:shared"),
    *("supplements:dose", "supplements:medicines"),  # whose forms carry a token
    *("media", "favicon", "touch-icon", "style", "healthz", "readyz", "export"),
}


def test_of_every_address_it_is_decided_whether_it_is_stored():
    names = {name for name in names_in(get_resolver()) if not name.startswith(("admin", "password_reset"))}
    assert names == VIEWS.keys() | NOT_STORED
    assert not VIEWS.keys() & NOT_STORED


def test_the_pages_of_the_site_can_be_stored(worker):
    """Nothing on a page of readers touches a session or sets a cookie, or it would be rendered each time."""
    reference = make_reference()
    make_article("toes", body="## A heading\n\nSo it is.[^source]")
    make_form(key_benefit="So it is.[^source]").note_references()
    make_checklist()
    document = ["", "history/", "history/1/"]
    addresses = [f"/{kind}/{part}" for kind in ("articles/toes", "supplements/citrate") for part in document]
    addresses += ["/", "/articles/", "/articles.json", "/articles/toes.md", "/articles/toes/share-1.png", "/glossary/"]
    addresses += ["/evidence/", "/sources/", reference.get_absolute_url(), "/search/", "/supplements/foods/"]
    addresses += ["/supplements/", "/supplements.csv", "/supplements.json", "/supplements/compare/", "/feed.xml"]
    addresses += ["/sitemap.xml", "/sitemap-articles.xml", "/robots.txt", "/.well-known/security.txt"]
    addresses += ["/check/", "/check/twitching/", "/check/safety/", "/check/twitching/history/"]
    store = worker()
    for address in addresses * 2:
        assert get(store, address).status in (200, 302), address
    assert [seen["PATH_INFO"] for seen in store.app.asked] == addresses


# Change


def test_what_an_editor_publishes_is_on_every_worker_at_the_next_request(worker, commit):
    document = make_article("toes", title="Old words").document
    workers = [worker(), worker()]
    for store in workers * 2:
        assert "Old words" in get(store, "/articles/toes/").text
    draft = document.start_draft(None)
    draft.title, draft.change_note = "New words", "Better."
    draft.save()
    for store in workers:
        assert "Old words" in get(store, "/articles/toes/").text
    commit(lambda: draft.publish(waiver="A test."))
    tags = set()
    for store in workers * 2:
        answer = get(store, "/articles/toes/")
        assert "New words" in answer.text
        tags.add(answer.headers["ETag"])
    assert len(tags) == 1
    commit(lambda: document.withdraw("It was wrong."))
    for store in workers:
        assert get(store, "/articles/toes/").status == 410


def test_a_page_holds_until_the_next_scheduled_moment(worker):
    document = make_article("toes").document
    draft = document.start_draft(None)
    draft.change_note = "Better."
    draft.save()
    moment = timezone.now() + dt.timedelta(hours=1)
    draft.publish(waiver="A test.", at=moment)
    store = worker()
    get(store, "/articles/toes/")
    page = store.memory.get(Key("http", HOST, "/articles/toes/"))
    assert page.holds(page.mark, moment.timestamp() - 0.001)
    assert not page.holds(page.mark, moment.timestamp())
    assert not page.holds("another", time.time())


def test_a_moment_that_has_come_is_read_anew(settings):
    watch = WatchHere(settings.PAGES_DIR, settings.GENERATION_FILE)
    before = watch.known()
    watch.last = Known(before.mark, before.seen, until=time.time() - 1)
    assert watch.known() == before, "no edition is scheduled, so it holds for ever"


def test_the_day_ends_at_midnight_of_the_site(settings):
    settings.TIME_ZONE = "Europe/London"
    timezone.get_default_timezone.cache_clear()
    today = Today()
    midnight = dt.datetime(2026, 6, 2, 0, 0, tzinfo=timezone.get_default_timezone()).timestamp()
    assert midnight == dt.datetime(2026, 6, 1, 23, 0, tzinfo=dt.UTC).timestamp()
    days = [today.at(midnight + seconds) for seconds in (-86_399, -0.001, 0, 86_399, -1)]
    assert days == [days[0], days[0], days[0] + 1, days[0] + 1, days[0]]


def test_yesterdays_page_is_rendered_anew(worker):
    store = worker(page_app())
    get(store, "/")
    key = Key("http", HOST, "/")
    store.memory.get(key).day -= 1
    store.files.put(key, store.memory.get(key))
    get(store, "/")
    assert len(store.app.asked) == 2


def test_without_a_stamp_nothing_is_stored(worker, settings):
    store = worker(page_app(), WatchOf(settings.PAGES_DIR, None))
    get(store, "/")
    get(store, "/")
    assert len(store.app.asked) == 2


# Where pages are kept


def page(size=1_000, made_up=False, **more) -> Page:
    values = {"mark": "m", "until": time.time() + 60, "day": 1, "status": "200 OK", "headers": [("A", "b")]}
    values["etag"] = "e"
    return Page(**values | more, bodies={"identity": b"x" * size}, is_made_up=made_up)


def test_memory_keeps_what_was_asked_for_last():
    memory = Memory(100_000)
    keys = [Key("http", HOST, f"/{number}") for number in range(100)]
    memory.put(keys[0], page(5_000))
    for key in keys[1:]:
        memory.put(key, page(5_000))
        assert memory.get(keys[0])
        assert memory.filled[False] <= 75_000
    assert memory.get(keys[-1])
    assert not memory.get(keys[1])
    assert memory.filled[False] == sum(kept.size for kept in memory.rooms[False].values())


def test_a_page_too_large_for_memory_pushes_nothing_out():
    memory = Memory(100_000)
    memory.put(Key("http", HOST, "/"), page())
    memory.put(Key("http", HOST, "/large"), page(50_000))
    assert memory.get(Key("http", HOST, "/"))
    assert not memory.get(Key("http", HOST, "/large"))


def test_what_a_stranger_makes_up_pushes_no_page_out(worker, settings):
    settings.PAGES_IN_MEMORY = 60_000
    store = worker(page_app())
    get(store, "/")
    for number in range(1, 200):
        get(store, f"/sources/?page={number}")
        get(store, "/", HTTP_HOST=f"localhost:{number}")
    assert 0 < len(store.memory.rooms[True]) < 10
    assert list(store.memory.rooms[False]) == [Key("http", HOST, "/")]


def test_a_new_worker_begins_with_what_others_have_stored(worker):
    make_article("toes")
    first, second = worker(), worker()
    answer = get(first, "/articles/toes/")
    again = get(second, "/articles/toes/")
    assert (again.body, again.headers) == (answer.body, answer.headers)
    assert not second.app.asked


HARM = {
    "cut off": lambda raw: raw[:-10],
    "longer": lambda raw: raw + b"x",
    "another byte": lambda raw: raw[:-10] + b"\0" + raw[-9:],
    "empty": lambda raw: b"",
    "no page": lambda raw: b"\xff" * 100,
    "a list": lambda raw: b"[]\n",
    "without its head": lambda raw: raw.partition(b"\n")[2],
    "another key": lambda raw: raw.replace(b'"/"', b'"/x/"'),
}


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_a_file_that_is_not_what_was_written_is_let_be(worker, settings, harm):
    get(worker(page_app()), "/")
    (file,) = settings.PAGES_DIR.glob("linked/*/*")
    file.write_bytes(harm(file.read_bytes()))
    store = worker(page_app())
    assert get(store, "/").status == 200
    assert len(store.app.asked) == 1


def test_a_file_of_another_stamp_is_let_be(worker, commit):
    get(worker(page_app()), "/")
    commit(make_reference)
    store = worker(page_app())
    get(store, "/")
    assert len(store.app.asked) == 1


def test_a_disk_that_takes_nothing_does_not_matter(worker, settings, caplog):
    settings.PAGES_DIR.write_text("a file where the folder should be")
    store = worker(page_app())
    assert get(store, "/").status == get(store, "/").status == 200
    assert len(store.app.asked) == 1


def test_files_are_cleared_away_the_oldest_first(tmp_path):
    files = Files(tmp_path, 40_000)
    files.written = 1  # it is cleared by this test, not by a thread
    keys = [Key("http", HOST, f"/{number}") for number in range(20)]
    for age, key in enumerate(reversed(keys)):
        files.put(key, page(3_000))
        os.utime(files.path(key, False), (10_000 - age, 10_000 - age))
    files.clear()
    left = [key for key in keys if files.get(key, False)]
    assert left == keys[-len(left) :]
    assert 0 < sum(file.stat().st_size for file in tmp_path.glob("linked/*/*")) <= 30_000


# When something is gone


def test_stored_pages_go_on_while_the_database_is_gone(worker, settings):
    known = Known("m", (0, 0))
    store = worker(page_app(), WatchOf(settings.PAGES_DIR, known))
    get(store, "/")
    away = worker(page_app("500 Internal Server Error"), WatchOf(settings.PAGES_DIR, known, is_down=True))
    assert [get(store, "/").status for store in (away, away)] == [200, 200]
    gone = get(away, "/articles/")
    assert gone.status == 503
    assert gone.headers["Retry-After"]
    assert gone.headers["Cache-Control"] == "no-store"
    assert "tel:" not in gone.text
    assert "tel:999" in get(away, "/check/twitching/").text
    assert not away.app.asked, "whoever asked would only wait"


def test_yesterdays_page_will_do_while_there_can_be_no_other(worker, settings):
    known = Known("m", (0, 0))
    store = worker(page_app(), WatchOf(settings.PAGES_DIR, known))
    get(store, "/")
    store.memory.get(Key("http", HOST, "/")).day -= 1
    store.watch.is_down = True
    assert get(store, "/").status == 200
    store.watch.last = Known("m2", (0, 0))
    assert get(store, "/").status == 503, "something has changed since"


def test_a_page_that_fails_gives_way_to_yesterdays(worker, settings):
    watch = WatchOf(settings.PAGES_DIR, Known("m", (0, 0)))
    store = worker(page_app(), watch)
    get(store, "/")
    store.memory.get(Key("http", HOST, "/")).day -= 1
    store.app.app = page_app("500 Internal Server Error")
    assert get(store, "/").status == 200
    assert get(store, "/articles/").status == 500


def test_where_nobody_knows_what_has_changed_nothing_old_is_shown(worker, settings):
    store = worker(page_app(), WatchOf(settings.PAGES_DIR, None, is_down=True))
    assert get(store, "/").status == 503


def test_a_worker_that_starts_without_a_database_knows_what_the_last_one_knew(settings):
    first = WatchHere(settings.PAGES_DIR, settings.GENERATION_FILE)
    known = first.known()
    assert WatchHere(settings.PAGES_DIR, settings.GENERATION_FILE).noted() == known
    first.note.write_text("nonsense")
    assert WatchHere(settings.PAGES_DIR, settings.GENERATION_FILE).noted() is None


def test_one_warning_a_minute(caplog, tmp_path, settings):
    for second in range(0, 180, 5):
        freshness.complain("It is gone (%s).", second, now=lambda second=second: 6_000_000.0 + second)
        freshness.told.clear()  # as another worker has it
    assert len(caplog.records) == 3


# Many at once


def together(count, do) -> list:
    """What `do` returns in each of `count` threads."""
    results, barrier = [], threading.Barrier(count)

    def run():
        barrier.wait(10)
        results.append(do())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return results


def test_two_hundred_clients_have_a_page_rendered_once(worker, settings):
    asked, all_are_here = threading.Event(), threading.Event()

    def slow(environ, start_response):
        asked.set()
        all_are_here.wait(10)
        return page_app()(environ, start_response)

    store = worker(slow, WatchOf(settings.PAGES_DIR, Known("m", (0, 0))))
    waiting = threading.Thread(target=lambda: (asked.wait(10), all_are_here.set()))
    waiting.start()
    answers = together(200, lambda: get(store, "/"))
    waiting.join(10)
    assert [answer.status for answer in answers] == [200] * 200
    assert len({answer.body for answer in answers}) == 1
    assert len(store.app.asked) == 1
    assert not store.flights


def test_a_failure_is_the_firsts_alone(worker, settings):
    """Those who waited ask for themselves, all at once, and the next may try."""
    failing = iter([True])

    def app(environ, start_response):
        if next(failing, False):
            raise ZeroDivisionError
        return page_app()(environ, start_response)

    store = worker(app, WatchOf(settings.PAGES_DIR, Known("m", (0, 0))))
    with pytest.raises(ZeroDivisionError):
        get(store, "/")
    assert [answer.status for answer in together(5, lambda: get(store, "/"))] == [200] * 5
    assert not store.flights


def test_the_watch_does_not_wait_for_a_database_that_hangs(settings, monkeypatch):
    """A request waits for one reading, and no longer than its patience."""
    hangs = threading.Event()
    monkeypatch.setattr(freshness, "PATIENCE", 0.1)
    watch = Watch(Path(settings.PAGES_DIR), settings.GENERATION_FILE, every=60)
    monkeypatch.setattr(watch, "read", lambda: hangs.wait(10))
    began = time.monotonic()
    assert [watch.known() for _ in range(50)] == [None] * 50
    assert watch.is_down
    assert time.monotonic() - began < 4
    hangs.set()


def test_the_watch_looks_at_the_file_that_is_there_now(settings):
    """It keeps the file open, and finds out when another has taken its place."""
    watch = Watch(Path(settings.PAGES_DIR), settings.GENERATION_FILE)
    for content in ("", ".", ".."):
        settings.GENERATION_FILE.unlink(missing_ok=True)
        settings.GENERATION_FILE.write_text(content)
        watch.open()
        assert watch.opened is not None
        assert watch.size() == len(content)
    settings.GENERATION_FILE.unlink()
    watch.open()
    assert watch.size() == 0
    settings.GENERATION_FILE.write_text(".")  # it is there again, so that the next change is noticed
    assert watch.size() == 1


def needs_what_is_gone(request):
    raise request.META["wsgi.errors"]


urlpatterns = [path("check/x/", needs_what_is_gone)]
handler500 = "config.views.server_error"


@pytest.mark.parametrize("error", [OperationalError("gone"), InterfaceError("gone"), *views.GONE[2:]], ids=str)
def test_a_page_that_needs_what_is_gone_is_503_and_one_warning(settings, caplog, error):
    settings.ROOT_URLCONF = __name__
    freshness.told.clear()
    asked = RequestFactory().get("/check/x/").environ | {"wsgi.errors": error}
    answers = [get(WSGIHandler(), "/check/x/", **asked) for _ in range(3)]
    assert {answer.status for answer in answers} == {503}
    assert answers[0].headers["Retry-After"]
    assert "tel:999" in answers[0].text
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "does not answer" in warning.message
