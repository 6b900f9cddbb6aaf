"""What is reckoned once for each change of what readers see: the order of a long list, how many there are of a kind.

A page that shows fifty of ten thousand need not sort them all each time that it is made.
"""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import connection

from articles import generation


class Kept(NamedTuple):
    stamp: str
    until: float  # seconds since 1970: when the next scheduled edition comes out
    value: Any


held: dict[str, Kept] = {}  # of this process, and for ever: there are as many as there are names in the code


def kept(name: str, reckon: Callable[[], Any]) -> Any:
    """What `reckon` returns, which depends on nothing but public rows. One query, for the stamp; for a new one more.

    Within a transaction nothing is kept, for what is not committed has no stamp of its own.
    """
    if connection.in_atomic_block:
        return reckon()
    stamp, last = generation.stamp(), held.get(name)
    if last and stamp and last.stamp == stamp and time.time() < last.until:
        return last.value
    moment = generation.next_moment()
    value = reckon()
    held[name] = Kept(stamp, moment.timestamp() if moment else float("inf"), value)
    return value
