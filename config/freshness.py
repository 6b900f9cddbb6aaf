"""What a worker knows of the present: the stamp of everything public, and whether the database answers.

A thread reads the stamp every second, on a connection of its own, so that no request needs a query for it. A request
only looks whether the file that grows with each change has grown, or a scheduled moment has come; then it waits for one
reading.
"""

import ctypes
import datetime as dt
import hashlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import django
from django.conf import settings
from django.core.signals import request_started
from django.db import Error, connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from articles import generation

EVERY = 1.0  # seconds between readings
PATIENCE = 2.0  # seconds that a request waits for one
SILENCE = 3.0  # seconds that one may be late
FOR_EVER = float("inf")
SHOWN_SETTINGS = ("ALLOWED_HOSTS", "CONTACT_EMAIL", "EMERGENCY_COUNTRY", "TIME_ZONE", "STATIC_URL", "SSL_REDIRECT")
# Asks how large an open file is without letting go of the interpreter: to get it back takes many times as long.
seek = ctypes.PyDLL(None).lseek
seek.argtypes, seek.restype = (ctypes.c_int, ctypes.c_long, ctypes.c_int), ctypes.c_long
MADE_OF = ("config", "articles", "supplements", "triage", "templates", "static")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Known:
    """What was read. `seen` is how the file looked before; `until` is when the next scheduled edition comes out."""

    mark: str
    seen: tuple[int, int]
    until: float = FOR_EVER


class Watch:
    """Keeps what is known up to date. `is_down` says that the database did not answer the last time it was asked."""

    def __init__(self, folder: Path, file: Path, every: float = EVERY):
        self.file, self.every = file, every
        self.code = fingerprint()
        self.note = folder / f"stamp-{self.code}"
        self.last: Known | None = None
        self.opened: int | None = None  # the file
        self.is_down = False
        self.asked = self.answered = 0
        self.heard = 0.0  # when the database answered last, by the clock that only goes forward
        self.turn = threading.Condition()
        self.thread: threading.Thread | None = None

    def known(self) -> Known | None:
        """What holds now, or None where nobody can say. No query; after a change it waits for one reading."""
        last = self.last
        if last and last.seen[0] == self.size() and time.time() < last.until and self.is_heard():
            return last
        return self.after_reading()

    def is_heard(self) -> bool:
        """Whether the database has answered lately: one that hangs says nothing at all, not even that it is gone."""
        return time.monotonic() - self.heard < self.every + SILENCE

    def size(self) -> int:
        """How large the file is now. That it was removed is found out at the next reading."""
        return look(self.file)[0] if self.opened is None else seek(self.opened, 0, os.SEEK_END)

    def open(self) -> None:
        """Keep the file open, or the one that has taken its place; before the first change there may be none.

        Only the thread that reads does so.
        """
        before = self.opened
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            now = os.open(self.file, os.O_RDONLY | os.O_CREAT, 0o644)
        except OSError:
            now = None
        if None not in (before, now) and os.path.sameopenfile(before, now):
            os.close(now)
            return
        self.opened = now
        if before is not None:
            os.close(before)

    def after_reading(self) -> Known | None:
        with self.turn:
            self.start()
            if not self.is_down:  # else there is no sense in waiting: the thread goes on trying
                self.asked += 1
                mine = self.asked
                self.turn.notify_all()
                if not self.turn.wait_for(lambda: self.answered >= mine, PATIENCE):
                    self.is_down = True  # until it is heard of again
        last = self.last
        # Without an answer, what was known holds on for as long as nothing has changed since.
        if last and (not self.is_down or (last.seen == look(self.file) and time.time() < last.until)):
            return last
        return None

    def start(self) -> None:
        """Start the thread, once: when the first request comes, for a server may copy the process before."""
        if self.thread is None or not self.thread.is_alive():
            self.thread = threading.Thread(target=self.keep_reading, name="freshness", daemon=True)
            self.thread.start()

    def keep_reading(self) -> None:
        while True:
            with self.turn:
                self.turn.wait_for(lambda: self.asked > self.answered, self.every)
                asked = self.asked
            self.open()
            leave_what_is_gone()
            self.read()
            connection.close_if_unusable_or_obsolete()
            with self.turn:
                self.answered = asked
                self.turn.notify_all()

    def read(self) -> None:
        """Read the stamp; where it is another or the moment has come, the next moment too."""
        seen, last = look(self.file), self.last
        try:
            mark = generation.stamp()
            until = last.until if last and self.mark_of(mark) == last.mark else None
            if until is None or until <= time.time():
                moment = generation.next_moment()
                until = moment.timestamp() if moment else FOR_EVER
            self.take(Known(self.mark_of(mark), seen, until) if mark else None)
            self.heard = time.monotonic()
            self.is_down = False
        except Error as error:
            if not self.is_down:
                forget_connections()
            self.is_down = True
            self.last = last or self.noted()
            complain_of_what_is_gone(error)
        except Exception:  # whatever it is, the thread must live
            logger.exception("The stamp could not be read.")
            self.is_down = True

    def mark_of(self, stamp: str) -> str:
        return f"{stamp}-{self.code}"

    def take(self, known: Known | None) -> None:
        if known and known != self.last:
            keep(self.note, json.dumps([known.mark, known.seen, known.until]).encode())
        self.last = known

    def noted(self) -> Known | None:
        """What a worker of this machine knew last, for one that starts while the database is away."""
        try:
            mark, seen, until = json.loads(self.note.read_bytes())
            return Known(str(mark), tuple(seen), float(until))
        except (OSError, ValueError, TypeError):
            return None


