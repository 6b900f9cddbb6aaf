"""Workers, or the whole server, end without a word: who is being answered loses that answer, and nobody else."""

import os
import sqlite3
import threading
import time
from contextlib import suppress

from tests.faults.running import ARTICLE, EDITOR, Desk, Readers, Running, kill, told, until

READERS = 8
KILLS = 5


def test_one_worker_is_killed_under_load(site):
    """Only what it was answering fails, or had in its queue, within 100 ms; and another takes its place."""
    with Readers(site.port, count=READERS) as readers:
        readers.wait_for(200)
        before = set(site.workers())
        at = time.monotonic()
        kill(min(before))
        readers.wait_for(400)
        until(lambda: len(set(site.workers()) - before) == 1)
        readers.wait_for(200)
    last = max((note.answered - at for note in readers.failed), default=0)
    said = told(
        f"{len(readers.failed)} of {len(readers.notes)} requests failed, the last {last * 1000:.0f} ms after; "
        f"{ {note.why or note.status for note in readers.failed} }"
    )
    # Until its memory is given back its queue takes connections, so that a reader may lose a second request there.
    assert len(readers.failed) <= 2 * READERS, said
    assert last < 0.1, said


def test_each_worker_has_a_processor_where_there_is_one_for_each_and_so_has_the_next(site):
    processors = sorted(os.sched_getaffinity(0))
    expected = [[each] for each in processors] if len(processors) == 2 else [processors, processors]

    def are_placed() -> bool:
        with suppress(ProcessLookupError):  # ended between the two questions
            return sorted(sorted(os.sched_getaffinity(pid)) for pid in site.workers()) == expected
        return False

    until(are_placed)
    kill(site.workers()[0])
    until(lambda: len(site.workers()) == 2 and are_placed())


def test_all_workers_are_killed(site):
    with Readers(site.port, count=READERS, timeout=5) as readers:
        readers.wait_for(100)
        at = time.monotonic()
        for pid in site.workers():
            kill(pid)
        until(lambda: any(note.sent > at and note.status == 200 for note in list(readers.notes)))
        readers.wait_for(200)
        until(lambda: len(site.workers()) == 2)
    good = min(note.answered for note in readers.notes if note.sent > at and note.status == 200) - at
    last = max((note.answered - at for note in readers.failed), default=0)
    said = told(f"good again after {good:.2f} s; {len(readers.failed)} failed, the last after {last:.2f} s")
    assert good < 2, said
    assert last < 2, said


def test_the_server_is_killed_and_no_worker_goes_on_without_it(site):
    """They would share the port with the next server, and go on serving what was there before."""
    workers = site.workers()
    kill(site.server.pid)
    site.server.wait(10)
    try:
        ended = until(lambda: "ConnectionRefused" in site.get(ARTICLE)[1], seconds=5)
    finally:
        for pid in workers:
            kill(pid)
    told(f"nobody had the port any more after {ended:.2f} s")
    site.start()
    assert site.is_good()


def test_five_kills_in_the_middle_of_saving(seeded_database, tmp_path):
    """Every save that somebody was told of is there afterwards, and the file is whole."""
    site = Running(tmp_path, seeded_database)
    site.shell(EDITOR)
    acknowledged, stored_before = [], count(site)
    for turn in range(KILLS):
        site.start()
        try:
            save_until_killed(site, f"turn-{turn}", acknowledged)
        finally:
            site.kill() if site.server.poll() is None else None
    stored = count(site) - stored_before
    with sqlite3.connect(site.database) as connection:
        slugs = {slug for (slug,) in connection.execute("SELECT slug FROM articles_topic")}
    integrity = site.integrity()
    said = told(f"{KILLS} kills: {len(acknowledged)} saves acknowledged, {stored} stored, integrity {integrity}")
    assert acknowledged, said
    assert set(acknowledged) <= slugs, said
    assert len(acknowledged) <= stored, said
    assert integrity == "ok", said


def save_until_killed(site: Running, name: str, acknowledged: list[str]) -> None:
    """Two people who save rows in the admin as fast as they can; the server is killed between two of their saves."""
    people = [Desk(site.port).sign_in("ruth") for _ in range(2)]
    noted = []

    def save(person: Desk, number: int) -> None:
        for row in range(500):
            slug = f"{name}-{number}-{row}"
            data = {"name": slug, "slug": slug, "position": "1", "description": ""}
            status, *_ = person.send("POST", "/admin/articles/topic/add/", data, timeout=5)
            if status != 302:
                return
            noted.append(slug)

    threads = [threading.Thread(target=save, args=(person, number)) for number, person in enumerate(people)]
    for thread in threads:
        thread.start()
    until(lambda: len(noted) >= 6 or not any(thread.is_alive() for thread in threads))
    site.kill()
    for thread in threads:
        thread.join(10)
    acknowledged += noted


def count(site: Running) -> int:
    with sqlite3.connect(site.database) as connection:
        return connection.execute("SELECT count(*) FROM articles_topic").fetchone()[0]
