"""What is written down of a request, and what never is; what Sentry is told."""

import io
import json
import logging

import pytest
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path

from articles.models import Topic
from config import logs, sentry, wsgi
from tests.config.test_settings import GOOD, run

SECRET = "swelling-of-the-face"
LEAK = f"a first line\nDETAIL: {SECRET}"


@pytest.fixture
def written():
    """A function: the lines that were logged since the test began, as objects."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)


def faulty(request, **kwargs):
    password = SECRET  # noqa: F841 - a local variable, which must not be told
    try:
        raise ValueError(SECRET)
    except ValueError as error:
        raise OSError(LEAK) from error  # a kind whose words may be told


urlpatterns = [
    path("faulty/", faulty),
    path("check/<slug:slug>/<int:n>/", faulty),
    path("preview/<token>/", faulty),
    path("", include("config.urls")),
]
handler500 = "config.views.server_error"


@pytest.fixture
def client(settings):
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def test_a_request_is_one_line_with_its_id(client, written):
    response = client.get("/robots.txt?a=b")
    (line,) = written()
    assert line | {"method": "GET", "path": "/robots.txt", "status": 200} == line
    assert line["request_id"] == response["X-Request-ID"]
    assert line["level"] == "INFO"
    assert line["ms"] >= 0
    assert line.keys() == {*("time", "level", "logger", "message", "request_id"), *("method", "path", "status", "ms")}


def test_each_request_has_its_own_id_and_nothing_has_it_afterwards(client, written):
    assert client.get("/robots.txt")["X-Request-ID"] != client.get("/robots.txt")["X-Request-ID"]
    logging.getLogger("x").warning("later")
    assert written()[-1]["request_id"] == ""


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "é", "a\nb", "a_b"])
def test_an_id_that_is_not_sane_is_replaced(client, given):
    assert logs.GOOD_ID.fullmatch(client.get("/healthz", headers={"X-Request-ID": given})["X-Request-ID"])
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1"})["X-Request-ID"] == "abc-1"


@pytest.mark.django_db
@pytest.mark.parametrize(("peer", "believed"), [("127.0.0.1", True), ("203.0.113.9", False), ("", False)])
def test_an_id_is_taken_from_a_proxy_of_ours_only(peer, believed):
    environ = RequestFactory().get("/healthz", REMOTE_ADDR=peer, HTTP_X_REQUEST_ID="abc").environ
    environ["HTTP_X_FORWARDED_FOR"] = "198.51.100.7"  # the address of the one who asks says nothing about the proxy
    headers = {}
    list(wsgi.application(environ, lambda status, pairs: headers.update(pairs)))
    assert (headers["X-Request-ID"] == "abc") is believed


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/faulty/", "/check/twitching/3/", "/preview/token-of-a-reader/"])
def test_a_fault_tells_the_place_and_nothing_of_who_asked(client, written, address):
    client.cookies["answers"] = SECRET
    client.post(f"{address}?q={SECRET}", {"answer": SECRET, "password": SECRET}, headers={"X-Note": SECRET})
    lines = written()
    text = json.dumps(lines)
    (fault,) = [line for line in lines if "traceback" in line]
    assert {line["request_id"] for line in lines} == {fault["request_id"]}
    assert "in faulty" in fault["traceback"]
    assert "builtins.ValueError\n" in fault["traceback"]
    assert "OSError: a first line" in fault["traceback"]
    assert "token-of-a-reader" not in text
    assert SECRET not in text


def test_outside_a_request_an_error_says_what_is_wrong(written):
    try:
        raise ValueError("what is wrong")
    except ValueError:
        logging.getLogger("x").exception("a command")
    assert written()[0]["traceback"].endswith("builtins.ValueError: what is wrong")


@pytest.mark.django_db
def test_what_a_reader_answers_is_in_no_line(client, written):
    client.get(f"/check/{SECRET}/nowhere/?x={SECRET}")
    client.get(f"/search/?q={SECRET}")
    assert len(written()) == 2
    assert SECRET not in json.dumps(written())


def test_probes_are_no_news(client, written):
    client.get("/healthz")
    assert written() == []


def test_timing_is_told_in_debug_only():
    with pytest.raises(MiddlewareNotUsed):
        logs.time_in_debug(lambda request: None)


@pytest.mark.django_db
def test_timing_counts_the_queries(settings, rf):
    settings.DEBUG = True
    page = logs.time_in_debug(lambda request: HttpResponse(str(Topic.objects.count() + Topic.objects.count())))
    total, database = page(rf.get("/"))["Server-Timing"].split(", ")
    assert float(total.removeprefix("total;dur=")) > 0
    assert database.endswith('desc="2 queries"')


def test_production_writes_json_to_stdout_and_developing_does_not():
    asked = "import django; django.setup(); import logging; logging.getLogger('a').warning('said')"
    variables = GOOD | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    assert json.loads(run("-c", asked, **variables).stdout)["message"] == "said"
    developing = run("-c", asked, **variables | {"DEBUG": "true", "DATABASE_URL": "sqlite://:memory:"})
    assert developing.stdout == ""
    assert developing.stderr == "WARNING a: said\n"


# Sentry


def event(url):
    frame = {"function": "view", "lineno": 3, "context_line": "raise", "vars": {"password": SECRET}}
    value = {
        "type": "OperationalError",
        "value": LEAK,
        "stacktrace": {"frames": [frame]},
        "mechanism": {"data": SECRET},
    }
    request = {
        "url": url,
        "method": "POST",
        "query_string": SECRET,
        "data": {"answer": SECRET},
        "cookies": {"a": SECRET},
        "headers": {"Cookie": SECRET, "Referer": SECRET},
        "env": {"REMOTE_ADDR": SECRET},
    }
    return {
        "event_id": "1",
        "level": "error",
        "transaction": "/x/",
        "request": request,
        "exception": {"values": [value, value | {"type": "ValueError", "value": SECRET}]},
        "user": {"ip_address": SECRET},
        "breadcrumbs": {"values": [{"message": SECRET}]},
        "extra": {"sys.argv": [SECRET]},
        "contexts": {"x": SECRET},
        "server_name": SECRET,
        "logentry": {"message": "no %s", "params": [SECRET], "formatted": f"no {SECRET}"},
        "something_new": SECRET,
    }


@pytest.mark.parametrize("address", ["/articles/x/", "/check/twitching/3/"])
def test_an_event_is_scrubbed(address):
    kept = sentry.scrub(event(f"https://example.org{address}?x={SECRET}"))
    assert SECRET not in json.dumps(kept)
    values = kept["exception"]["values"]
    assert [(value["type"], value["value"]) for value in values] == [
        ("OperationalError", "a first line"),
        ("ValueError", ""),
    ]
    assert values[0]["stacktrace"]["frames"] == [{"function": "view", "lineno": 3, "context_line": "raise"}]
    assert kept["request"]["url"].endswith("/check/" if "/check/" in address else address)
    assert kept["logentry"] == {"message": "no %s"}
    assert kept["request"]["method"] == "POST"


def test_sentry_without_its_package_is_refused_by_name():
    asked = "import sys; sys.modules['sentry_sdk'] = None; import config.settings"
    done = run("-c", asked, **GOOD | {"SENTRY_DSN": "https://key@sentry.example/1"})
    assert "ImproperlyConfigured: SENTRY_DSN " in done.stderr


IN_FULL = f"""
import os, json, django
from django.conf import settings
from sentry_sdk.transport import Transport
from config import sentry

