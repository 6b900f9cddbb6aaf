"""The shortest way to a stored page: the same is sent, and as soon as anything is in doubt the store is asked."""

from io import BytesIO
from types import SimpleNamespace

import pytest

from config import quick
from config.freshness import Known, Watch
from config.quick import MOST, Quick, Ready

PLAIN = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": "localhost"}
PLAIN |= {"wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "HTTP_ACCEPT_ENCODING": "br", "REMOTE_ADDR": "::1"}
READY = Ready("200 OK", [("ETag", '"a"')], [b"page"])


@pytest.fixture
def clock(monkeypatch):
    clock = SimpleNamespace(now=1_000.0)
    monkeypatch.setattr(quick, "time", SimpleNamespace(time=lambda: clock.now))
    return clock


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "generation"
    file.write_text("..")
    return file


@pytest.fixture
def watch(file):
    watch = Watch(file.parent, file)
    watch.open()
    watch.last = Known("mark", (2, 0))
    return watch


@pytest.fixture
def asked(watch, clock):
    """What was asked a moment ago, by somebody who sent nothing particular."""
    asked = Quick(watch)
    asked.put(PLAIN, READY, watch.last, until=2_000)
    return asked


def test_the_same_request_has_the_same_answer_for_a_second(asked, clock):
    assert asked.get(PLAIN) is READY
    clock.now += quick.LASTS - 0.01
    assert asked.get(PLAIN | {"HTTP_USER_AGENT": "another", "REMOTE_ADDR": "192.0.2.1"}) is READY
    clock.now += 0.01
    assert asked.get(PLAIN) is None


def test_a_change_ends_it_at_once(asked, file):
    with file.open("a") as grown:
        grown.write(".")
    assert asked.get(PLAIN) is None


def test_a_change_on_another_machine_ends_it_when_it_is_read(asked, watch):
    """This machine's file says nothing of it."""
    watch.last = Known("another", (2, 0))
    assert asked.get(PLAIN) is None


def test_it_ends_with_the_day_and_when_a_scheduled_edition_comes_out(watch, clock):
    asked = Quick(watch)
    asked.put(PLAIN, READY, watch.last, until=1_000.5)
    assert asked.get(PLAIN) is READY
    clock.now = 1_000.5
    assert asked.get(PLAIN) is None


def test_what_was_known_before_is_forgotten_with_the_next_answer(asked):
    asked.put(PLAIN | {"PATH_INFO": "/articles/"}, READY, Known("another", (2, 0)), until=2_000)
    assert asked.get(PLAIN) is None


def test_it_holds_so_many_and_begins_anew(asked):
    for number in range(MOST):
        asked.put(PLAIN | {"PATH_INFO": f"/{number}"}, READY, asked.second.known, until=2_000)
    assert asked.get(PLAIN) is None
    assert len(asked.second.answers) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"PATH_INFO": "/articles/"},
        {"HTTP_HOST": "elsewhere"},
        {"HTTP_ACCEPT_ENCODING": "gzip"},
        {"wsgi.url_scheme": "https"},
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "POST"},
        {"QUERY_STRING": "page=2"},
        {"HTTP_COOKIE": "sessionid=a"},
        {"HTTP_AUTHORIZATION": "Basic eDp5"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_IF_NONE_MATCH": '"a"'},
        {"CONTENT_LENGTH": "1"},
        {"HTTP_X_FORWARDED_FOR": "192.0.2.1"},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_request_is_not_answered_and_teaches_nothing(asked, other):
    assert asked.get(PLAIN | other) is None
    asked.put(PLAIN | other, Ready("200 OK", [], [b"theirs"]), asked.second.known, until=2_000)
    assert asked.get(PLAIN) is READY


def test_headers_that_are_too_long_are_left_to_those_who_refuse_them(asked):
    assert asked.get(PLAIN | {"HTTP_USER_AGENT": "a" * quick.MOST_HEADERS}) is None


def test_it_works_whatever_the_environment_of_the_process_is(asked, monkeypatch):
    """The server gives it to each request, among the headers."""
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example")
    whole = PLAIN | {"HTTP_PROXY": "http://proxy.example", "PATH": "/bin"}
    assert asked.get(whole) is None
    asked.put(whole, READY, asked.second.known, until=2_000)
    assert asked.get(whole) is READY
    assert asked.get(whole | {"HTTP_COOKIE": "sessionid=a"}) is None
