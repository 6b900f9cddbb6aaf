"""Who is asking, and whether by HTTPS: what a proxy of ours says about it is believed, and nobody else's word."""

import pytest
from django.test import RequestFactory

from config.wsgi import application

pytestmark = pytest.mark.django_db  # a request closes the connections that nothing holds

PROXY, STRANGER, CLIENT = "127.0.0.1", "203.0.113.9", "198.51.100.7"


@pytest.fixture
def seen():
    """A function: ask for a page from the address `peer`, and return what the site made of who is asking."""

    def ask(peer, **headers):
        environ = RequestFactory().get("/healthz", REMOTE_ADDR=peer, **headers).environ
        list(application(environ, lambda status, headers: None))
        return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]

    return ask


@pytest.mark.parametrize("peer", [PROXY, "::1"])
def test_a_proxy_of_ours_is_believed(seen, peer):
    assert seen(peer, HTTP_X_FORWARDED_FOR=CLIENT, HTTP_X_FORWARDED_PROTO="https") == (CLIENT, "https")


def test_a_stranger_is_not_believed(seen):
    said = {"HTTP_X_FORWARDED_FOR": CLIENT, "HTTP_X_FORWARDED_PROTO": "https"}
    assert seen(STRANGER, **said) == (STRANGER, "http")


def test_what_a_stranger_told_the_proxy_does_not_count(seen):
    assert seen(PROXY, HTTP_X_FORWARDED_FOR=f"{PROXY}, {CLIENT}, {STRANGER}")[0] == STRANGER


def test_plain_http_is_sent_to_https_unless_a_proxy_of_ours_ended_it(settings, seen):
    settings.SECURE_SSL_REDIRECT = True
    statuses = []
    for peer in (PROXY, STRANGER):
        request = RequestFactory().get("/robots.txt", REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO="https")
        request.environ["HTTP_X_FORWARDED_FOR"] = CLIENT
        list(fresh()(request.environ, lambda status, headers: statuses.append(status[:3])))
    assert statuses == ["200", "301"]


def fresh():
    """The application as it starts under the settings of now: middleware reads them once."""
    import importlib

    import config.wsgi

    return importlib.reload(config.wsgi).application