def forget_connections() -> None:
    """Those that wait in the pool are as dead as the one that failed: each would fail somebody once it is back."""
    if connection.vendor == "postgresql" and connection.pool:
        connection.pool.drain()


def look(file: Path | str) -> tuple[int, int]:
    """Size and time of change of a file; of one that is not there, nothing."""
    try:
        found = os.stat(file)
    except OSError:
        return (0, 0)
    return found.st_size, found.st_mtime_ns


def which(file: Path) -> tuple[int, int] | None:
    """Which file stands there, whatever is in it. While one is open, no other can be taken for it."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def note_file(connection, **kwargs) -> None:
    if settings.DATABASE_FILE:
        connection.opened_file = which(settings.DATABASE_FILE)


def leave_what_is_gone(**kwargs) -> None:
    """Close a connection to a file that was removed or replaced: what is saved in it would be lost, and nobody told.

    The next query opens what is there now, or fails.
    """
    if settings.DATABASE_FILE and connection.connection is not None:
        opened = getattr(connection, "opened_file", None)
        if opened is None or opened != which(settings.DATABASE_FILE):
            connection.close()


connection_created.connect(note_file, dispatch_uid="config.freshness")
request_started.connect(leave_what_is_gone, dispatch_uid="config.freshness")


class Today:
    """The day in the site's time zone, which changes the pages that say that a check is overdue."""

    def __init__(self):
        self.held = (0, 0.0, 0.0)  # the day, when it began, when it ends: as one, for many threads ask at once

    def at(self, now: float) -> int:
        day, began, ends = self.held
        if not began <= now < ends:
            zone = timezone.get_default_timezone()
            date = dt.datetime.fromtimestamp(now, zone).date()
            midnights = [dt.datetime.combine(date + dt.timedelta(days=days), dt.time(), zone) for days in (0, 1)]
            day = date.toordinal()
            self.held = (day, *(midnight.timestamp() for midnight in midnights))
        return day


def fingerprint() -> str:
    """What every page depends on beside the rows: code, templates, static files, settings, and which database it is."""
    digest = hashlib.sha256(django.__version__.encode())
    for place, folders, files in chain.from_iterable(os.walk(settings.BASE_DIR / name) for name in MADE_OF):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        digest.update(os.path.relpath(place, settings.BASE_DIR).encode())
        for name in sorted(files):
            size, changed = look(os.path.join(place, name))
            digest.update(f"{name} {size} {changed}".encode())
    digest.update(str(look(Path(settings.STATIC_ROOT) / "staticfiles.json")).encode())
    digest.update(repr([getattr(settings, name) for name in SHOWN_SETTINGS]).encode())
    database = settings.DATABASES["default"]
    digest.update(repr([database.get(name) for name in ("ENGINE", "HOST", "PORT", "NAME")]).encode())
    return digest.hexdigest()[:16]


def keep(file: Path, content: bytes) -> bool:
    """Write a file whole or not at all. A full disk must not matter: False, and a word in the log."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True) if unfinished.parent.is_dir() else None
        complain("A page cannot be stored on disk (%s). It is kept in memory.", error)
        return False
    return True


told: dict[str, int] = {}  # of each message, the minute in which it was told


def complain(message: str, *values, now: Callable[[], float] = time.time) -> None:
    """Warn in the log, in each minute once: once for all workers of this machine, if there is room to agree on it."""
    minute = int(now() // 60)
    if told.get(message) == minute:
        return
    told[message] = minute
    site = settings.DATABASES["default"]["NAME"]  # several may run from one folder
    name = hashlib.sha256(f"{site} {message}".encode()).hexdigest()[:8]
    folder = Path(settings.PAGES_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(folder / f"told-{name}-{minute}", os.O_CREAT | os.O_EXCL))
        for old in folder.glob(f"told-{name}-*"):
            if old.name != f"told-{name}-{minute}":
                old.unlink(missing_ok=True)
    except FileExistsError:
        return
    except OSError:
        pass  # then each worker says it
    logger.warning(message, *values)


def complain_of_what_is_gone(error: Exception) -> None:
    says = str(error).partition("\n")[0]
    if isinstance(error, Error):
        complain("The database does not answer (%s). Stored pages are served, the others are 503.", says)
    else:
        complain("The cache does not answer (%s). Pages that need it are 503.", says)
