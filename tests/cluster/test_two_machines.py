"""Two machines behind the nginx configuration that is shipped, on one PostgreSQL and one Redis."""

import os
import re
import shutil
import threading
import time
from collections import Counter
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException

import pytest

from tests.cluster.running import cluster, database, wait_until

DATABASE, CACHE = os.environ.get("DATABASE_URL", ""), os.environ.get("CACHE_URL", "")
if not (DATABASE.startswith("postgres") and CACHE.startswith("redis")):
    pytest.skip("DATABASE_URL and CACHE_URL name no PostgreSQL and Redis", allow_module_level=True)
if not shutil.which("nginx") and not os.environ.get("CI"):
    pytest.skip("there is no nginx", allow_module_level=True)

ROWS = 'from tests.factories import *; [make_article(slug, title="Old words") for slug in ("toes", "calves")]'
CHANGE = """
import time
from articles.models import Article
draft = Article.objects.get(slug="toes").start_draft(None)
draft.title, draft.change_note = {title!r}, "Better."
draft.save()
draft.publish(waiver="A test.")
print(time.time())
"""
UPLOAD = """
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
print(default_storage.url(default_storage.save("figures/seen.png", ContentFile(b"a picture"))))
"""
READERS = 4
WITHIN = 1.0  # seconds
LATE = 0.5  # seconds that a busy machine may take to find out and to render


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    with (
        database(DATABASE, f"cluster_{os.getpid()}") as url,
        cluster(folder, url, CACHE, None, ["shell", "-v0", "-c", ROWS]) as found,
    ):
        yield found


def get(port: int, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
    """Status, text and headers; the status is 0 where there was no answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("latin-1"), answer.headers
    except (OSError, HTTPException):
        return 0, "", {}
    finally:
        connection.close()


def title(port: int) -> str:
    found = re.search(r"<title>(.*?) - Twitchwise</title>", get(port, "/articles/toes/")[1])
    return found[1] if found else ""


def test_what_is_published_on_one_is_fresh_on_the_other_within_a_second(running):
    """The other one's readers ask all the while, so that its workers have the old page in memory."""
    first, second = running.machines
    new, seen, stop = f"New words {time.time()}", {}, threading.Event()

    def read(port):
        while not stop.is_set():
            now = time.time()
            seen[port, title(port)] = now  # of each text, the last time that it was asked for

    readers = [threading.Thread(target=read, args=(second.port,)) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    before = title(first.port)
    published = float(first.shell(CHANGE.format(title=new)))
    assert title(first.port) == new, "the machine itself shows it at the next request"
    wait_until(lambda: time.time() > published + WITHIN + LATE + 0.5)
    stop.set()
    for reader in readers:
        reader.join()
    assert seen[second.port, new]
    stale = seen[second.port, before] - published
    print(f"The other machine showed the old words for {stale:.2f} s.")
    assert stale < WITHIN + LATE


def test_readers_go_on_while_a_machine_is_killed_and_comes_back(running):
    _, second = running.machines
    statuses, stop = Counter(), threading.Event()

    def read():
        while not stop.is_set():
            statuses[get(running.port, "/articles/calves/")[0]] += 1

    readers = [threading.Thread(target=read) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    try:
        wait_until(lambda: statuses[200] > 200)
        second.kill()
        wait_until(lambda: get(second.port, "/healthz")[0] == 0)
        so_far = statuses[200]
        wait_until(lambda: statuses[200] > so_far + 500)
    finally:
        second.start()
        stop.set()
        for reader in readers:
            reader.join()
    print(f"Answers: {dict(statuses)}.")
    assert set(statuses) == {200}
    assert get(second.port, "/articles/calves/")[0] == 200


def test_static_files_are_the_same_on_both(running):
    page = get(running.port, "/articles/toes/")[1]
    (path,) = re.findall(r'href="(/static/css/site\.[0-9a-f]+\.css)"', page)
    everywhere = [get(port, path)[:2] for port in (running.port, *(each.port for each in running.machines))]
    assert everywhere[0][0] == 200
    assert everywhere[0] == everywhere[1] == everywhere[2]


def test_an_upload_on_one_is_found_by_both(running):
    path = running.machines[1].shell(UPLOAD)
    for port in (running.port, *(machine.port for machine in running.machines)):
        assert get(port, path)[:2] == (200, "a picture")


def test_both_machines_are_asked_and_a_repeated_visit_is_304(running):
    """A page that no store keeps leaves a line in the log of the machine that made it."""
    for number in range(20):
        assert get(running.port, f"/search/?q=calf+{number}")[0] == 200
    assert all('"path": "/search/"' in machine.log.read_text() for machine in running.machines)
    headers = get(running.port, "/articles/calves/", **{"Accept-Encoding": "br"})[2]
    again = {"Accept-Encoding": "br", "If-None-Match": headers["ETag"]}
    assert {get(running.port, "/articles/calves/", **again)[0] for _ in range(6)} == {304}


def test_more_readers_than_connections_of_the_pool_wait_for_their_turn(running):
    """40 at once on one machine whose two workers have at most 20 connections each, for pages that no store keeps."""
    statuses = Counter()

    def ask(number):
        for turn in range(3):
            statuses[get(running.machines[0].port, f"/search/?q=calf+{number}+{turn}")[0]] += 1

    readers = [threading.Thread(target=ask, args=(number,)) for number in range(60)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert statuses == {200: 180}
