"""The production server, and the one that `quickstart` starts."""

import ctypes
import gc
import importlib
import multiprocessing
import os
import resource
import signal
import threading
from contextlib import suppress
from functools import partial

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

APPLICATION = "config.wsgi"
HEADER_TIMEOUT = 5_000  # milliseconds, also for a connection that is kept open; nginx.conf lets go of one sooner
MOST_HEAD = 131_072  # bytes of address and headers; what is smaller and still too large has a page, in config/limits.py
MOST_FILES = 65_536  # open at a time, connections among them, if the machine allows
FILES_OF_OURS = 1_000  # of those: databases, stored pages, logs
BACKLOG = 4_096  # connections that wait to be taken; the machine has a limit of its own (net.core.somaxconn)
THREADS = 256  # a worker: what granian takes by itself. It makes them only as they are needed
KILL_AFTER = 8  # seconds for a worker to end by itself: a stranger's open connection must not keep the site from ending

# What may be wrong in one place and right in another. Models and the admin are the same everywhere, and CI checks them.
CHECKED = [
    Tags.caches,
    Tags.database,
    Tags.files,
    Tags.mail,
    Tags.security,
    Tags.staticfiles,
    Tags.templates,
    Tags.urls,
]
# Settings of the C library's allocator (mallopt): what large pages took goes back to the system, and the rest leaves no
# holes. Smaller bounds keep no more memory free, and cost each page dozens of page faults.
MEMORY = {"M_TRIM_THRESHOLD": (-1, 524_288), "M_MMAP_THRESHOLD": (-3, 262_144), "M_ARENA_MAX": (-8, 1)}


class Command(BaseCommand):
    help = "Serve the site in production. Refuses debug, and a SQLite database that is not there."

    requires_system_checks = []  # they open the database, and what is wrong with it is better said below

    def add_arguments(self, parser):
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args, address, port, workers, **options):
        if settings.DEBUG:
            raise CommandError("Debug is on. Set SECRET_KEY, and DEBUG=false or nothing.")
        if settings.DATABASE_FILE and not settings.DATABASE_FILE.exists():
            raise CommandError(f"There is no database at {settings.DATABASE_FILE}. Run manage.py migrate, or restore.")
        self.check(tags=CHECKED)
        serve(address=address, port=port, workers=workers)


class Server(Granian):
    """Granian, which takes a worker that dies soon after another for a fault of the application's, and ends.

    Somebody who kills workers, or a machine short of memory, is no such fault: those are replaced as often as it takes.
    """

    def _spawn_worker(self, idx, target, callback_loader):
        return super()._spawn_worker(idx, target, partial(on_one_processor, idx, self.workers, callback_loader))

    def _respawn_workers(self, workers, *args, **kwargs):
        replaced = {index: self.wrks[index] for index in workers}
        super()._respawn_workers(workers, *args, **kwargs)
        for index, worker in replaced.items():
            if worker.inner.exitcode == -signal.SIGKILL:
                self.respawned_wrks.pop(index, None)
        for index, worker in enumerate(self.wrks):  # one that died meanwhile may have gone unnoticed
            if not worker.is_alive() and index not in self.interrupt_children:
                self.interrupt_children.append(index)
                self.main_loop_interrupt.set()


def serve(address: str, port: int, workers: int) -> None:
    """Run granian until it is told to stop."""
    files = raise_limit_of_files()
    keep_memory_whole()
    load_once()
    Server(
        f"{APPLICATION}:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,  # the timeout for headers is HTTP/1's, and a proxy speaks that as well
        websockets=False,
        workers=workers,
        blocking_threads=THREADS,
        backlog=BACKLOG,
        backpressure=max(files - FILES_OF_OURS, FILES_OF_OURS),  # connections a worker: idle ones count
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT, max_buffer_size=MOST_HEAD),
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
        log_dictconfig=settings.LOGGING,
    ).serve(target_loader=application)


def application(target: str):
    """What a worker serves; granian calls this in each of them."""
    threading.Thread(target=end_with_the_server, daemon=True).start()
    return importlib.import_module(APPLICATION).application


def on_one_processor(index: int, workers: int, load, *args):
    """Keep a worker to one processor, if there is one for each, and load the application.

    A request goes from one thread of a worker to another and back. Where each wakes the other on the processor that it
    has just left, the same page is sent a quarter oftener. With fewer workers or more, the system knows best.
    """
    processors = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    if workers == len(processors):
        with suppress(OSError):  # a container may forbid it
            os.sched_setaffinity(0, {processors[index]})
    return load(*args)


def end_with_the_server() -> None:
    """A worker whose server was killed would go on for ever, unseen, and share the port with the next server's."""
    multiprocessing.parent_process().join()
    os._exit(1)


def raise_limit_of_files() -> int:
    """Let the server open as many files as the machine allows, within reason; return how many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_FILES if most == resource.RLIM_INFINITY else min(MOST_FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    return files


def keep_memory_whole() -> None:
    """Have a worker that has made a thousand pages take little more than one that has made ten."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # of glibc alone
    for option, value in MEMORY.values() if mallopt else ():
        mallopt(option, value)


def load_once() -> None:
    """Load the application before the workers are copied from this process: they start at once, and share its memory.

    No connection may be shared. (After a change to the code the server is started anew: a reload would not see it.)
    """
    importlib.import_module(APPLICATION)
    importlib.import_module(settings.ROOT_URLCONF)
    for connection in connections.all():
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()
    gc.freeze()  # looking through it would find little, and take as long as making a page
    gc.enable()
