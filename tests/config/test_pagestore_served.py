"""The page store on the production server, with two workers: what they show after a change, and what survives."""

import datetime as dt
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

import pytest

from tests.served import wait_for

ROOT = Path(__file__).resolve().parents[2]
ROWS = """
from tests.factories import *
for slug in ("toes", "calves", "eyelids", "feet"):
    make_article(slug, title="Old words")
make_checklist()
"""
CHANGE = """
from articles.models import Article
from django.utils import timezone
import datetime as dt
draft = Article.objects.get(slug={slug!r}).start_draft(None)
draft.title, draft.change_note = "New words", "Better."
draft.save()
draft.publish(waiver="A test.", at={at})
"""
ELSEWHERE = """
from pathlib import Path
from django.conf import settings
settings.GENERATION_FILE = Path({file!r})
"""
BROWSER = {"Accept-Encoding": "gzip, br"}


class Site:
    """A running site: its address, its log, its database, and the means to change what is in it."""

    def __init__(self, folder: Path):
        self.folder, self.database, self.log = folder, folder / "site.sqlite3", folder / "server.log"
        keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
        self.env = keep | {"SECRET_KEY": "k" * 60, "SSL_REDIRECT": "false", "CACHE_URL": "locmemcache://"}
        self.env |= {"DATABASE_URL": f"sqlite:///{self.database}", "PYTHONWARNINGS": "ignore"}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        subprocess.run(command, cwd=ROOT, env=self.env, check=True, capture_output=True)

    def change(self, slug: str, at: dt.datetime | None = None) -> None:
        """Give the article new words, now or at a time, in a process that is no worker."""
        when = f"dt.datetime.fromtimestamp({at.timestamp()!r}, dt.UTC)" if at else None
        self.manage("shell", "-v0", "-c", CHANGE.format(slug=slug, at=when))

    def get(self, path: str, **headers) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.build_opener().open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("served"))
    site.manage("migrate")
    site.manage("shell", "-v0", "-c", ROWS)
    site.manage("collectstatic", "--no-input")
    with site.log.open("w") as output:
        command = [sys.executable, "manage.py", "serve", "--port", str(site.port), "--workers", "2"]
        server = subprocess.Popen(command, cwd=ROOT, env=site.env, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for(server, site.log)
            yield site
        finally:
            server.terminate()
            server.wait(20)


def words_of(page: str) -> str:
    return re.search(r"<title>(.*?) - Twitchwise</title>", page)[1]


def test_no_worker_shows_an_old_page_after_a_change(site):
    """Connections that stay open are spread over both workers; each has stored the page before the change."""
    connections = [HTTPConnection("127.0.0.1", site.port, timeout=20) for _ in range(20)]

    def read(connection) -> str:
        connection.request("GET", "/articles/toes/")
        return words_of(connection.getresponse().read().decode())

    try:
        assert {read(connection) for connection in connections * 2} == {"Old words"}
        site.change("toes")
        after = [read(connection) for connection in connections * 5]
    finally:
        for connection in connections:
            connection.close()
    assert after.count("Old words") == 0
    assert len(after) == 100


def test_a_change_on_another_machine_is_seen_within_a_second(site):
    """That machine has a file of its own, so only the row tells."""
    for _ in range(20):
        assert words_of(site.get("/articles/feet/")[1]) == "Old words"
    file = site.folder / "elsewhere"
    elsewhere = ELSEWHERE.format(file=str(file)) + CHANGE.format(slug="feet", at=None)
    site.manage("shell", "-v0", "-c", elsewhere)
    done = file.stat().st_mtime
    assert until(lambda: {words_of(site.get("/articles/feet/")[1]) for _ in range(10)} == {"New words"}) - done < 2


def test_a_scheduled_edition_appears_on_the_second(site):
    moment = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=6)
    site.change("calves", at=moment)
    assert words_of(site.get("/articles/calves/")[1]) == "Old words"
    deadline, seen = moment.timestamp() + 1, []
    while time.time() < deadline:
        asked_at = time.time()
        words = words_of(site.get("/articles/calves/")[1])
        seen.append((asked_at - moment.timestamp(), time.time() - moment.timestamp(), words))
    assert seen[0][1] < 0, "the schedule was made in time"
    assert {words for _, answered, words in seen if answered < 0} == {"Old words"}
    assert {words for asked, _, words in seen if asked >= 0} == {"New words"}


def test_two_hundred_clients_find_a_cold_store(site):
    """Each gets the page, and all the same; how often it is rendered is counted in test_pagestore.py."""
    site.change("eyelids")
    answers, barrier = [], threading.Barrier(200)

    def client():
        barrier.wait(20)
        answers.append(site.get("/articles/eyelids/"))

    threads = [threading.Thread(target=client) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 200
    assert {status for status, _ in answers} == {200}
    assert {words_of(page) for _, page in answers} == {"New words"}


def test_head_and_304_arrive_as_they_were_meant(site):
    connection = HTTPConnection("127.0.0.1", site.port, timeout=20)

    def ask(method="GET", **headers):
        connection.request(method, "/articles/toes/", headers=BROWSER | headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def agree() -> bool:
        """At first a page may still become smaller between two requests."""
        (_, page, body), (status, head, nothing) = ask(), ask("HEAD")
        unchanged = ask(**{"If-None-Match": page["ETag"]})
        return (
            page["Content-Encoding"] == "br"
            and head["Content-Length"] == page["Content-Length"] == str(len(body))
            and (status, head["ETag"], nothing) == (200, page["ETag"], b"")
            and (unchanged[0], unchanged[2]) == (304, b"")
        )

    try:
        until(agree)
    finally:
        connection.close()


def test_a_database_that_goes_away_takes_no_stored_page_along(site):
    """It is moved away under the running server, and put back."""
    pages = count(1)  # of which none has been stored
    for _ in range(4):
        assert site.get("/articles/toes/")[0] == 200
    moved = site.folder / "moved"
    moved.mkdir()
    files = [file for file in site.folder.glob("site.sqlite3*") if file.is_file()]
    for file in files:
        file.rename(moved / file.name)
    try:
        until(lambda: "does not answer" in site.log.read_text())
        until(lambda: {site.get(f"/sources/?page={next(pages)}")[0] for _ in range(10)} == {503})
        assert {site.get("/articles/toes/")[0] for _ in range(20)} == {200}
        status, page = site.get("/check/twitching/")
        assert status == 503
        assert "tel:999" in page
        warnings = site.log.read_text().count("The database does not answer")
        assert warnings in (1, 2), "one a minute for all workers, and a minute may end here"
        assert "Traceback" not in site.log.read_text()
    finally:
        for file in files:
            (moved / file.name).rename(file)
    until(lambda: {site.get(f"/sources/?page={next(pages)}")[0] for _ in range(10)} == {200})


def until(holds, seconds=15) -> float:
    """When it holds at last."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
    return time.time()
