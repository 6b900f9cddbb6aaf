"""A page that nobody has stored yet goes viral: each worker renders it once, and everybody gets it."""

import re
import threading
import time
from collections import Counter

from tests.faults.running import ARTICLE, Note, Running, ask, p99, told

CLIENTS = 200
PAGES = (ARTICLE, "/supplements/", "/")


def test_two_hundred_clients_come_at_once(seeded_database, tmp_path):
    site = Running(tmp_path, seeded_database)
    notes, barrier = [], threading.Barrier(CLIENTS)

    def client() -> None:
        barrier.wait(30)
        for path in PAGES:
            sent = time.monotonic()
            status, *_ = ask(site.port, "GET", path, timeout=20)
            notes.append(Note(sent, time.monotonic(), status))

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    try:
        site.start()
        workers = len(site.workers())
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        renders = Counter(re.findall(r'"GET (\S+) 200"', site.log.read_text()))  # what is stored has no line
    finally:
        site.stop()
    failed = [note for note in notes if note.status != 200]
    said = told(
        f"{CLIENTS} clients, {len(notes)} answers, {len(failed)} failed, slowest {p99(notes):.2f} s; rendered by "
        f"{workers} workers: {dict(renders)}"
    )
    assert len(notes) == CLIENTS * len(PAGES), said
    assert not failed, said
    for path in PAGES:
        assert 1 <= renders[path] <= workers, said
