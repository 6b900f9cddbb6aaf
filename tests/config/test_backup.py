"""A site in one file, and back: on whichever database the tests run."""

import io
import json
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from importlib import import_module

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_migrate

from articles.editions import Refused
from articles.models import Article
from config import backup
from config.backup import archive
from tests.config.test_settings import GOOD, run
from tests.factories import make_article, make_user

IS_SQLITE = connection.vendor == "sqlite"
PART = "database.sqlite3" if IS_SQLITE else "database.pgdump"
OLDER = ("auth", "0012_alter_user_first_name_max_length")  # nothing builds on it, and it can be done twice
PICTURE = "figures/a.png"


@pytest.fixture
def site(transactional_db, settings, tmp_path):
    """A site with an article, an account and an upload, and where its backup goes."""
    settings.MEDIA_ROOT = tmp_path / "media"
    make_article("toes")
    make_user("ann")
    default_storage.save(PICTURE, ContentFile(b"a picture"))
    return tmp_path / "site.tar"


@pytest.fixture
def made(db, settings, tmp_path):
    """A function: an archive with a database that is none, and what its manifest and members are made to be."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def make(uploads=(), members=(), part=PART, **manifest):
        path, part = tmp_path / "made.tar", tmp_path / part
        part.write_bytes(b"no database")
        manifest = {"format": 1, "database": connection.vendor, "migrations": [], "rows": {}} | manifest
        with path.open("wb") as file:
            held = [(name, len(data), io.BytesIO(data)) for name, data in uploads]
            archive.write(file, manifest, part, held)
        with tarfile.open(path, "a") as tar:
            for member in members:
                tar.addfile(member)
        return path

    return make


def slugs():
    return sorted(Article.objects.values_list("slug", flat=True))


def test_a_site_comes_back_as_it_was_and_is_migrated(site):
    MigrationRecorder(connection).record_unapplied(*OLDER)
    told = io.StringIO()
    call_command("backup", str(site), stderr=told, stdout=io.StringIO())
    assert "Uploads: 1 of 1" in told.getvalue()
    assert "Database: " in told.getvalue()
    assert stat.S_IMODE(site.stat().st_mode) == 0o600
    assert [path.name for path in site.parent.iterdir() if path.is_file()] == [site.name]

    make_article("later")
    Article.objects.filter(slug="toes").update(slug="changed")
    default_storage.delete(PICTURE)
    cache.set("a-drawing", b"of what was")
    call_command("restore", str(site), "--replace", stderr=told, stdout=io.StringIO())
    assert slugs() == ["toes"]
    with default_storage.open(PICTURE) as file:
        assert file.read() == b"a picture"
    assert OLDER in MigrationRecorder(connection).applied_migrations()
    assert cache.get("a-drawing") is None


def test_the_manifest_counts_what_is_there(site):
    backup.write(site)
    with archive.opened(site) as held:
        assert held.manifest["rows"]["articles.article"] == 1
        assert held.manifest["rows"]["auth.user"] == 1
        assert held.manifest["parts"].keys() == {PART, f"uploads/{PICTURE}"}


@pytest.fixture
def nowhere(tmp_path):
    """The address of a database that does not exist yet, or is empty."""
    if IS_SQLITE:
        yield f"sqlite:///{tmp_path / 'new' / 'new.sqlite3'}"
        return
    name, values = f"restored_{os.getpid()}", connection.settings_dict
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    yield f"postgres://{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT'] or 5432}/{name}"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


def test_an_empty_site_is_filled(site, nowhere):
    default_storage.delete(PICTURE)  # the other process would put it among the uploads of this checkout
    backup.write(site)
    done = run("manage.py", "restore", str(site), **GOOD | {"DATABASE_URL": nowhere})
    assert done.returncode == 0, done.stderr
    connect = sqlite3.connect if IS_SQLITE else import_module("psycopg").connect
    with closing(connect(nowhere.removeprefix("sqlite:///"))) as filled:
        assert filled.execute("SELECT slug FROM articles_article").fetchall() == [("toes",)]


def refuse(signal, **kwargs):
    raise ValueError("This migration fails.")


def test_a_restore_that_fails_leaves_what_was_there(site):
    backup.write(site)
    make_article("later")
    restore_that_fails(site)
    assert slugs() == ["later", "toes"]
    if IS_SQLITE:
        assert left_over() == []
    else:
        backup.backend().schema_now()  # which refuses where something is left over


def restore_that_fails(site):
    post_migrate.connect(refuse)
    try:
        with pytest.raises(Refused, match="This migration fails"):
            backup.restore(site, replace=True)
    finally:
        post_migrate.disconnect(refuse)


def left_over():
    return [path.name for path in backup.backend().database_file().parent.iterdir() if "restore" in path.name]


def test_rows_that_the_manifest_does_not_count_are_refused(site):
    backup.write(site)
    lied_about = site.with_name("lied.tar")
    with tarfile.open(site) as source, lied_about.open("wb") as target:
        source.extract(PART, site.parent, filter="data")
        manifest = json.load(source.extractfile(archive.MANIFEST))
        manifest["rows"]["articles.article"] = 2
        archive.write(target, manifest, site.with_name(PART), [])
    with pytest.raises(Refused, match="manifest"):
        backup.restore(lied_about, replace=True)
    assert slugs() == ["toes"]


def test_a_database_that_somebody_has_open_is_refused(site):
    backup.write(site)
    make_article("later")
    if IS_SQLITE:
        other = sqlite3.connect(backup.backend().database_file())
    else:
        other = import_module("psycopg").connect(**connection.get_connection_params())
    with closing(other):
        other.execute("SELECT count(*) FROM articles_article").fetchone()
        other.commit()
        with pytest.raises(Refused, match="in use"):
            backup.restore(site, replace=True)
    assert slugs() == ["later", "toes"]
    backup.restore(site, replace=True)
    assert slugs() == ["toes"]


@pytest.mark.skipif(not IS_SQLITE, reason="a file that is damaged")
def test_a_damaged_database_is_replaced(site):
    backup.write(site)
    connection.close()
    file = backup.backend().database_file()
    file.write_bytes(b"this is no database" * 1000)
    with pytest.raises(Refused, match="--replace"):
        backup.restore(site)
    file.with_name(f"{file.name}-wal").write_bytes(b"changes that are none")
    backup.restore(site, replace=True)
    assert slugs() == ["toes"]
    assert left_over() == []


@pytest.mark.skipif(not IS_SQLITE, reason="a file that is damaged")
@pytest.mark.parametrize("content", [b"this is no database" * 1000, b"", None])
def test_what_stands_beside_a_damaged_database_comes_back_with_it(site, content):
    backup.write(site)
    connection.close()
    file = backup.backend().database_file()
    changes = file.with_name(f"{file.name}-wal")
    whole = file.read_bytes()
    try:
        file.unlink() if content is None else file.write_bytes(content)
        changes.write_bytes(b"changes that somebody may still make something of")
        restore_that_fails(site)
        assert changes.read_bytes() == b"changes that somebody may still make something of"
        assert (file.read_bytes() if file.exists() else None) == content
        assert left_over() == []
    finally:
        connection.close()
        changes.unlink(missing_ok=True)
        file.write_bytes(whole)


@pytest.mark.skipif(not IS_SQLITE, reason="a file beside the database")
def test_a_database_may_have_the_name_that_it_has_in_a_backup(site, tmp_path):
    default_storage.delete(PICTURE)  # the other process would put it among the uploads of this checkout
    backup.write(site)
    file = tmp_path / "new" / PART
    for replace in ([], ["--replace"]):
        variables = GOOD | {"DATABASE_URL": f"sqlite:///{file}"}
        done = run("manage.py", "restore", str(site), *replace, **variables)
        assert done.returncode == 0, done.stderr
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as filled:
            assert filled.execute("SELECT slug FROM articles_article").fetchall() == [("toes",)]


@pytest.mark.skipif(IS_SQLITE, reason="PostgreSQL's own tools")
def test_missing_tools_are_named(site, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandError, match="pg_dump"):
        call_command("backup", str(site))
    assert not site.exists()


@pytest.mark.skipif(IS_SQLITE, reason="PostgreSQL's own tools")
def test_no_list_of_processes_shows_the_password(site, monkeypatch, tmp_path):
    for tool in backup.backend().TOOLS:
        script = f'echo "$@" > {tmp_path}/said; echo "$PGPASSWORD" > {tmp_path}/known; exit 1'
        (tmp_path / tool).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / tool).chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "a pass phrase")
    with pytest.raises(Refused, match="pg_dump failed"):
        backup.write(site)
    assert (tmp_path / "known").read_text() == "a pass phrase\n"
    assert "pass" not in (tmp_path / "said").read_text().replace(str(tmp_path), "")
    assert not site.exists()


@pytest.mark.skipif(IS_SQLITE, reason="PostgreSQL's own tools")
def test_a_dump_that_breaks_off_is_noticed(site):
    backup.write(site)
    with archive.opened(site) as held:
        part = held.extract(PART, site.parent)
    with part.open("r+b") as file:
        file.truncate(part.stat().st_size - 100)
    with pytest.raises(Refused, match="pg_restore failed"):
        backup.backend().check(part, {"rows": {}})


def test_a_backup_takes_the_place_of_nothing(made, tmp_path):
    (tmp_path / "kept.tar").write_text("kept")
    with pytest.raises(Refused):
        backup.write(tmp_path / "kept.tar")
    assert (tmp_path / "kept.tar").read_text() == "kept"


# What is refused before anything is touched


def refused(path, match, replace=True):
    with pytest.raises(Refused, match=match):
        backup.restore(path, replace=replace)
    assert not default_storage.exists("a.png")


def test_content_is_not_replaced_unasked(made):
    path = made()
    make_user("bob")
    refused(path, "--replace", replace=False)


def test_another_kind_of_database(made):
    other, part = ("postgresql", "database.pgdump") if IS_SQLITE else ("sqlite", "database.sqlite3")
    refused(made(part=part, database=other), other)


def test_newer_migrations_are_named(made):
    refused(made(migrations=[["articles", "0001_initial"], ["articles", "9999_later"]]), r"articles\.9999_later")


def test_a_database_that_is_none(made):
    refused(made(uploads=[("a.png", b"a")]), "database|archive")


@pytest.mark.parametrize("part", [0, 0.2, 0.5, 0.9, 0.999])
def test_a_backup_that_is_cut_short(made, part):
    path = made(uploads=[("a.png", b"a" * 20_000)])
    with path.open("r+b") as file:
        file.truncate(int(len(path.read_bytes().rstrip(b"\0")) * part))
    refused(path, "cut short|no backup|damaged")


@pytest.mark.parametrize("words", [b"no database", b"a picture", b'"rows"'])
def test_a_byte_that_was_changed(made, words):
    path = made(uploads=[("a.png", b"a picture")])
    data = path.read_bytes()
    path.write_bytes(data.replace(words, words[:-2] + bytes([words[-2] ^ 1]) + words[-1:]))
    refused(path, "damaged|manifest")


@pytest.mark.parametrize(
    "name", ["../a.png", "uploads/../../a.png", "/a.png", "uploads/", "uploads//a.png", "uploads/./a.png", "uploads\\a"]
)
def test_a_member_with_a_bad_path(made, name):
    refused(made(members=[tarfile.TarInfo(name)]), "no backup does")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE])
def test_a_member_that_is_no_file(made, kind):
    member = tarfile.TarInfo("uploads/a.png")
    member.type, member.linkname = kind, "/etc/passwd"
    refused(made(members=[member]), "no backup does")


def test_members_that_the_manifest_does_not_name(made):
    refused(made(members=[tarfile.TarInfo("uploads/b.png")]), "other files")
    refused(made(members=[tarfile.TarInfo(PART)]), "one name")


def test_a_format_of_later(made):
    refused(made(format=2), "format 2")


@pytest.mark.parametrize("rows", [{"articles.article": "many"}, [], None])
def test_a_manifest_that_cannot_be_read(made, rows):
    refused(made(rows=rows), "manifest")


def test_what_is_no_tar_at_all(db, tmp_path):
    (tmp_path / "a.tar").write_text("words")
    refused(tmp_path / "a.tar", "no backup")
    with pytest.raises(CommandError):
        call_command("restore", str(tmp_path / "missing.tar"))
