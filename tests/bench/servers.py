"""What is compared, each started here on a port of its own and ended by its id."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

from tests.bench.load import get
from tests.served import ROOT, environment

WORKERS = 2
SECONDS_TO_START = 60
OF_THE_LINE = {"content-length", "content-type", "date", "server", "connection", "transfer-encoding", "x-request-id"}
HELLO = """
from django.http import HttpResponse
from django.urls import path

urlpatterns = [path("", lambda request: HttpResponse("Hello"))]
"""
NGINX = """
{user}
worker_processes {workers};
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    open_file_cache max=10;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        etag off;
        root {folder};
        location = /page {{
            default_type "text/html; charset=utf-8";
{headers}
        }}
    }}
}}
"""


class Server:
    """A running server. Times are seconds, sizes bytes."""

    def __init__(self, process: subprocess.Popen, port: int):
        self.process, self.port = process, port

    def address(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def workers(self) -> list[int]:
        """The ids of the processes that it started."""
        found, parents = [], {self.process.pid}
        running = sorted(int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())
        for pid in running:
            if parent_of(pid) in parents:
                found.append(pid)
                parents.add(pid)
        return found

    def cpu(self) -> float:
        """The time that it has been on a processor, with all its processes."""
        return sum(on_a_processor(pid) for pid in [self.process.pid, *self.workers()])

    def memory(self) -> list[int]:
        """Of each worker: its own memory, and its part of what it shares."""
        return [pss(pid) for pid in self.workers()]


def parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def on_a_processor(pid: int) -> float:
    """Seconds that a process has been on a processor, by its own clock: in /proc they are counted in hundredths."""
    return time.clock_gettime((~pid << 3) | 2)  # as in clock_getcpuclockid(3), which Python has for threads only


def pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def started(command: list[str], port: int, log: Path, path: str = "/", **options) -> Iterator[Server]:
    """Run a command until the block ends; the block begins when `path` is answered with 200."""
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True, **options)
    try:
        wait_for(process, port, path, log)
        yield Server(process, port)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        # Asked to end while it still starts its workers, granian leaves some behind. The group holds nothing else.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def wait_for(process: subprocess.Popen, port: int, path: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        try:
            get(port, path)
        except (OSError, HTTPException, AssertionError):
            time.sleep(0.002)  # a poll: the processor is the server's meanwhile
        else:
            return
    raise AssertionError(f"{path} was not answered: {log.read_text()[-2_000:]}")


def site(database: Path, path: str = "/", workers: int = WORKERS):
    """Our production server."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", str(workers)]
    return started(command, port, database.with_name("site.log"), path, cwd=ROOT, env=environment(database))


def make_hello(folder: Path) -> Path:
    """A project as Django makes it, with one view."""
    folder.mkdir()
    subprocess.run([sys.executable, "-m", "django", "startproject", "hello", str(folder)], check=True)
    (folder / "hello" / "urls.py").write_text(HELLO)
    return folder


def hello(folder: Path, workers: int = WORKERS):
    """The bare project on the same server, with as many workers, and the threads that both have by default."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "hello.wsgi:application", "--interface", "wsgi"]
    command += ["--port", str(port), "--workers", str(workers)]
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}  # each request carries it
    return started(command, port, folder / "hello.log", cwd=folder, env=environ)


def nginx(folder: Path, body: bytes, headers: list[tuple[str, str]]):
    """nginx with the bytes of a page as a file, and the page's own headers."""
    folder.mkdir(exist_ok=True)
    (folder / "page").write_bytes(body)
    added = (pair for pair in headers if pair[0].lower() not in OF_THE_LINE)
    quoted = "\n".join(
        f'            add_header {name} "{value.replace(chr(34), chr(92) + chr(34))}";' for name, value in added
    )
    user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
    port = free_port()
    values = {"folder": folder, "port": port, "workers": WORKERS, "headers": quoted, "user": user}
    (folder / "nginx.conf").write_text(NGINX.format(**values))
    binary = shutil.which("nginx") or "/usr/sbin/nginx"
    command = [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"]
    return started(command, port, folder / "nginx.log", "/page")
