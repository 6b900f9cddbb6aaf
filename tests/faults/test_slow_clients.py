"""Clients that are slow, or say nothing, on purpose: they take a connection each, and nothing from anybody else."""

import resource
import socket
import threading
from contextlib import contextmanager

import pytest

from tests.faults.running import ARTICLE, Note, Readers, Running, p99, told, until

PATHS = (ARTICLE, "/", "/supplements/", "/check/twitching/1/")  # the last is made anew each time
READS = 400
NOISE = 0.010  # seconds: a quiet p99 below this is the clock's doing
REQUEST = b"GET /articles/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = (
    b"POST /check/twitching/1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nquestion="
)


@pytest.fixture
def site(seeded_database, tmp_path):
    """A server that may have as many connections as the machine lets it."""
    soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    site = Running(tmp_path, seeded_database)
    try:
        yield site.start()
    finally:
        site.stop()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, most))


class Slow:
    """So many connections, each of which sends `first` and then a byte of `more` at a time."""

    def __init__(self, port: int, count: int, first: bytes, more: bytes):
        self.port, self.count, self.first, self.more = port, count, first, more
        self.sockets: list[socket.socket] = []
        self.closed = 0  # by the server

    def open(self) -> None:
        while len(self.sockets) < self.count:
            self.sockets.append(self.connect())

    def close(self) -> None:
        for open_one in self.sockets:
            open_one.close()

    def connect(self) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        made.sendall(self.first)
        made.setblocking(False)
        return made

    def send(self) -> None:
        """A byte on each; whoever was thrown out comes back, as such clients do."""
        for place, open_one in enumerate(self.sockets):
            try:
                if self.more:
                    open_one.send(self.more)
                if open_one.recv(1_000) == b"":
                    raise ConnectionResetError
            except BlockingIOError:
                continue
            except OSError:
                self.closed += 1
                open_one.close()
                self.sockets[place] = self.connect()


@contextmanager
def slowly(*arguments):
    slow, over, errors = Slow(*arguments), threading.Event(), []

    def go_on() -> None:
        while not over.wait(0.5):
            try:
                slow.send()
            except OSError as error:  # not even a connection is to be had
                errors.append(error)
                return

    thread = threading.Thread(target=go_on)
    try:
        slow.open()
        thread.start()
        yield slow
    finally:
        over.set()
        if thread.ident:
            thread.join(30)
        slow.close()
    assert not errors, errors


def read(site: Running, seconds: float = 0, reads: int = READS) -> list[Note]:
    """What readers get, one after the other on each of two threads; at least for so many seconds."""
    with Readers(site.port, PATHS, count=2, timeout=20, pause=0.005) as readers:
        readers.wait_for(reads, 60)
        until(lambda: readers.notes[-1].answered - readers.notes[0].sent >= seconds, 60)
    return readers.notes


def compare(name: str, site: Running, seconds: float, *arguments) -> None:
    read(site, reads=100)  # so that both workers have loaded what they need
    quiet = read(site)
    with slowly(site.port, *arguments) as slow:
        notes = read(site, seconds)
        open_now = len(slow.sockets)
        failed = [note for note in notes if note.status != 200]
        ratio = p99(notes) / max(p99(quiet), NOISE)
        said = told(
            f"{name}: {len(notes)} normal requests, {len(failed)} failed; p99 {p99(notes) * 1000:.0f} ms, quiet "
            f"{p99(quiet) * 1000:.0f} ms, ratio {ratio:.1f}; {open_now} slow ones, thrown out {slow.closed} times"
        )
    assert not [note for note in quiet if note.status != 200]
    assert not failed, said
    assert ratio < 10, said


def test_forty_slow_bodies(site):
    compare("40 slow bodies", site, 6, 40, POST, b"a")


@pytest.mark.heavy
def test_two_thousand_slow_headers(site):
    """For longer than the server waits for headers, so that it throws them out and they come back."""
    compare("2,000 slow headers", site, 12, 2_000, REQUEST, b"X")


@pytest.mark.heavy
def test_ten_thousand_idle_connections(site):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    assert most > 11_000, f"this machine allows {most} open files"
    compare("10,000 idle connections", site, 6, 10_000, b"", b"")
