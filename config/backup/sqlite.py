"""SQLite's own copy of a database that is in use, and a database file put in the place of another.

A file is replaced and not written over, for what is restored is often a file that is damaged. Whoever had the old one
open would go on writing to it, so nobody may: the server has to be stopped.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.db import connection, connections

from articles.editions import Refused

PART = "database.sqlite3"
PAGES_AT_ONCE = 1000
CHANGES = ("-wal", "-journal")  # what stands beside a file and belongs to it


def database_file() -> Path:
    name = str(connection.settings_dict["NAME"])
    return Path(unquote(urlsplit(name).path) if name.startswith("file:") else name)


def tables() -> set[str]:
    """Those that there are; asking must not make a file."""
    return set(connection.introspection.table_names()) if database_file().exists() else set()


def dump(part: Path, progress) -> dict:
    """Copy the database as it is now; whoever writes meanwhile is neither stopped nor copied. Returns what it holds."""
    told = -1

    def tell(status, remaining, total):
        nonlocal told
        done = 10 * (total - remaining) // total * 10 if total else 100
        if done != told:
            progress(f"Database: {done} %")
        told = done

    with closing(opened(database_file(), "ro")) as source, closing(opened(part, "rwc")) as copy:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_schema").fetchone()  # all that is copied is of this moment
        source.backup(copy, pages=PAGES_AT_ONCE, progress=tell)
        copy.execute("PRAGMA journal_mode=DELETE")  # so that the copy is one file
        return held_by(copy)


def opened(path: Path, mode: str) -> sqlite3.Connection:
    """The file, with Django's own functions, which some constraints call."""
    other = connection.copy()
    other.settings_dict |= {"NAME": f"{path.absolute().as_uri()}?mode={mode}", "OPTIONS": {"timeout": 5}}
    database = other.get_new_connection(other.get_connection_params())
    database.isolation_level = None
    return database


def held_by(database: sqlite3.Connection) -> dict:
    """The migrations that were applied, and how many rows each model has."""
    there = {name for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in there]
    return {
        "migrations": database.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall(),
        "rows": {model._meta.label_lower: count(database, model._meta.db_table) for model in models},
    }


def count(database: sqlite3.Connection, table: str) -> int:
    return database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608 - a name of our own


def check(part: Path, manifest: dict) -> None:
    """Raises Refused unless the file is a whole database that holds what the manifest says."""
    try:
        with closing(opened(part, "rw")) as database:
            faults = [fault for (fault,) in database.execute("PRAGMA integrity_check")]
            held = held_by(database)
    except sqlite3.DatabaseError as error:
        raise Refused(f"The database in the backup cannot be read: {error}.") from error
    if faults != ["ok"]:
        raise Refused(f"The database in the backup is damaged: {faults[0]}.")
    rows = {label: number for label, number in manifest["rows"].items() if label in held["rows"]}
    if sorted(held["migrations"]) != sorted(manifest["migrations"]) or not rows.items() <= held["rows"].items():
        raise Refused("The database in the backup is not the one that its manifest describes.")


@contextmanager
def checked(held, progress) -> Iterator[Path]:
    """The backup's database beside the site's own, where it can take its place in one step."""
    folder = database_file().absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as inside:  # the site's own may have the same name
        part = held.extract(PART, Path(inside))
        progress("Checking the database ...")
        check(part, held.manifest)
        yield part


@contextmanager
def in_place(part: Path) -> Iterator[None]:
    """Put the file in the place of the database for what is done within; where that fails, the old one comes back."""
    file = database_file().absolute()
    before = file.with_name(f"{file.name}.before-restore")
    for left in (before, *(beside(before, suffix) for suffix in CHANGES)):
        if left.exists():
            says = "is left of a restore that was broken off. See whether you need it, and take it away."
            raise Refused(f"{left} {says}")
    connections.close_all()
    keep_changes(file, before)
    if file.exists():
        let_go(file, before)
        part.chmod(file.stat().st_mode & 0o777)
        os.link(file, before)  # so that there is a database at every moment
    else:
        part.chmod(0o600)
        forget_changes(file)  # of a database that is lost
    put(part, file)
    try:
        yield
    except BaseException:
        connections.close_all()
        forget_changes(file)
        if before.exists():
            put(before, file)
        else:
            file.unlink()
        put_back_changes(before, file)
        raise
    connections.close_all()
    before.unlink(missing_ok=True)
    forget_changes(before)


def let_go(file: Path, before: Path) -> None:
    """Write back what stands beside the file. Raises Refused while somebody has it open."""
    try:
        with closing(opened(file, "rw")) as old:
            old.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as error:
        forget_changes(before)
        raise Refused(f"The database is in use ({error}). Stop the server first.") from error
    except sqlite3.DatabaseError:  # damaged: what stands beside it must not be played into the new one
        forget_changes(file)
    else:
        if file.stat().st_size:  # to SQLite a file without content is whole, and what stands beside it nothing
            forget_changes(before)


def beside(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def keep_changes(file: Path, before: Path) -> None:
    """Give what stands beside a file a second name, for SQLite deletes it by itself where the file is damaged."""
    for suffix in CHANGES:
        if beside(file, suffix).exists():
            os.link(beside(file, suffix), beside(before, suffix))


def put_back_changes(before: Path, file: Path) -> None:
    for suffix in CHANGES:
        if beside(before, suffix).exists():
            put(beside(before, suffix), beside(file, suffix))


def forget_changes(file: Path) -> None:
    for suffix in (*CHANGES, "-shm"):
        beside(file, suffix).unlink(missing_ok=True)


def put(new: Path, file: Path) -> None:
    """Put one file in the place of another, in one step that also outlasts a loss of power."""
    with new.open("rb") as written:
        os.fsync(written.fileno())
    os.replace(new, file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
