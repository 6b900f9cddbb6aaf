"""The site's settings as the tests run them: the same file, with what a test must not wait for taken out."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "0" * 50)
os.environ.setdefault("SSL_REDIRECT", "false")
os.environ.setdefault("CONTACT_EMAIL", "desk@example.org")

from config.settings import *  # noqa: F403

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
# Hashed names are there for a browser's cache only; one smoke test runs the real storage.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"  # noqa: F405
WHITENOISE_AUTOREFRESH = True
kept = tempfile.TemporaryDirectory(prefix="twitchwise-")  # of this process alone; it goes with it
GENERATION_FILE, PAGES_DIR = Path(kept.name) / "generation", Path(kept.name) / "pages"
REFUSE_HIDDEN_QUERIES = True
DATABASE_FILE = None  # the tests' own is made by the test runner, elsewhere
ADMIN_REQUIRES_2FA = AXES_ENABLED = False  # where signing in is not what is tested
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, because the threads of a live server cannot share a connection to memory; nothing here must survive.
    folder = tempfile.TemporaryDirectory(prefix="twitchwise-")  # of this process alone; it goes with it
    DATABASES["default"]["TEST"] = {"NAME": f"{folder.name}/test.sqlite3"}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"  # noqa: F405
    # A browser's idle connection would keep a live server's thread, and with it the file that a restore replaces.
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
