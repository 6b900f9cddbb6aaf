"""The whole site in one file, and back: the database with accounts and drafts, and every upload.

A backup is a tar with the database's own copy, the uploads, and last a manifest that counts and checksums them. What is
written is opened again before it gets its name; what is put back is checked in full before anything is touched, and
what was there before stays until the site has been migrated and counted.

A checksum finds a damaged file, not a forged one: put back only what was kept where nobody else can write.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from django.apps import apps
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from articles.editions import Document, Refused
from config.backup import archive, uploads

Progress = Callable[[str], None]


def backend():
    """The module that copies the kind of database in use."""
    return import_module(f"config.backup.{connection.vendor}")


def write(path: Path, progress: Progress = lambda message: None) -> None:
    """Make a backup at `path`, readable by its owner only. Raises Refused, or OSError, and leaves nothing behind."""
    if path.exists():
        raise Refused(f"{path} is there already. A backup never takes the place of another.")
    unfinished = path.with_name(f".{path.name}.unfinished")
    descriptor = os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, TemporaryDirectory(dir=path.parent) as folder:
            os.fchmod(file.fileno(), 0o600)  # of one that was left behind as well
            part = Path(folder, backend().PART)
            manifest = {"format": archive.FORMAT, "made_at": datetime.now(UTC).isoformat()}
            manifest |= {"database": connection.vendor} | backend().dump(part, progress)
            archive.write(file, manifest, part, uploads.stored(progress))
            file.flush()
            os.fsync(file.fileno())
        progress("Checking what was written ...")
        with archive.opened(unfinished) as made, TemporaryDirectory(dir=path.parent) as folder:
            backend().check(made.extract(backend().PART, Path(folder)), made.manifest)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(path: Path, replace: bool = False, progress: Progress = lambda message: None) -> None:
    """Put the site back to what a backup holds, and migrate it to the present code.

    Raises Refused, and nothing has changed but that uploads of the backup may be there already.
    """
    progress("Checking the backup ...")
    with archive.opened(path) as held:
        check_that_it_fits(held.manifest)
        if not replace and has_content():
            raise Refused("This site has content. Say --replace to put the backup in its place.")
        with backend().checked(held, progress) as part:
            uploads.put_back(held, progress)
            with backend().in_place(part):
                progress("Migrating ...")
                migrate()
    try:
        cache.clear()  # all of it: pictures are kept there by the numbers of editions, which now stand for others
    except Exception:  # each kind of cache has its own
        progress("The cache does not answer. Empty it before you serve the site.")


def migrate() -> None:
    """Bring what was put back to the present code; the stamp of what is public changes with that."""
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Exception as error:  # whatever a migration comes upon
        raise Refused(f"The backup cannot be migrated, and what was there before is back: {error}") from error


def check_that_it_fits(manifest: dict) -> None:
    """Raises Refused where the code or the database at hand cannot take the backup in."""
    if manifest["database"] != connection.vendor:
        raise Refused(f"The backup is of {manifest['database']}, and this site runs on {connection.vendor}.")
    known = MigrationLoader(None, ignore_no_migrations=True)
    names = {*known.disk_migrations, *(old for new in known.disk_migrations.values() for old in new.replaces)}
    if unknown := [f"{app}.{name}" for app, name in manifest["migrations"] if (app, name) not in names]:
        raise Refused(f"The backup is of newer code than this: it knows the migrations {', '.join(unknown)}.")


def has_content() -> bool:
    """Whether anything would be lost; also where that cannot be told."""
    models = [apps.get_model("auth.User"), *(model for model in apps.get_models() if issubclass(model, Document))]
    try:
        tables = backend().tables()
        return any(model.objects.exists() for model in models if model._meta.db_table in tables)
    except DatabaseError:
        return True


def table_of(label: str) -> str | None:
    """The table of a model, or None where this code has no such model."""
    try:
        return apps.get_model(label)._meta.db_table
    except LookupError:
        return None
