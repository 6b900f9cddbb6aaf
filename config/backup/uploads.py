"""Uploads on their way into a backup and back, through the storage that is set."""

import posixpath
from collections.abc import Iterator
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage

from articles.editions import Refused
from config.backup.archive import AT_ONCE, UPLOADS, Archive, Hashed

TOLD_EVERY = 100


def stored(progress) -> Iterator[tuple[str, int, BinaryIO]]:
    """(name, bytes, open file) of every upload."""
    names = sorted(names_in(""))
    for count, name in enumerate(names, 1):
        with default_storage.open(name) as file:
            yield name, file.size, file
        if count % TOLD_EVERY == 0 or count == len(names):
            progress(f"Uploads: {count:,} of {len(names):,}")


def names_in(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nobody has uploaded anything yet
        return
    yield from (posixpath.join(folder, name) for name in files)
    for name in folders:
        yield from names_in(posixpath.join(folder, name))


def put_back(held: Archive, progress) -> None:
    """Store each upload that is not there as it was. Others stay: a picture's name says what is in it."""
    uploads = held.uploads
    for count, (name, part) in enumerate(uploads.items(), 1):
        if not is_there(name, part):
            default_storage.delete(name)
            with held.open(UPLOADS + name) as file:
                if default_storage.save(name, File(file, name)) != name:
                    raise Refused(f"The upload {name} cannot be stored under its name.")
        if count % TOLD_EVERY == 0 or count == len(uploads):
            progress(f"Uploads: {count:,} of {len(uploads):,}")


def is_there(name: str, part: dict) -> bool:
    if not default_storage.exists(name):
        return False
    with default_storage.open(name) as file:
        hashed = Hashed(file)
        while hashed.read(AT_ONCE):
            pass
    return hashed.found == part
