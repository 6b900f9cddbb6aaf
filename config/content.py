"""The whole content as one folder of files, both ways.

The folder holds `articles/`, `supplements/` and `triage/`; each is what the app's own `seeds/` folder is.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from articles import seeding as articles
from articles.editions import Refused
from articles.search import index
from supplements import seeding as supplements
from triage import seeding as triage

UNFINISHED = ".unfinished"


@dataclass
class Content:
    words: articles.Seeds
    forms: supplements.Seeds
    checks: triage.Seeds

    @property
    def faults(self) -> list[articles.Fault]:
        return [*self.words.faults, *self.forms.faults, *self.checks.faults]

    def load(self, progress=lambda message: None) -> str:
        """Store what is missing, and say what was new. Call it in a transaction, and without faults."""
        index.refresh_fixed()
        with index.all_at_once():
            new_words = articles.load(self.words, progress)
            new_forms = supplements.load(self.forms, progress)
            new_checks = triage.load(self.checks, progress)
        return (
            f"New: {new_words} of {len(self.words.articles)} articles, {new_forms} of {len(self.forms.forms)} forms, "
            f"{new_checks} of {len(self.checks.checklists)} checklists."
        )


def read(folder: Path | None = None) -> Content:
    """Read and check the files in `folder`, or those that the site begins with."""
    words = articles.read(folder / "articles" if folder else articles.HERE)
    forms = supplements.read(words, folder / "supplements" if folder else supplements.HERE)
    return Content(words, forms, triage.read(words, folder / "triage" if folder else triage.HERE))


def write(folder: Path, progress=lambda message: None) -> list[str]:
    """Write everything that is live into `folder`; returns what had to be left out.

    Raises Refused where the files would not load again: an export that nobody can load is none.
    """
    warnings = articles.write(folder / "articles", progress)
    live = {path.stem for path in (folder / "articles").glob("*.md")}
    warnings += supplements.write(folder / "supplements", live, progress)
    warnings += triage.write(folder / "triage", live, progress)
    if faults := read(folder).faults:
        raise Refused("\n".join(["What is live would not load again.", *warnings, *map(str, faults)]))
    return warnings


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """A place to write into; its parts appear in `folder`, which must be empty or missing, once all are there."""
    is_new = not folder.exists()
    if not is_new and not folder.is_dir():
        raise Refused(f"{folder} is a file. Name a folder.")
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused(f"{folder} is not empty. Name another folder, or empty it first.")
    unfinished = folder / UNFINISHED
    unfinished.mkdir()
    try:
        yield unfinished
        for part in sorted(unfinished.iterdir()):
            part.rename(folder / part.name)
    finally:
        shutil.rmtree(unfinished)
        if is_new:
            with suppress(OSError):  # it is not empty: all went well
                folder.rmdir()
