"""Where stored pages are: in the memory of a worker, and behind that one file for each, which all workers share."""

import hashlib
import json
import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.freshness import complain, keep
from config.pagekeys import Key

OVERHEAD = 2_000  # bytes that a page takes in memory beside its bodies: headers, key, places in dictionaries
SHARE_OF_MADE_UP = 4  # one part in so many is for keys that a stranger has a choice in
FULL = 0.9  # a folder that is cleared is left this full
TOLD = ("mark", "until", "day", "status", "headers", "etag", "is_small")  # of a page, beside its bodies
LOOKED_AFTER_EVERY = 200  # files written
MOST_FILES = 50_000


@dataclass
class Page:
    """One answer, for as long as the stamp is `mark`, until a moment, and on one day.

    `bodies` holds it as it is sent, by coding; without a compressed one, as "identity".
    """

    mark: str
    until: float
    day: int
    status: str
    headers: list[tuple[str, str]]
    etag: str
    bodies: dict[str, bytes]
    is_made_up: bool = False
    is_small: bool = False  # as small as it gets, or too small to be compressed
    ready: dict = field(default_factory=dict, compare=False, repr=False)  # what is sent, by coding

    @property
    def size(self) -> int:
        return OVERHEAD + sum(map(len, self.bodies.values()))

    def holds(self, mark: str, now: float) -> bool:
        """Whether nothing has changed since; whether the day has, is another question."""
        return self.mark == mark and now < self.until


class Memory:
    """The pages that were asked for last, in two rooms of so many bytes."""

    def __init__(self, size: int):
        made_up = size // SHARE_OF_MADE_UP
        self.sizes = {False: size - made_up, True: made_up}
        self.rooms: dict[bool, OrderedDict[Key, Page]] = {False: OrderedDict(), True: OrderedDict()}
        self.filled = {False: 0, True: 0}
        self.lock = threading.Lock()

    def get(self, key: Key) -> Page | None:
        with self.lock:
            for room in self.rooms.values():
                page = room.get(key)
                if page is not None:
                    room.move_to_end(key)
                    return page
        return None

    def put(self, key: Key, page: Page) -> None:
        where = page.is_made_up
        if page.size > self.sizes[where] // 2:
            return
        with self.lock:
            room = self.rooms[where]
            if old := room.pop(key, None):
                self.filled[where] -= old.size
            room[key] = page
            self.filled[where] += page.size
            while self.filled[where] > self.sizes[where]:
                _, oldest = room.popitem(last=False)
                self.filled[where] -= oldest.size


class Files:
    """One file a page, named by its key: a line that describes it, then the bodies. There is no index to go wrong."""

    def __init__(self, folder: Path, size: int):
        self.folder, self.size = folder, size
        self.written = 0
        self.clearing = threading.Lock()

    def path(self, key: Key, is_made_up: bool) -> Path:
        name = hashlib.sha256(repr(tuple(key)).encode()).hexdigest()[:40]
        return self.room(is_made_up) / name[:2] / name

    def room(self, is_made_up: bool) -> Path:
        return self.folder / ("made-up" if is_made_up else "linked")

    def get(self, key: Key, is_made_up: bool) -> Page | None:
        """The page, or None where there is none, or where the file is not what was written."""
        try:
            line, _, rest = self.path(key, is_made_up).read_bytes().partition(b"\n")
            told = json.loads(line)
            if told.pop("key") != list(key) or told.pop("sum") != zlib.crc32(rest):
                return None
            bodies = dict(cut(rest, told.pop("lengths")))
            headers = [(name, value) for name, value in told.pop("headers")]
            return Page(**told, headers=headers, bodies=bodies, is_made_up=is_made_up)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put(self, key: Key, page: Page) -> None:
        rest = b"".join(page.bodies.values())
        lengths = [(name, len(body)) for name, body in page.bodies.items()]
        told = {"key": key, "sum": zlib.crc32(rest), "lengths": lengths}
        told |= {name: getattr(page, name) for name in TOLD}
        if keep(self.path(key, page.is_made_up), json.dumps(told).encode() + b"\n" + rest):
            self.written += 1
            if self.written % LOOKED_AFTER_EVERY == 1:
                threading.Thread(target=self.clear, daemon=True).start()

    def clear(self) -> None:
        """Delete what was written first where a room is too full; whatever cannot be deleted is let be."""
        if not self.clearing.acquire(blocking=False):
            return
        try:
            for is_made_up in (False, True):
                part = 1 / SHARE_OF_MADE_UP if is_made_up else 1 - 1 / SHARE_OF_MADE_UP
                clear_room(self.room(is_made_up), self.size * part, MOST_FILES * part)
        except OSError as error:
            complain("Stored pages cannot be cleared away (%s).", error)
        finally:
            self.clearing.release()


def cut(rest: bytes, lengths: list) -> Iterator[tuple[str, bytes]]:
    """The bodies by coding; raises ValueError where there is too little or too much."""
    start = 0
    for name, length in lengths:
        yield name, rest[start : start + length]
        start += length
    if start != len(rest):
        raise ValueError(f"{len(rest)} bytes, not {start}")


def clear_room(folder: Path, size: float, most: float) -> None:
    files = sorted(files_in(folder))
    filled, count = sum(length for _, length, _ in files), len(files)
    if filled <= size and count <= most:
        return
    for _, length, path in files:
        if filled <= size * FULL and count <= most * FULL:
            break
        Path(path).unlink(missing_ok=True)
        filled, count = filled - length, count - 1


def files_in(folder: Path) -> Iterator[tuple[float, int, str]]:
    """(time of writing, bytes, path) of each file below the folder."""
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            try:
                found = os.stat(path)
            except FileNotFoundError:
                continue
            yield found.st_mtime, found.st_size, path
