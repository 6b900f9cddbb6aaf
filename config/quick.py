"""The shortest way to a stored page, for requests as plain as nearly all are: this is what the site does most.

What was answered within the last second is answered again without any of the questions whose answers cannot change in
between. What can change is asked each time: whether the file that grows with every change has grown, and whether the
thread that reads the stamp has read it anew.
"""

import os
import time
from dataclasses import dataclass, field
from typing import NamedTuple

from config.freshness import Known, Watch

LASTS = 1.0  # seconds; after that the store is asked, which so learns what is read most
MOST = 1_000  # answers
MOST_HEADERS = 8_000  # characters in all; see config/limits.py
# What browsers send with every request. Whoever sends anything else is not answered from here: the store has to look.
USUAL = [
    *("HTTP_HOST", "HTTP_USER_AGENT", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_ACCEPT_LANGUAGE", "HTTP_CONNECTION"),
    *("HTTP_SEC_FETCH_DEST", "HTTP_SEC_FETCH_MODE", "HTTP_SEC_FETCH_SITE", "HTTP_SEC_FETCH_USER", "HTTP_SEC_GPC"),
    *("HTTP_SEC_CH_UA", "HTTP_SEC_CH_UA_MOBILE", "HTTP_SEC_CH_UA_PLATFORM", "HTTP_UPGRADE_INSECURE_REQUESTS"),
    *("HTTP_REFERER", "HTTP_DNT", "HTTP_PRIORITY"),
]


class Ready(NamedTuple):
    """What is sent, as the server takes it."""

    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


@dataclass
class Second:
    """What is answered while the file has one size, until a moment (in seconds since 1970).

    `others` is how many names there are in a request beside those of its headers: the server's own, always as many.
    """

    known: Known | None = None
    size: int = -1
    until: float = 0.0
    others: int = 0
    answers: dict[tuple, Ready] = field(default_factory=dict)


class Quick:
    """The answers of the last second. `watch` knows how large the file is."""

    def __init__(self, watch: Watch | None):
        self.watch = watch
        self.second = Second()

    def get(self, environ: dict) -> Ready | None:
        """What is sent, or None where the store has to be asked. Each microsecond here is a tenth of all it takes."""
        second = self.second
        ready = second.answers.get(asked(environ))
        if ready is None:
            return None
        headers = [environ[name] for name in USUAL if name in environ]
        if (
            len(environ) - len(headers) != second.others  # an unusual header, or a body
            or sum(map(len, headers)) > MOST_HEADERS
            or self.watch.last is not second.known  # another machine changed something, which its file does not tell
            or self.watch.size() != second.size
            or time.time() >= second.until
        ):
            return None
        return ready

    def put(self, environ: dict, ready: Ready, known: Known, until: float) -> None:
        """Answer like this again for a second, or to the moment `until`, while `known` holds."""
        headers = {name for name in environ if name.startswith(("HTTP_", "CONTENT_")) and name not in os.environ}
        if environ["REQUEST_METHOD"] != "GET" or environ.get("QUERY_STRING") or not headers.issubset(USUAL):
            return
        now = time.time()
        second, others = self.second, len(environ) - len(headers)
        if second.known is not known or now >= second.until or len(second.answers) >= MOST or second.others != others:
            second = self.second = Second(known, known.seen[0], min(now + LASTS, until), others)
        second.answers[asked(environ)] = ready


def asked(environ: dict) -> tuple:
    """What an answer depends on."""
    return (
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ.get("QUERY_STRING"),
        environ.get("HTTP_HOST"),
        environ.get("HTTP_ACCEPT_ENCODING"),
        environ["wsgi.url_scheme"],
    )
