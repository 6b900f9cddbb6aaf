"""Two things measured in turn, so that whatever else the machine does meanwhile falls on both."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ratio:
    """The first of each pair divided by the second."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def __str__(self) -> str:
        return f"{self.median:.2f} ({min(self.values):.2f} to {max(self.values):.2f})"


def in_turn(count: int, first: Callable, second: Callable) -> list[tuple]:
    """Call both so many times; which of them begins changes each time, for the second may find a warmer machine."""
    found = []
    for number in range(count):
        if number % 2:
            later, sooner = second(), first()
            found.append((sooner, later))
        else:
            found.append((first(), second()))
    return found


def ratio(pairs: list[tuple], value: Callable[[object], float] = float) -> Ratio:
    return Ratio(tuple(value(first) / value(second) for first, second in pairs))
