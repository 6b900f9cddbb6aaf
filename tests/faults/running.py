"""The production server in processes of their own, to be broken, and readers who note what they get meanwhile."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.served import ROOT, environment, wait_for

PASSWORD = "a long pass phrase"
EDITOR = "from tests.factories import *; make_editor(); make_reviewer()"
INTEGRITY = """
from django.db import connection
print(connection.cursor().execute("PRAGMA integrity_check").fetchone()[0])
"""
DRAFT = """
from articles.models import Article
print(Article.objects.get(slug="eyelid-twitching").start_draft(None).pk)
"""
ARTICLE = "/articles/eyelid-twitching/"


class Running:
    """One site: its folder, its environment, its server."""

    def __init__(self, folder: Path, seeds: Path | None = None, **env: str):
        self.folder, self.database, self.log = folder, folder / "site.sqlite3", folder / "server.log"
        if seeds:
            shutil.copyfile(seeds, self.database)
        self.env = environment(self.database) | {"ADMIN_REQUIRES_2FA": "false", "PYTHONWARNINGS": "ignore"} | env
        self.port = free_port()
        self.server: subprocess.Popen | None = None

    def manage(self, *arguments: str, **env: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env | env, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code)

    def draft(self) -> str:
        """The address of a new draft in the admin."""
        return f"/admin/articles/articleedition/{self.shell(DRAFT).split()[-1]}/change/"

    def integrity(self) -> str:
        """What SQLite thinks of the file: "ok" where it is whole. Django asks: the tables check with its functions."""
        return self.shell(INTEGRITY).strip()

    def start(self, workers: int = 2) -> "Running":
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port), "--workers", str(workers)]
        with self.log.open("w") as output:
            self.server = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=output, stderr=subprocess.STDOUT)
        wait_for(self.server, self.log)
        until(lambda: self.log.read_text().count("Started worker") == workers)
        return self

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.terminate()
            try:
                self.server.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End the server and its workers as a power cut would."""
        pids = [self.server.pid, *self.workers()]
        for pid in pids:
            kill(pid)
        self.server.wait(10)

    def workers(self) -> list[int]:
        return children(self.server.pid)

    def get(self, path: str, timeout: float = 10) -> tuple[int, str]:
        """Status and text; the status is 0 where there was no whole answer."""
        return ask(self.port, "GET", path, timeout=timeout)[:2]

    def is_good(self, path: str = ARTICLE) -> bool:
        return self.get(path, timeout=2)[0] == 200


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def ask(port: int, method: str, path: str, body: str | None = None, timeout: float = 10, **headers: str):
    """(status, text, headers) on a connection of its own; status 0 where it failed, and why."""
    connection = HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, path, body, headers | {"Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    except (OSError, HTTPException) as error:
        return 0, repr(error), {}
    finally:
        connection.close()


@dataclass
class Desk:
    """Somebody who is signed in to the admin of a running site, as a browser would be."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, data: dict | None = None, timeout: float = 20):
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        body = None
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode(data | {"csrfmiddlewaretoken": self.cookies["csrftoken"]}, doseq=True)
        status, text, given = ask(self.port, method, path, body, timeout, **headers)
        for cookie in given.get_all("Set-Cookie") or () if given else ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return status, text, given

    def sign_in(self, name: str = "edith") -> "Desk":
        self.send("GET", "/admin/login/")
        status, *_ = self.send("POST", "/admin/login/", {"username": name, "password": PASSWORD, "next": "/admin/"})
        assert status == 302
        return self

    def fields(self, path: str) -> dict[str, list[str]]:
        """The form at `path` as a browser would send it back unchanged."""
        status, page, _ = self.send("GET", path)
        assert status == 200, page
        return Form(page).fields


class Form(HTMLParser):
    """What a browser would send of a page: its fields, none of its buttons."""

    def __init__(self, page: str):
        super().__init__()
        self.fields: dict[str, list[str]] = {}
        self.inside = ""  # the name of the list of choices, or of the text, that is being read
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        name, kind, value = given.get("name") or "", given.get("type", "text"), given.get("value") or ""
        if tag == "input" and name and kind in ("text", "hidden", "number", "url", "email", "date"):
            self.fields.setdefault(name, []).append(value)
        elif tag == "input" and name and "checked" in given:
            self.fields.setdefault(name, []).append(value or "on")
        elif tag == "select":
            self.inside = name
        elif tag == "textarea" and name:
            self.inside = name
            self.fields.setdefault(name, []).append("")
        elif tag == "option" and self.inside and "selected" in given:
            self.fields.setdefault(self.inside, []).append(value)

    def handle_data(self, data):
        if self.inside and self.lasttag == "textarea":
            self.fields[self.inside][-1] += data.removeprefix("\n")

    def handle_endtag(self, tag):
        if tag in ("textarea", "select"):
            self.inside = ""


@dataclass
class Note:
    """One request of a reader: when it was sent and answered (seconds of the clock), and with what."""

    sent: float
    answered: float
    status: int
    why: str = ""

    @property
    def seconds(self) -> float:
        return self.answered - self.sent


class Readers:
    """Threads that read pages over and over until they are told to stop; a context manager."""

    def __init__(self, port: int, paths=(ARTICLE,), count: int = 8, timeout: float = 10, pause: float = 0):
        self.port, self.paths, self.timeout, self.pause = port, paths, timeout, pause
        self.notes: list[Note] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.read, args=(number,)) for number in range(count)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.over.set()
        for thread in self.threads:
            thread.join(self.timeout + 5)

    def read(self, number: int) -> None:
        while not self.over.is_set():
            path = self.paths[number % len(self.paths)]
            number += 1
            sent = time.monotonic()
            status, text, _ = ask(self.port, "GET", path, timeout=self.timeout)
            self.notes.append(Note(sent, time.monotonic(), status, path + text[:300] if status != 200 else ""))
            self.over.wait(self.pause)

    def wait_for(self, more: int, seconds: float = 20) -> None:
        """Until so many more requests have been answered."""
        wanted = len(self.notes) + more
        until(lambda: len(self.notes) >= wanted, seconds)

    @property
    def failed(self) -> list[Note]:
        return [note for note in self.notes if note.status != 200]


def p99(notes: list[Note]) -> float:
    times = sorted(note.seconds for note in notes)
    return times[min(len(times) - 1, int(len(times) * 0.99))]


def until(holds: Callable[[], object], seconds: float = 20, every: float = 0.005) -> float:
    """Seconds until it holds; an AssertionError after `seconds`."""
    began = time.monotonic()
    pause = threading.Event()
    while not holds():
        assert time.monotonic() - began < seconds, f"not within {seconds} s"
        pause.wait(every)
    return time.monotonic() - began


def told(what: str) -> str:
    """What was measured, for the output of -s and for the message of an assertion."""
    print(f"\n{what}")
    return what
