"""The hazard log, in the manner of DCB0129: what could go wrong, and what stands against it, each with its test."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOG = Path(__file__).parent / "hazards.toml"


@dataclass(frozen=True)
class Control:
    """What stands against a hazard; `test` is the test that shows it, as pytest names it."""

    text: str
    test: str


@dataclass(frozen=True)
class Hazard:
    """`severity` and `likelihood` run from 1 to 5, each as (before, after) the controls."""

    id: str
    hazard: str
    cause: str
    harm: str
    controls: tuple[Control, ...]
    severity: tuple[int, int]
    likelihood: tuple[int, int]

    @property
    def risk(self) -> tuple[int, int]:
        before, after = zip(self.severity, self.likelihood, strict=True)
        return before[0] * before[1], after[0] * after[1]


@cache
def read() -> tuple[Hazard, ...]:
    rows = tomllib.loads(LOG.read_text(encoding="utf-8"))["hazards"]
    return tuple(
        Hazard(
            **row
            | {scale: tuple(row[scale]) for scale in ("severity", "likelihood")}
            | {"controls": tuple(Control(**control) for control in row["controls"])}
        )
        for row in rows
    )
