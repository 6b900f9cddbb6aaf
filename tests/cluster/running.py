"""Two machines on this one: each with a folder of its own, behind nginx, on one PostgreSQL and one Redis."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.served import ROOT, free_port, wait_for

CONFIGURED = ROOT / "config" / "nginx.conf"
APP_LINE = "        server 127.0.0.1:8000 "
LISTEN_LINE = "        listen 8080 "
OUTER_LINE = "    # set_real_ip_from 192.0.2.1;"
PATIENCE = 20  # seconds


def configuration(port: int, apps: list[int], outer: str = "") -> str:
    """The nginx configuration as it is shipped, with these ports, and `outer` as the address of a proxy before it.

    That is what it marks as CHANGE, and nothing else.
    """
    lines = []
    for line in CONFIGURED.read_text().splitlines():
        if line.startswith(APP_LINE):
            lines.extend(line.replace(":8000 ", f":{app} ") for app in apps)
        else:
            line = line.replace(OUTER_LINE, f"    set_real_ip_from {outer};") if outer else line
            lines.append(line.replace(LISTEN_LINE, f"        listen 127.0.0.1:{port} "))
    return "\n".join(lines) + "\n"


@contextmanager
def proxy(folder: Path, apps: list[int], port: int | None = None, outer: str = "") -> Iterator[int]:
    """nginx in front of `apps`, with the files in `folder`/var; gives its port."""
    port = port or free_port()
    with nginx(folder, configuration(port, apps, outer)):
        wait_until(lambda: opens(port))
        yield port


@contextmanager
def nginx(folder: Path, configured: str) -> Iterator[None]:
    (folder / "var").mkdir(exist_ok=True)
    (folder / "nginx.conf").write_text(configured)
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    if os.geteuid() == 0:
        command += ["-g", "user root;"]  # a folder of the tests is for their own user alone
    subprocess.run([*command, "-t", "-q"], check=True)
    with (folder / "nginx.log").open("w") as log, ending(subprocess.Popen(command, stdout=log, stderr=log)):
        yield


@dataclass
class Machine:
    """One machine: its folder under the name of `var`, its server."""

    folder: Path
    env: dict[str, str]
    port: int = field(default_factory=lambda: free_port())
    server: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        return self.manage("shell", "-v0", "-c", code).strip()

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        with self.log.open("w") as log:
            self.server = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        wait_for(self.server, self.log)

    def kill(self) -> None:
        """All of its processes at once, as if the power were cut."""
        os.killpg(self.server.pid, signal.SIGKILL)
        self.server.wait(PATIENCE)

    def stop(self) -> None:
        if self.server and self.server.poll() is None:
            self.server.terminate()
            self.server.wait(PATIENCE)


@dataclass
class Cluster:
    machines: list[Machine]
    port: int


@contextmanager
def cluster(folder: Path, database_url: str, cache_url: str, port: int | None = None, *filling) -> Iterator[Cluster]:
    """Two machines in an empty database. Each of `filling` is a command that the first one runs before they serve."""
    with ExitStack() as stack:
        machines = [Machine(folder / name, environment(folder / name, database_url, cache_url)) for name in "ab"]
        first, second = machines
        (first.folder / "var" / "media").mkdir(parents=True)
        for command in (["migrate"], ["collectstatic", "--no-input"], *filling):
            first.manage(*command)
        shutil.copytree(first.folder / "var" / "static", second.folder / "var" / "static")
        (second.folder / "var" / "media").symlink_to(first.folder / "var" / "media")  # as a network's folder would be
        for machine in machines:
            stack.callback(machine.stop)
            machine.start()
        yield Cluster(machines, stack.enter_context(proxy(first.folder, [each.port for each in machines], port)))


def environment(folder: Path, database_url: str, cache_url: str) -> dict[str, str]:
    keep = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    ours = {"SECRET_KEY": "k" * 60, "SSL_REDIRECT": "false", "VAR_DIR": str(folder / "var"), "PYTHONWARNINGS": "ignore"}
    return keep | ours | {"DATABASE_URL": database_url, "CACHE_URL": cache_url}


@contextmanager
def database(url: str, name: str) -> Iterator[str]:
    """The address of an empty database beside the one at `url`; it is gone afterwards."""
    import psycopg
    from psycopg.sql import SQL, Identifier

    with psycopg.connect(url, autocommit=True) as connection:
        drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name))
        connection.execute(drop)
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield f"{url.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(drop)


@contextmanager
def ending(process: subprocess.Popen):
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_until(holds) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that in time"


def opens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True
