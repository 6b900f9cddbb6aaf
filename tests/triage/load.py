"""The seeded checklist as a ladder, without a database."""

import tomllib
from functools import cache
from pathlib import Path

from triage.ladder import Ladder
from triage.reading import ladder_of

__all__ = ["SEED", "ladder_of", "seed", "twitching"]

SEED = Path(__file__).resolve().parents[2] / "triage" / "seeds" / "twitching.toml"


@cache
def seed() -> dict:
    return tomllib.loads(SEED.read_text(encoding="utf-8"))


@cache
def twitching() -> Ladder:
    return ladder_of(seed())
