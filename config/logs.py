"""What is written down of each request, and what never is: no answer, password, cookie, query string, body or token.

In production a line is one JSON object on stdout. The formatter takes only the fields named in it: a library that
writes whatever a record carries would write Django's request as well, whose text has the query string in it, and
telling it to leave that out takes as many lines as this.
"""

import json
import logging
import os
import re
import secrets
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.signals import request_finished
from django.db import connection

REQUEST_ID = "X-Request-ID"
GOOD_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
QUERY = re.compile(r"(?<=\S)\?[^\s'\"]*")
TOKEN = re.compile(r"(/(?:preview|password_reset)/)[^\s'\"?]+")
CHECK = "/check/"  # below it even an address that is none may hold an answer
TELLING = {"OperationalError", "InterfaceError", "OSError", "ImportError", "ImproperlyConfigured"}
PROBES = ("/healthz", "/readyz")  # asked every few seconds by machines

logger = logging.getLogger(__name__)
request_id: ContextVar[str] = ContextVar("request_id", default="")
request_path: ContextVar[str] = ContextVar("request_path", default="")


class JsonFormatter(logging.Formatter):
    """One line of JSON for each record: time, level, logger, message, request id, and what `follow` measured."""

    def format(self, record) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": harmless(record.getMessage()),
            "request_id": request_id.get(),
        }
        line |= getattr(record, "measured", {})
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = "\n".join(told(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False, default=str)


class StdoutHandler(logging.Handler):
    """Writes a line to stdout at once, or, where its disk is full, nowhere.

    Python's own buffer would keep what it cannot write, and no worker could be started until that has room.
    """

    def emit(self, record) -> None:
        try:
            line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        except Exception:
            return self.handleError(record)
        with suppress(OSError):
            os.write(1, line)
        return None


def harmless(words: str) -> str:
    """Take out of a text whatever follows a question mark in an address, and the token in an address that opens."""
    return TOKEN.sub(r"\1...", QUERY.sub("", words))


def told(error: BaseException) -> Iterator[str]:
    """The traceback of an exception and of what led to it: places in the code, and no value of any variable."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from told(before)
        yield "which led to:"
    yield from (line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
    names = [kind.__name__ for kind in type(error).__mro__]
    words = said_by(names, str(error), bool(request_path.get()))
    yield f"{type(error).__module__}.{names[0]}{words and ': '}{words}"


def said_by(names: Iterable[str], words: str, is_asked: bool) -> str:
    """What may be told of an exception's own words: the first line, for a database puts a row into the next.

    While a request is answered the words may quote whatever was typed, so that they are told of those kinds only which
    speak of the machine.
    """
    return harmless(words.partition("\n")[0]) if not is_asked or TELLING & set(names) else ""


def follow(get_response):
    """Middleware: give each request an id, say it in the answer, and log one line when the request is answered."""

    def middleware(request):
        given = request.META.get("HTTP_X_REQUEST_ID", "")  # only where a proxy of ours said it; see wsgi.py
        name = given if GOOD_ID.fullmatch(given) else secrets.token_hex(8)
        request_id.set(name)  # until the answer is sent: Django logs what it thinks of it after this
        request_path.set(request.path)
        began = time.perf_counter()
        response = get_response(request)
        response.headers[REQUEST_ID] = name
        log_answer(request, response.status_code, time.perf_counter() - began)
        return response

    return middleware


def forget(**kwargs) -> None:
    """The answer is sent, and what the thread does next is not about it."""
    request_id.set("")
    request_path.set("")


request_finished.connect(forget, dispatch_uid="config.logs")


def log_answer(request, status: int, seconds: float) -> None:
    path = shown_path(request)
    measured = {"method": request.method, "path": path, "status": status, "ms": round(seconds * 1000, 1)}
    level = logging.DEBUG if settings.DEBUG or (path in PROBES and status < 500) else logging.INFO
    logger.log(level, "%s %s %s", request.method, path, status, extra={"measured": measured})


def shown_path(request) -> str:
    """The path as it may be written down: below /check/ only where it is one of ours, and those hold no answer."""
    if request.path.startswith(CHECK) and request.resolver_match is None:
        return f"{CHECK}..."
    return harmless(request.path)


def time_in_debug(get_response):
    """Middleware, in debug only: tell the browser how long the answer took, and how much of that the database."""
    if not settings.DEBUG:
        raise MiddlewareNotUsed

    def middleware(request):
        taken = []

        def timed(execute, sql, params, many, context):
            began = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                taken.append(time.perf_counter() - began)

        began = time.perf_counter()
        with connection.execute_wrapper(timed):
            response = get_response(request)
        total = (time.perf_counter() - began) * 1000
        queries = f'db;dur={sum(taken) * 1000:.1f};desc="{len(taken)} queries"'
        response.headers["Server-Timing"] = f"total;dur={total:.1f}, {queries}"
        return response

    return middleware


def believe_proxies_only(application, trusted: list[str]):
    """WSGI: drop a request id that somebody sends who is no proxy of ours; stands before the address is rewritten."""
    networks = [ip_network(network) for network in trusted]

    def wrapped(environ, start_response):
        if "HTTP_X_REQUEST_ID" in environ and not comes_from(environ.get("REMOTE_ADDR", ""), networks):
            del environ["HTTP_X_REQUEST_ID"]
        return application(environ, start_response)

    return wrapped


def comes_from(address: str, networks: list) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:  # a socket in the file system has no address
        return False
