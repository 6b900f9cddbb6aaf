"""The site as a whole: its own pages, headers, health, and what it refuses."""

import datetime as dt
import re
from urllib.robotparser import RobotFileParser

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import path
from django.utils import timezone
from PIL import Image

CSP = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/articles/", "/nothing/", "/admin/login/", "/robots.txt"])
def test_every_page_has_the_strict_policy(client, path):
    response = client.get(path)
    policy = set(response["Content-Security-Policy"].split("; "))
    assert policy >= CSP
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "nonce" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"


def test_healthz_needs_no_database(client):
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_checks_database_and_migrations(client):
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader
    from django.db.migrations.recorder import MigrationRecorder

    assert client.get("/readyz").status_code == 200
    (newest,) = MigrationLoader(connection).graph.leaf_nodes("articles")
    MigrationRecorder(connection).record_unapplied(*newest)
    assert client.get("/readyz").status_code == 503


@pytest.mark.django_db
def test_readyz_checks_the_cache(client, settings):
    closed = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": closed}
    response = client.get("/readyz")
    assert response.status_code == 503
    assert b"cache" in response.content


@pytest.mark.django_db
def test_readyz_misses_the_file_of_the_database(client, settings, tmp_path):
    settings.DATABASE_FILE = tmp_path / "gone.sqlite3"
    assert client.get("/readyz").status_code == 503


def test_robots_keeps_to_what_is_to_be_found(client):
    """Read by the standard library, as far as that goes: it knows no star, so those lines are read by hand."""
    body = client.get("/robots.txt").content.decode()
    robots = RobotFileParser()
    robots.parse(body.splitlines())
    assert robots.site_maps() == ["http://testserver/sitemap.xml"]
    for address, may in (("/", True), ("/articles/toes/", True), ("/admin/", False), ("/preview/x/", False)):
        assert robots.can_fetch("*", f"http://testserver{address}") is may, address
    (steps,) = [line.split(": ")[1] for line in body.splitlines() if line.startswith("Disallow: /check/")]
    kept_out = re.compile(re.escape(steps).replace(r"\*", ".*"))
    for address in ("/check/twitching/1/", "/check/twitching/result/"):
        assert kept_out.match(address)
    for address in ("/check/", "/check/twitching/", "/check/safety/"):
        assert not kept_out.match(address)


def test_security_says_whom_to_tell_and_until_when(client):
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert fields["Contact"] == "mailto:desk@example.org"
    assert fields["Canonical"] == "http://testserver/.well-known/security.txt"
    assert fields.keys() == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    ahead = dt.datetime.fromisoformat(fields["Expires"]) - timezone.now()
    assert dt.timedelta(days=180) < ahead < dt.timedelta(days=366)


def test_security_names_nobody_where_there_is_nobody(client, settings):
    settings.CONTACT_EMAIL = ""
    assert client.get("/.well-known/security.txt").status_code == 404


@pytest.mark.parametrize("name", ["favicon.ico", "apple-touch-icon.png"])
def test_icons_are_found_where_they_are_asked_for(client, name):
    response = client.get(f"/{name}")
    assert response.status_code == 302
    with Image.open(finders.find(response["Location"].removeprefix("/static/"))) as picture:
        assert picture.size[0] >= 32


def test_a_picture_is_served_once_and_kept(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.png").write_bytes(b"x")
    response = client.get("/media/figures/a.png")
    assert b"".join(response.streaming_content) == b"x"
    assert "immutable" in response["Cache-Control"]
    for address in ("/media/figures/b.png", "/media/figures/", "/media/../secret-key", "/media/%2e%2e/secret-key"):
        assert client.get(address).status_code in (400, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["x=%00", "%00", "x=a%00b", "x=%ff", "x=%ED%A0%80", "x=%C3%28"], ids=lambda query: query.replace("%", "")
)
@pytest.mark.parametrize("path", ["/", "/articles/", "/admin/articles/article/", "/admin/login/", "/sitemap.xml"])
def test_a_query_that_is_no_text_is_400(superuser, sign_in, path, query):
    assert sign_in(superuser).get(f"{path}?{query}").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/articles/a%00b/", "/%00", "/%ff/", "/articles/%ED%A0%80/"])
def test_a_path_that_is_no_text_is_refused(client, path):
    assert client.get(path).status_code in (400, 404)


def test_a_query_too_long_to_be_ours_is_414(client):
    assert client.get("/?" + "x" * 70_000).status_code == 414


def test_a_wrong_host_is_400():
    assert Client(raise_request_exception=False).get("/", headers={"host": "evil.example"}).status_code == 400


@pytest.mark.django_db
def test_the_login_form_answers_unreadable_names(client):
    for name in ("a\0b", "x" * 5000):
        assert client.post("/admin/login/", {"username": name, "password": "y"}).status_code == 200


def test_a_fault_of_ours_has_a_page_that_needs_nothing(settings):
    settings.ROOT_URLCONF = __name__
    response = Client(raise_request_exception=False).get("/broken/")
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content


def broken(request):
    raise ValueError


urlpatterns = [path("broken/", broken)]
handler500 = "config.views.server_error"


def test_a_form_without_its_token_is_403():
    response = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert b"<h1>" in response.content
