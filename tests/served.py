"""The site as readers meet it: seeded, on the production server, in a process of its own."""

import fcntl
import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE = (["migrate"], ["seed"], ["collectstatic", "--no-input"])


def seeded(folder: Path) -> Path:
    """A database with the seeded content, and the static files, made once for all test processes that name `folder`."""
    database = folder / "seeded.sqlite3"
    with (folder / "seeded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            new = folder / "making.sqlite3"
            for command in MADE:
                manage = [sys.executable, "manage.py", *command]
                subprocess.run(manage, cwd=ROOT, env=environment(new), check=True, capture_output=True)
            new.rename(database)
    return database


def environment(database: Path) -> dict[str, str]:
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return keep | {"SECRET_KEY": "k" * 60, "SSL_REDIRECT": "false", "DATABASE_URL": f"sqlite:///{database}"}


@contextmanager
def served(seeds: Path, folder: Path, **env: str):
    """The server on a free port of this machine, with a copy of the database; gives its address, log and database."""
    database, log = folder / "site.sqlite3", folder / "server.log"
    shutil.copyfile(seeds, database)
    port = free_port()
    with log.open("w") as output:
        command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"]
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment(database) | env, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            wait_for(server, log)
            yield f"http://127.0.0.1:{port}", log, database
        finally:
            server.terminate()
            server.wait(20)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(server, log):
    """Until the worker says that it has started; the log is what tells, so that nothing has to sleep."""
    with log.open() as said:
        while server.poll() is None:
            if "Started worker" in said.read():
                return
    raise AssertionError(log.read_text())
