"""A whole journey on the production server: what a reader answers is in no log line and in no row."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = {"too-much-magnesium": "feel-well", "weakness": "over-weeks", "where": "eyelid", "medicines": "lithium"}


@pytest.fixture
def site(tmp_path):
    """The server on a free port of this machine, with the seeded content; gives its address, log and database."""
    database = tmp_path / "site.sqlite3"
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    env = keep | {"SECRET_KEY": "k" * 60, "SSL_REDIRECT": "false", "DATABASE_URL": f"sqlite:///{database}"}
    for command in ("migrate", "seed", "collectstatic"):
        more = ["--no-input"] if command == "collectstatic" else []
        subprocess.run(
            [sys.executable, "manage.py", command, *more], cwd=ROOT, env=env, check=True, capture_output=True
        )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "server.log"
    with log.open("w") as output:
        command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
        server = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_for(server, log)
            yield f"http://127.0.0.1:{port}", log, database
        finally:
            server.terminate()
            server.wait(20)


def wait_for(server, log):
    """Until the worker says that it has started; the log is what tells, so that nothing has to sleep."""
    with log.open() as said:
        while server.poll() is None:
            if "Started worker" in said.read():
                return
    raise AssertionError(log.read_text())


def dump(database) -> list[str]:
    with sqlite3.connect(database) as connection:
        return list(connection.iterdump())


def test_a_journey_leaves_nothing_behind(site):
    address, log, database = site
    before = dump(database)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = opener.open(f"{address}/check/twitching/1/")
    seen = []
    for _ in range(60):
        text = page.read().decode()
        seen.append(page.url)
        if 'name="question"' not in text:
            break
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', text))
        offered = re.findall(r'name="option"[^>]*? value="([\w-]+)"', text)
        usual = next((slug for slug in ("none", "no") if slug in offered), offered[0])
        answer = hidden | {"option": ANSWERS.get(hidden["question"], usual)}
        page = opener.open(page.url, urllib.parse.urlencode(answer).encode())
    assert seen[-1].endswith("/result/")
    assert "Urgent advice:" in text
    opener.open(f"{address}/check/twitching/summary/")
    with pytest.raises(urllib.error.HTTPError):
        opener.open(f"{address}/check/twitching/nothing/")
    assert dump(database) == before
    said = log.read_text()
    assert "/check/twitching/summary/" in said, "the log is the one that the server writes"
    for answer in ANSWERS.values():
        assert answer not in said
        assert not any(answer in url for url in seen)
