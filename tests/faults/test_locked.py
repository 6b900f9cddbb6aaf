"""Somebody holds the write lock of SQLite for longer than a request waits: readers do not notice, writers are told."""

import sqlite3
import time
from contextlib import closing

from tests.faults.running import ARTICLE, EDITOR, Desk, Form, Readers, p99, told, until

HELD = 7  # seconds; a request waits for 5
TYPED = "Words that took an afternoon to find."


def test_the_write_lock_is_held(site):
    site.shell(EDITOR)
    address = site.draft()
    editor = Desk(site.port).sign_in()
    form = editor.fields(address) | {"description": [TYPED]}
    uncached = [f"/sources/?page={number}" for number in (1, 2)]
    with Readers(site.port, (ARTICLE, "/", *uncached, "/search/?q=magnesium"), count=4, pause=0.01) as readers:
        readers.wait_for(100)
        before = list(readers.notes)
        with closing(sqlite3.connect(site.database, isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            status, page, headers = editor.send("POST", address, form)
            waited = time.monotonic() - began
            until(lambda: time.monotonic() - began > HELD)
            holder.execute("ROLLBACK")
        during = [note for note in readers.notes if note.sent > began]
    sent_again = {name: value for name, value in Form(page).fields.items() if name == "sign-in-typed"}
    again, *_ = editor.send("POST", address, sent_again)
    quiet, held = p99(before) * 1000, p99(during) * 1000
    said = told(
        f"the writer got {status} after {waited:.1f} s, and {again} when it sent that again; {len(during)} reads "
        f"meanwhile, {len(readers.failed)} failed, p99 {held:.0f} ms (before: {quiet:.0f} ms)"
    )
    assert status == 503, said
    assert TYPED in page, "what was typed is on the page"
    assert headers["Cache-Control"] == "no-store"
    assert waited < HELD, said
    assert not readers.failed, said
    assert held < 10 * max(quiet, 10), said
    assert again == 302, said
    assert editor.fields(address)["description"] == [TYPED]
