"""Style sheets and scripts, and the storage that production serves them with."""

from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

from articles.drawings import known_drawings

STATIC = Path(__file__).resolve().parents[2] / "static"


@pytest.mark.parametrize(("files", "most"), [("css/*.css", 10_000), ("js/*.js", 2_000)])
def test_styles_and_scripts_of_our_own_are_small(files, most):
    """In bytes on the wire, all of them together, although no page has them all."""
    found = [len(brotli.compress(path.read_bytes())) for path in STATIC.glob(files)]
    assert found
    assert sum(found) <= most


@pytest.mark.django_db
def test_production_serves_hashed_and_compressed_files(settings, tmp_path, client):
    settings.STATIC_ROOT = tmp_path
    settings.TEMPLATES = [*settings.TEMPLATES]  # loaded anew, before and after: they keep the addresses of files
    real = "config.statics.Storage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": real}}
    call_command("collectstatic", interactive=False, verbosity=0)
    name = staticfiles_storage.stored_name("css/site.css")
    assert name != "css/site.css"
    assert (tmp_path / f"{name}.br").exists()
    for drawing in known_drawings().values():  # the stored text of an article names the plain file
        assert (tmp_path / drawing["src"].removeprefix("/static/")).exists()
    assert f"/static/{name}" in client.get("/").content.decode()


def test_the_readme_shows_every_screenshot_and_they_are_small():
    readme = (STATIC.parent / "README.md").read_text(encoding="utf-8")
    files = list((STATIC.parent / "tests" / "browser" / "screenshots").iterdir())
    assert len(files) == 40
    assert [file.name for file in files if file.name not in readme] == []
    assert sum(file.stat().st_size for file in files) < 1_000_000
