"""The settings refuse what is unsafe or not understood, and name the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = {"SECRET_KEY": "k" * 60, "DATABASE_URL": "sqlite:////nowhere/at-all.sqlite3"}


def run(*arguments, **variables):
    keep = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=keep | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settings(**variables):
    return run(
        "-c",
        "import config.settings as s; print(s.DEBUG, s.SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.ADMIN_REQUIRES_2FA)",
        **variables,
    )


def test_production_is_the_default():
    assert settings(**GOOD).stdout.split() == ["False", "True", "True", "True"]


def test_trying_the_site_needs_no_second_factor():
    asked = "import config.modes as m; m.trying(); import config.settings as s; print(s.ADMIN_REQUIRES_2FA)"
    assert run("-c", asked).stdout.split() == ["False"]


def test_options_of_the_database_are_followed_and_names_of_hosts_may_have_spaces():
    url = "postgres://site@localhost/site?sslmode=verify-full&connect_timeout=1"
    asked = "import config.settings as s; print(s.DATABASES['default']['OPTIONS'], s.ALLOWED_HOSTS)"
    told = run("-c", asked, **GOOD | {"DATABASE_URL": url, "ALLOWED_HOSTS": "a.org, b.org"}).stdout
    assert "'sslmode': 'verify-full'" in told
    assert "'connect_timeout': 1," in told
    assert "'max_size': 20" in told
    assert "['a.org', 'b.org']" in told


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", ""),
        ("DEBUG", "maybe"),
        ("SSL_REDIRECT", "yess"),
        ("REVIEW_NEEDS_SECOND_PERSON", "2"),
        ("ADMIN_REQUIRES_2FA", "sometimes"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "127.0.0.1, proxy.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("DATABASE_URL", "oracle://x"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgres:site"),
        ("DATABASE_URL", "sqlite:////x/site.sqlite3?mode=ro"),
        ("CACHE_URL", "rediss://localhost:6379/1?ssl_cert_reqs=none"),
        ("CACHE_URL", "memcached://x"),
        ("EMAIL_URL", "pigeon://x"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("EMERGENCY_COUNTRY", "Atlantis"),
        ("SENTRY_DSN", "sentry"),
        ("ALLOWED_HOSTS", "https://example.org"),
        ("ALLOWED_HOSTS", "example.org:8000"),
        ("ALLOWED_HOSTS", "example.org, two words"),
        ("CSRF_TRUSTED_ORIGINS", "example.org"),
        ("CONTACT_EMAIL", "desk"),
        ("VAR_DIR", "var"),
        ("MEDIA_STORAGE_URL", "ftp://bucket"),
        ("MEDIA_STORAGE_URL", "s3://"),
        ("MEDIA_STORAGE_URL", "s3://key@bucket"),
        ("MEDIA_STORAGE_URL", "s3://bucket?endpoint=elsewhere"),
        ("MEDIA_STORAGE_URL", "s3://bucket?colour=red"),
    ],
)
def test_an_unknown_value_is_refused_by_name(variable, value):
    done = settings(**GOOD | {variable: value})
    assert done.returncode != 0
    assert f"ImproperlyConfigured: {variable} " in done.stderr


def test_names_of_all_kinds_are_understood():
    hosts = "example.org, .example.com,[::1],*,localhost,10.0.0.1,"
    origins = "https://example.org,https://*.example.org:8443"
    done = settings(**GOOD | {"ALLOWED_HOSTS": hosts, "CSRF_TRUSTED_ORIGINS": origins, "CONTACT_EMAIL": "a@b.org"})
    assert done.returncode == 0, done.stderr


def test_a_bare_checkout_is_for_developing():
    done = run("manage.py", "shell", "--no-imports", "-c", "from django.conf import settings; print(settings.DEBUG)")
    assert done.stdout.strip() == "True"


def test_a_lost_database_is_an_error_and_not_a_new_one(tmp_path):
    lost = tmp_path / "lost.sqlite3"
    done = run("manage.py", "seed", **GOOD | {"DATABASE_URL": f"sqlite:///{lost}"})
    assert done.returncode != 0
    assert "unable to open database file" in done.stderr
    assert not lost.exists()


def test_serve_refuses_debug_and_a_lost_database(tmp_path):
    lost, other = (f"sqlite:///{tmp_path / name}" for name in ("lost.sqlite3", "other.sqlite3"))
    assert "Debug is on" in run("manage.py", "serve", **GOOD | {"DEBUG": "true", "DATABASE_URL": other}).stderr
    assert "no database" in run("manage.py", "serve", **GOOD | {"DATABASE_URL": lost}).stderr


def test_sqlite_is_set_up_to_lose_nothing(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    assert run("manage.py", "migrate", **GOOD | {"DATABASE_URL": url}).returncode == 0
    asked = "from django.db import connection as c; q = lambda s: c.cursor().execute(s).fetchone()[0]; " + (
        "print(q('PRAGMA journal_mode'), q('PRAGMA synchronous'), q('PRAGMA busy_timeout'), c.transaction_mode)"
    )
    done = run("manage.py", "shell", "--no-imports", "-c", asked, **GOOD | {"DATABASE_URL": url})
    assert done.stdout.split() == ["wal", "2", "5000", "IMMEDIATE"], done.stderr
