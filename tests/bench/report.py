"""The table of what was measured, for the terminal and for the README."""

import re
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "<!-- benchmark -->", "<!-- end of benchmark -->"


@dataclass(frozen=True)
class Row:
    """One thing that was measured. `reached` is None where there is no goal."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None

    @property
    def verdict(self) -> str:
        return {True: "yes", False: "**no**", None: ""}[self.reached]


def table(rows: list[Row]) -> str:
    lines = ["| what | measured | goal | reached |", "| --- | --- | --- | --- |"]
    return "\n".join([*lines, *(f"| {row.what} | {row.measured} | {row.goal} | {row.verdict} |" for row in rows)])


def write(file: Path, text: str) -> None:
    """Put `text` between the two marks; raises ValueError where they are missing."""
    before = file.read_text(encoding="utf-8")
    marked = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not marked.search(before):
        raise ValueError(f"{file} lacks {BEGIN} and {END}.")
    file.write_text(marked.sub(lambda _: f"{BEGIN}\n{text}\n{END}", before), encoding="utf-8")
