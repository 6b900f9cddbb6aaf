"""The database file is removed, or another put in its place, while the server has it open: no save is lost in it."""

import sqlite3
from contextlib import closing

import pytest

from tests.faults.running import EDITOR, Desk, Running


@pytest.fixture
def site(seeded_database, tmp_path):
    """A server of one worker, whose thread has the database open once somebody has signed in."""
    running = Running(tmp_path, seeded_database)
    running.shell(EDITOR)
    try:
        yield running.start(workers=1)
    finally:
        running.stop()


def files(site):
    return [file for file in site.folder.glob("site.sqlite3*") if file.is_file()]


def titles(site) -> set[str]:
    with closing(sqlite3.connect(site.database)) as database:
        return {title for (title,) in database.execute("SELECT title FROM articles_articleedition")}


def test_a_save_into_a_file_that_was_removed_is_refused(site):
    path, desk = site.draft(), Desk(site.port).sign_in()
    fields = desk.fields(path) | {"title": "New words"}
    for file in files(site):
        file.unlink()
    assert desk.send("POST", path, fields)[0] == 503
    assert files(site) == []


def test_a_save_goes_into_the_file_that_is_there(site):
    path, desk = site.draft(), Desk(site.port).sign_in()
    fields = desk.fields(path) | {"title": "New words"}
    with closing(sqlite3.connect(site.database)) as old, closing(sqlite3.connect(site.folder / "other")) as new:
        old.backup(new)
    for file in files(site):
        file.unlink()
    (site.folder / "other").rename(site.database)
    assert desk.send("POST", path, fields)[0] == 302
    assert "New words" in titles(site)
