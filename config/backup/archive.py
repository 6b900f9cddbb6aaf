"""The file of a backup: a tar whose last member, the manifest, says what the others have to be."""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from articles.editions import Refused

FORMAT = 1  # raised when an older `restore` could not read what is written
MANIFEST = "manifest.json"
UPLOADS = "uploads/"
DATABASES = ("database.sqlite3", "database.pgdump")
LARGEST_MANIFEST = 100_000_000  # bytes
AT_ONCE = 1 << 20


class Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: BinaryIO):
        self.file, self.digest, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        self.size += len(data)
        return data

    @property
    def found(self) -> dict:
        return {"bytes": self.size, "sha256": self.digest.hexdigest()}


@dataclass
class Archive:
    """A backup that was read to its end and is what its manifest says."""

    tar: tarfile.TarFile
    manifest: dict

    def extract(self, name: str, folder: Path) -> Path:
        """Copy the member `name` into a folder; names of ours only, so it cannot land elsewhere."""
        path = folder / name
        with self.open(name) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, AT_ONCE)
        return path

    def open(self, name: str) -> BinaryIO:
        return self.tar.extractfile(name)

    @property
    def uploads(self) -> dict[str, dict]:
        """The size and checksum of each upload, by its name in the storage."""
        parts = self.manifest["parts"].items()
        return {name.removeprefix(UPLOADS): part for name, part in parts if name.startswith(UPLOADS)}


def write(file: BinaryIO, manifest: dict, database: Path, uploads: Iterable[tuple[str, int, BinaryIO]]) -> None:
    """Write the database, the uploads as (name, bytes, open file), and the manifest, to which their sums are added."""
    parts = {}
    with tarfile.open(fileobj=file, mode="w") as tar:
        with database.open("rb") as source:
            parts[database.name] = add(tar, database.name, database.stat().st_size, source)
        for name, size, source in uploads:
            parts[UPLOADS + name] = add(tar, UPLOADS + name, size, source)
        text = json.dumps(manifest | {"parts": parts}, indent=1, ensure_ascii=False).encode()
        add(tar, MANIFEST, len(text), BytesIO(text))


def add(tar: tarfile.TarFile, name: str, size: int, source: BinaryIO) -> dict:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    hashed = Hashed(source)
    tar.addfile(entry, hashed)
    return hashed.found


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup. Raises Refused where it is none, is damaged, or holds what no backup of ours does."""
    try:
        with tarfile.open(path, "r:") as tar:
            manifest = checked_manifest(tar)
            for name, part in manifest["parts"].items():
                check_part(tar, name, part)
            yield Archive(tar, manifest)
    except (tarfile.TarError, EOFError) as error:
        raise Refused(f"{path} is no backup, or is cut short: {error}.") from error


def checked_manifest(tar: tarfile.TarFile) -> dict:
    members = tar.getmembers()
    names = [member.name for member in members]
    if bad := [member.name for member in members if not member.isreg() or not is_ours(member.name)]:
        raise Refused(f"The backup holds what no backup does: {bad[0]!r}.")
    if len(names) != len(set(names)):
        raise Refused("The backup holds two files of one name.")
    if MANIFEST not in names:
        raise Refused("The backup has no manifest: it is cut short, or no backup of this site.")
    manifest = read_manifest(tar)
    if manifest["parts"].keys() != set(names) - {MANIFEST}:
        raise Refused("The backup holds other files than its manifest says.")
    if len(set(DATABASES) & set(names)) != 1:
        raise Refused("The backup does not hold one database.")
    return manifest


def read_manifest(tar: tarfile.TarFile) -> dict:
    if tar.getmember(MANIFEST).size > LARGEST_MANIFEST:
        raise Refused("The backup's manifest is too large to be one.")
    try:
        manifest = json.load(tar.extractfile(MANIFEST))
        if manifest["format"] != FORMAT:
            raise Refused(f"The backup has the format {manifest['format']}, and this code reads {FORMAT}.")
        return {
            "database": str(manifest["database"]),
            "migrations": [(str(app), str(name)) for app, name in manifest["migrations"]],
            "rows": {str(label): int(count) for label, count in manifest["rows"].items()},
            "parts": {
                str(name): {"bytes": part["bytes"], "sha256": part["sha256"]}
                for name, part in manifest["parts"].items()
            },
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused("The backup's manifest cannot be read.") from error


def check_part(tar: tarfile.TarFile, name: str, part: dict) -> None:
    hashed = Hashed(tar.extractfile(name))
    while hashed.read(AT_ONCE):
        pass
    if hashed.found != part:
        raise Refused(f"{name} in the backup is damaged: it is not what was written.")


def is_ours(name: str) -> bool:
    """Whether a member may be called so: one of ours, or an upload that stays in its folder."""
    if name in (MANIFEST, *DATABASES):
        return True
    steps = name.split("/")
    return (
        name.startswith(UPLOADS)
        and len(steps) > 1
        and name.isprintable()
        and "\\" not in name
        and not {"", ".", ".."} & set(steps)
    )
