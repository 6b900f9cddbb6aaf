"""PostgreSQL and Redis stop, or hang, and come back: stored pages never notice, the others come back by themselves."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from tests.faults.running import Readers, Running, children, free_port, told, until

pytest.importorskip("psycopg")
pytest.importorskip("redis")

ROWS = """
from tests.factories import *
for slug in ("toes", "calves", "eyelids"):
    make_article(slug)
make_checklist()
"""
READ = ("/articles/toes/", "/articles/calves/", "/articles/", "/")


class PostgreSQL:
    """A cluster in a folder of its own. It refuses to be run by root, so that then the user "postgres" runs it."""

    def __init__(self, folder: Path):
        self.data, self.port, self.process = folder / "data", free_port(), None
        self.who = {"user": "postgres", "group": pwd.getpwnam("postgres").pw_gid} if os.getuid() == 0 else {}
        if self.who:
            shutil.chown(folder, "postgres")
        found = [shutil.which("initdb"), *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")))]
        self.programs = Path(os.path.realpath(next(filter(None, reversed(found))))).parent
        initdb = [self.programs / "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **self.who)

    def start(self) -> None:
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
        command = [self.programs / "postgres", "-D", self.data, "-p", str(self.port)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        with (self.data / "log").open("w") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.data, **self.who)
        ready = [self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        until(lambda: subprocess.run(ready).returncode == 0)

    def stop(self) -> None:
        """Without waiting for anybody who is connected."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def hang(self) -> None:
        """Connections stay, new ones are taken, and nobody says anything any more."""
        for pid in (self.process.pid, *children(self.process.pid)):
            os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        for pid in (*children(self.process.pid), self.process.pid):
            os.kill(pid, signal.SIGCONT)


class Redis:
    def __init__(self, folder: Path):
        self.folder, self.port, self.process = folder, free_port(), None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        ping = ["redis-cli", "-p", str(self.port), "ping"]
        until(lambda: subprocess.run(ping, capture_output=True).stdout == b"PONG\n")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(20)


@pytest.fixture(scope="module")
def behind(tmp_path_factory):
    """A site on a PostgreSQL and a Redis of its own."""
    with tempfile.TemporaryDirectory() as folder:  # one that the user "postgres" can reach
        postgresql, redis = PostgreSQL(Path(folder)), Redis(tmp_path_factory.mktemp("redis"))
        postgresql.start()
        redis.start()
        urls = {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{postgresql.port}/postgres",
            "CACHE_URL": f"redis://127.0.0.1:{redis.port}/0",
        }
        site = Running(tmp_path_factory.mktemp("behind"), **urls)
        try:
            site.manage("migrate", "-v0")
            site.shell(ROWS)
            site.manage("collectstatic", "--no-input")
            yield site.start(), postgresql, redis
        finally:
            site.stop()
            for program in (postgresql, redis):
                if program.process.poll() is None:
                    program.stop()


AT_ONCE = 16
pages = count(1)  # of which none has been stored


def others(site: Running) -> set[int]:
    return {site.get(f"/sources/?page={next(pages)}")[0] for _ in range(4)}


def test_postgresql_stops_and_comes_back(behind):
    site, postgresql, _ = behind
    with Readers(site.port, READ, count=3, pause=0.005) as readers:
        readers.wait_for(200)
        postgresql.stop()
        gone = until(lambda: others(site) == {503})
        readers.wait_for(400)
        postgresql.start()
        back = until(lambda: others(site) <= {200, 404})
        readers.wait_for(200)
    tracebacks = site.log.read_text().count("Traceback")
    said = told(
        f"PostgreSQL: {len(readers.notes)} stored pages read, {len(readers.failed)} failed, slowest "
        f"{max(note.seconds for note in readers.notes):.2f} s; others were 503 after {gone:.1f} s, and there again "
        f"{back:.1f} s after it; {tracebacks} tracebacks in the log"
    )
    assert not readers.failed, said
    assert back < 10, said
    assert max(note.seconds for note in readers.notes) < 3, said


def test_postgresql_begins_anew_while_many_connections_wait(behind):
    """They are dead, and nobody should have to find out of each."""
    site, postgresql, _ = behind
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        for _ in range(3):
            list(crowd.map(lambda _: others(site), range(AT_ONCE)))
    postgresql.stop()
    gone = until(lambda: others(site) == {503})
    postgresql.start()
    back = until(lambda: all(others(site) <= {200, 404} for _ in range(5)))
    said = told(f"PostgreSQL: others were 503 after {gone:.1f} s, and all there again {back:.1f} s after it")
    assert back < 6, said


def test_postgresql_hangs_and_goes_on(behind):
    """Nothing tells that it is gone: the kernel of its machine still takes whatever is sent."""
    site, postgresql, _ = behind
    with Readers(site.port, READ, count=3, pause=0.005) as readers:
        readers.wait_for(200)
        postgresql.hang()
        try:
            began = time.monotonic()
            status, page = site.get("/check/twitching/1/")
            refused = time.monotonic() - began
            gone = until(lambda: others(site) == {503}) + refused
            readers.wait_for(200)
        finally:
            postgresql.go_on()
        back = until(lambda: others(site) <= {200, 404})
        readers.wait_for(200)
    said = told(
        f"PostgreSQL hung: {len(readers.notes)} stored pages read, {len(readers.failed)} failed, slowest "
        f"{max(note.seconds for note in readers.notes):.2f} s; a step of the check was {status} after {refused:.1f} s, "
        f"others 503 after {gone:.1f} s, and there again {back:.1f} s after it"
    )
    assert not readers.failed, said
    assert max(note.seconds for note in readers.notes) < 3, said
    assert status == 503, said
    assert "tel:" in page, said
    assert refused < 8, said
    assert gone < 12, said
    assert back < 6, said


def test_redis_stops_and_comes_back(behind):
    site, _, redis = behind
    with Readers(site.port, READ, count=3, pause=0.005) as readers:
        readers.wait_for(200)
        redis.stop()
        gone = until(lambda: site.get("/readyz")[0] == 503)
        without = others(site)
        readers.wait_for(400)
        redis.start()
        back = until(lambda: site.get("/readyz")[0] == 200)
        after = others(site)
        readers.wait_for(200)
    said = told(
        f"Redis: {len(readers.notes)} stored pages read, {len(readers.failed)} failed; pages made without it: "
        f"{without}; noticed after {gone:.1f} s, ready again {back:.1f} s after it, then {after}"
    )
    assert not readers.failed, said
    assert without <= {200, 404, 503}, said
    assert after <= {200, 404}, said
    assert back < 6, said
