"""The disk is full: everybody reads on, who writes is told so, and once there is room all is well without a restart."""

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.running import ARTICLE, EDITOR, Desk, Form, Readers, Running, kill, told, until

MEGABYTE = 1_000_000
ROOM = 8 * MEGABYTE  # beside the database
TYPED = "Words that took an afternoon to find. "
BODY = "## A heading\n\n" + TYPED * 1_000


@pytest.fixture
def small_disk(seeded_database, tmp_path):
    """A file system that has room for the site and little more; a test that cannot have one says why."""
    size = seeded_database.stat().st_size + ROOM
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "twitchwise-test", str(disk)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"This machine lets nobody make a small file system: {done.stderr.strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@contextmanager
def full(folder: Path):
    """Take every byte that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (100_000, 4_096, 1):
            try:
                while file.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def test_the_disk_fills_up_and_is_cleared(small_disk, seeded_database):
    site = Running(small_disk, seeded_database)
    try:
        site.start()
        check(site)
    finally:
        site.stop()


def check(site: Running) -> None:
    site.shell(EDITOR)
    address = site.draft()
    editor = Desk(site.port).sign_in()
    form = editor.fields(address) | {"body": [BODY]}
    paths = (ARTICLE, "/", "/articles/toe-twitching/", "/search/?q=magnesium", "/check/twitching/1/")
    with full(site.folder):
        left = os.statvfs(site.folder).f_bavail
        with Readers(site.port, (*paths, *(f"/sources/?page={n}" for n in (1, 2))), count=3) as readers:
            status, page, _ = editor.send("POST", address, form)
            readers.wait_for(100)
        before = set(site.workers())
        kill(min(before))  # which must be replaced, though nothing can be written to the log
        until(lambda: len(set(site.workers()) - before) == 1 and len(site.workers()) == 2)
        after_a_kill = {site.get(path)[0] for path in paths * 2}
    assert status == 503, f"the writer got {status}: {re.findall('(?s)class="error.*?</', page)}"
    again = []

    def stored() -> bool:
        again.append(editor.send("POST", address, {"sign-in-typed": Form(page).fields["sign-in-typed"]})[0])
        return again[-1] == 302

    back = until(stored)
    said = told(
        f"{left} bytes left: {len(readers.notes)} reads, {len(readers.failed)} failed; after a worker was killed: "
        f"{after_a_kill}; the writer got {status}, and {again} once there was room ({back:.1f} s); integrity "
        f"{site.integrity()}"
    )
    assert left == 0, said
    assert not readers.failed, said + str(readers.failed)
    assert after_a_kill == {200}, said
    assert TYPED in page
    assert again == [302], said
    assert site.integrity() == "ok", said
    assert editor.fields(address)["body"][0].startswith(BODY[:1_000])