class Kept(Transport):
    sent = []
    def capture_envelope(self, envelope):
        self.sent += [item.payload.json for item in envelope.items]

sentry.start("https://key@sentry.example/1", transport=Kept)
settings.ROOT_URLCONF = "tests.config.test_logs"
django.setup()
from django.test import Client
client = Client(raise_request_exception=False)
client.cookies["answers"] = {SECRET!r}
for address in ("/faulty/", "/check/twitching/3/"):
    headers = {{"host": "localhost", "X-Note": {SECRET!r}}}
    client.post(address + "?q={SECRET}", {{"password": {SECRET!r}}}, headers=headers)
print("SENT " + json.dumps(Kept.sent))
"""


def test_a_real_fault_reaches_sentry_without_who_asked():
    """In a process of its own, for the package changes Django for good; what it would send is kept."""
    variables = GOOD | {"DJANGO_SETTINGS_MODULE": "config.settings", "SSL_REDIRECT": "false", "PYTHONPATH": "."}
    done = run("-c", IN_FULL, **variables)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("SENT ")] or [done.stderr]
    sent = json.loads(line.removeprefix("SENT "))
    assert len(sent) == 2
    assert SECRET not in line
    for told in sent:
        assert [value["type"] for value in told["exception"]["values"]] == ["ValueError", "OSError"]
        assert told["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "faulty"
