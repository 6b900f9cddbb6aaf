"""What is too large, or comes only in part, is refused before Django is asked."""

from io import BytesIO

import pytest
from django.test import RequestFactory

from config import limits
from config.limits import LONGEST_URL, MOST_BODY, MOST_HEADERS, MOST_UPLOAD, Limits


class Asked:
    """An application that notes what it was sent."""

    def __init__(self):
        self.body = None

    def __call__(self, environ, start_response):
        self.body = environ["wsgi.input"].read()
        start_response(f"200 {environ.get('CONTENT_LENGTH', '')}", [])
        return []


@pytest.fixture
def asked():
    return Asked()


@pytest.fixture
def answer(asked):
    """A function: the status, headers and page for a request; `sent` is its body, which no length is told of."""

    def send(path="/check/twitching/1/", sent=b"", layer=None, **environ):
        began = []
        request = RequestFactory().generic(environ.pop("method", "POST"), "/").environ
        request |= {"PATH_INFO": path, "wsgi.input": BytesIO(sent)} | environ
        page = (layer or Limits(asked))(request, lambda *start: began.extend(start))
        return began[0], dict(began[1]), b"".join(page).decode()

    return send


def test_a_body_reaches_django_with_its_length(answer, asked):
    assert answer(sent=b"a=1", CONTENT_LENGTH="3")[0] == "200 3"
    assert asked.body == b"a=1"


def test_a_body_in_chunks_reaches_django_with_its_length(answer, asked):
    assert answer(sent=b"a=1", HTTP_TRANSFER_ENCODING="chunked")[0] == "200 3"
    assert asked.body == b"a=1"


def test_the_admin_takes_files(answer, asked):
    sent = b"a" * (MOST_BODY + 1)
    assert answer("/admin/articles/", sent, CONTENT_LENGTH=str(len(sent)))[0].startswith("200")
    assert asked.body == sent


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_nobody_waits_for_the_body_of_one_who_only_reads(answer, asked, method):
    assert answer(sent=b"never read", CONTENT_LENGTH="10", method=method)[0] == "200 "
    assert asked.body == b""


@pytest.mark.parametrize(
    ("status", "environ"),
    [
        ("414", {"path": "/" + "a" * LONGEST_URL}),
        ("414", {"QUERY_STRING": "a" * LONGEST_URL}),
        ("431", {"HTTP_COOKIE": "a" * MOST_HEADERS, "HTTP_HOST": "localhost"}),
        ("413", {"CONTENT_LENGTH": str(MOST_BODY + 1)}),
        ("413", {"path": "/admin/", "CONTENT_LENGTH": str(MOST_UPLOAD + 1)}),
        ("413", {"HTTP_TRANSFER_ENCODING": "chunked", "sent": b"a" * (MOST_BODY + 1)}),
        ("400", {"CONTENT_LENGTH": "10", "sent": b"half"}),
    ],
)
def test_what_is_too_large_or_cut_short_is_refused(answer, asked, status, environ):
    said, headers, page = answer(**environ)
    assert said.startswith(status)
    assert headers["Connection"] == "close"
    assert "<h1>" in page
    assert asked.body is None


def test_a_refusal_in_the_middle_of_a_check_shows_the_numbers_to_call(answer):
    assert "112" in answer(CONTENT_LENGTH="10", sent=b"half")[2]


def test_only_so_many_bodies_are_taken_at_a_time(answer, asked, monkeypatch):
    """While the one that may be is on its way, the next one is asked to come back; then there is room again."""
    monkeypatch.setattr(limits, "MOST_BODIES", 1)
    layer, meanwhile = Limits(asked), []

    class Slow(BytesIO):
        def read(self, size=-1):
            meanwhile.append(answer(sent=b"a", CONTENT_LENGTH="1", layer=layer))
            return super().read(size)

    slow = {"CONTENT_LENGTH": "1", "wsgi.input": Slow(b"a"), "layer": layer}
    assert answer(**slow)[0].startswith("200")
    assert meanwhile[0][0].startswith("503")
    assert meanwhile[0][1]["Retry-After"]
    assert answer(sent=b"a", CONTENT_LENGTH="1", layer=layer)[0].startswith("200")


@pytest.mark.parametrize(
    ("address", "other", "status"),
    [
        ("192.0.2.1", "192.0.2.1", "503"),
        ("192.0.2.1", "192.0.2.2", "200"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "200"),
        ("2001:db8::1", "2001:db8:0:0:ffff::2", "503"),
        ("2001:db8::1", "2001:db8:0:1::1", "200"),
        ("", "192.0.2.1", "200"),
    ],
)
def test_one_address_cannot_take_every_place(answer, asked, monkeypatch, address, other, status):
    monkeypatch.setattr(limits, "MOST_OF_ONE", 1)
    layer, meanwhile = Limits(asked), []

    class Slow(BytesIO):
        def read(self, size=-1):
            meanwhile.append(answer(sent=b"a", CONTENT_LENGTH="1", REMOTE_ADDR=other, layer=layer)[0])
            return super().read(size)

    slow = {"CONTENT_LENGTH": "1", "wsgi.input": Slow(b"a"), "layer": layer, "REMOTE_ADDR": address}
    assert answer(**slow)[0].startswith("200")
    assert meanwhile[0].startswith(status)
    assert answer(sent=b"a", CONTENT_LENGTH="1", layer=layer, REMOTE_ADDR=address)[0].startswith("200")


def test_a_body_that_trickles_in_is_given_up(answer, asked, monkeypatch):
    monkeypatch.setattr(limits, "GRACE", 0)
    assert answer(sent=b"a=1", CONTENT_LENGTH="3")[0].startswith("200")  # as quick as a memory is
    monkeypatch.setattr(limits, "SLOWEST", float("inf"))
    asked.body = None
    said, headers, page = answer(sent=b"a=1", CONTENT_LENGTH="3")
    assert said.startswith("408")
    assert headers["Connection"] == "close"
    assert "112" in page
    assert asked.body is None


def test_a_disk_without_room_is_no_fault_of_ours(answer, asked):
    class Full(BytesIO):
        def read(self, size=-1):
            raise OSError(28, "No space left on device")

    assert answer(CONTENT_LENGTH="1", **{"wsgi.input": Full()})[0].startswith("503")
    assert asked.body is None
