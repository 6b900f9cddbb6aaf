"""The shortest way to a stored page, for requests as plain as nearly all are: this is what the site does most.

What was answered within the last second is answered again without any of the questions whose answers cannot change in
between. The one that can is asked each time: whether the file that grows with every change has grown.
"""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

from config.freshness import Known, Watch

LASTS = 1.0  # seconds; after that the store is asked, which so learns what is read most
MOST = 1_000  # answers
# Whoever sends one of these is not answered like everybody: the store, or Django, has to look.
PARTICULAR = {
    *("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_HX_REQUEST", "HTTP_IF_NONE_MATCH"),
    *("CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"),
}


class Ready(NamedTuple):
    """What is sent, as the server takes it."""

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


@dataclass
class Second:
    """What is answered while the file has one size, until a moment (in seconds since 1970)."""

    known: Known | None = None
    size: int = -1
    until: float = 0.0
    answers: dict[tuple, Ready] = field(default_factory=dict)


class Quick:
    """The answers of the last second. `watch` knows how large the file is."""

    def __init__(self, watch: Watch):
        self.watch = watch
        self.second = Second()

    def get(self, environ: dict) -> Ready | None:
        second = self.second
        ready = second.answers.get(asked(environ))
        if ready is None or not is_plain(environ) or self.watch.size() != second.size or time.time() >= second.until:
            return None
        return ready

    def put(self, environ: dict, ready: Ready, known: Known, until: float) -> None:
        """Answer like this again for a second, or to the moment `until`, while `known` holds."""
        if not is_plain(environ):
            return
        now = time.time()
        second = self.second
        if second.known is not known or now >= second.until or len(second.answers) >= MOST:
            second = self.second = Second(known, known.seen[0], min(now + LASTS, until))
        second.answers[asked(environ)] = ready


def asked(environ: dict) -> tuple:
    return (
        environ["PATH_INFO"],
        environ.get("HTTP_HOST"),
        environ.get("HTTP_ACCEPT_ENCODING"),
        environ["wsgi.url_scheme"],
    )


def is_plain(environ: dict) -> bool:
    return environ["REQUEST_METHOD"] == "GET" and not environ.get("QUERY_STRING") and PARTICULAR.isdisjoint(environ)
