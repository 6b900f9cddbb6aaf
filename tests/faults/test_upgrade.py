"""A new release brings a migration to a site with 10,000 articles, while it is read; and the release is taken back."""

import shutil
import time

import pytest

from tests.faults.running import ARTICLE, Readers, Running, p99, told
from tests.served import ROOT

ARTICLES = 10_000
SETTINGS = """
from config.settings import *
MIGRATION_MODULES = {"articles": "coming"}
"""
# What hurts most: every row of the largest table is written anew, and a column and an index come with it.
COMING = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = [("articles", "{last}")]
    operations = [
        migrations.AddField("ArticleEdition", "mood", models.CharField(max_length=20, null=True)),
        migrations.AlterField("ArticleEdition", "title", models.CharField(max_length=90)),
        migrations.RunSQL("UPDATE articles_articleedition SET mood = 'calm'", migrations.RunSQL.noop),
        migrations.AddIndex("ArticleEdition", models.Index(fields=["mood"], name="coming_mood")),
    ]
"""


@pytest.mark.heavy
def test_a_migration_with_data_while_readers_read(seeded_database, tmp_path):
    site = Running(tmp_path, seeded_database)
    last = prepare(tmp_path)
    site.manage("make_load", "--articles", str(ARTICLES), DEBUG="true")
    site.start()
    coming = {"DJANGO_SETTINGS_MODULE": "upgraded", "PYTHONPATH": str(tmp_path)}
    paths = (ARTICLE, "/", "/articles/load-1/", "/search/?q=magnesium", "/check/twitching/1/")
    try:
        with Readers(site.port, paths, count=2, pause=0.02) as readers:
            readers.wait_for(100)
            quiet = list(readers.notes)
            began = time.monotonic()
            site.manage("migrate", "-v0", **coming)
            there = time.monotonic() - began
            readers.wait_for(50)
            began = time.monotonic()
            site.manage("migrate", "-v0", "articles", last, **coming)
            back = time.monotonic() - began
            readers.wait_for(50)
    finally:
        site.stop()
    said = told(
        f"{ARTICLES:,} articles, {site.database.stat().st_size / 1e6:.0f} MB: there in {there:.1f} s, back in "
        f"{back:.1f} s; {len(readers.notes)} reads, {len(readers.failed)} failed "
        f"({ {note.why or note.status for note in readers.failed} }), p99 {p99(readers.notes) * 1000:.0f} ms, quiet "
        f"{p99(quiet) * 1000:.0f} ms; integrity {site.integrity()}"
    )
    assert there < 60, said
    assert back < 60, said
    assert not readers.failed, said
    assert site.integrity() == "ok", said
    site.manage("migrate", "--check")


def prepare(folder) -> str:
    """Write the migrations of the coming release into a folder of their own; returns the name of ours before them."""
    coming = folder / "coming"
    shutil.copytree(ROOT / "articles" / "migrations", coming, ignore=shutil.ignore_patterns("__pycache__"))
    last = max(file.stem for file in coming.glob("0*.py"))
    (coming / "9999_coming.py").write_text(COMING.format(last=last))
    (folder / "upgraded.py").write_text(SETTINGS)
    return last
