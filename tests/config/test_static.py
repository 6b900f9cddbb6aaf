"""The style sheets, and the storage that production serves them with."""

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from articles.drawings import known_drawings

SHEETS = ("css/base.css", "css/site.css", "css/print.css")


def test_all_styles_are_small():
    from django.contrib.staticfiles import finders

    size = 0
    for name in SHEETS:
        with open(finders.find(name), "rb") as file:
            size += len(brotli.compress(file.read()))
    assert size <= 10_000


def test_the_script_of_reading_is_tiny():
    from django.contrib.staticfiles import finders

    with open(finders.find("js/print.js"), "rb") as file:
        assert len(brotli.compress(file.read())) <= 2_000


@pytest.mark.django_db
def test_production_serves_hashed_and_compressed_files(settings, tmp_path, client):
    settings.STATIC_ROOT = tmp_path
    real = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": real}}
    call_command("collectstatic", interactive=False, verbosity=0)
    name = staticfiles_storage.stored_name("css/site.css")
    assert name != "css/site.css"
    assert (tmp_path / f"{name}.br").exists()
    for drawing in known_drawings().values():  # the stored text of an article names the plain file
        assert (tmp_path / drawing["src"].removeprefix("/static/")).exists()
    assert f"/static/{name}" in client.get("/").content.decode()
