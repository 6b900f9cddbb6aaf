"""Read the checklists' seed files, check their rows and prove them; nothing is stored."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from articles import seeding as base
from articles.seeding import Fault
from triage import models
from triage.ladder import MAX_QUESTIONS, examine
from triage.reading import ladder_of

HERE = Path(__file__).resolve().parent.parent / "seeds"
PARTS = {
    "questions": models.Question,
    "rules": models.PairRule,
    "advices": models.Advice,
    "outcomes": models.Outcome,
    "magnesium": models.Magnesium,
    "vignettes": models.Vignette,
}
REQUIRED = {"title", "description", "introduction", "limits", "change_note", "review", *PARTS}
OPTIONAL = {"references", "is_correction"}
NAMES = {key: [str] for key in ("references", "articles", "advices", "asked_if", "together", "choices", "cards")}
TEXTS = dict.fromkeys(
    (
        *("slug", "kind", "text", "hint", "term", "meaning", "label", "floor", "gate", "reason", "title", "to_do"),
        *("urgency", "heading", "action", "next_steps", "safety_net"),
    ),
    str,
)
ROW = NAMES | TEXTS | {"self_help": [str]}
SHAPES = {
    "review": dict,
    "references": [str],
    "introduction": [str],
    "limits": [str],
    **{part: [ROW | {"words": [ROW], "options": [ROW]}] for part in PARTS},
}
LINES = {"introduction", "limits", "self_help"}  # lists in the file, lines in the database


@dataclass
class Seeds:
    checklists: dict[str, dict] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def read(words: base.Seeds, folder: Path = HERE) -> Seeds:
    """Read every file, check its rows and names, and prove its ladder."""
    seeds = Seeds()
    if not folder.is_dir():
        seeds.faults.append(Fault(folder.name, 0, "there is no such folder"))
    for path in sorted(folder.glob("*.toml")):
        read_checklist(path, words, seeds)
    return seeds


def read_checklist(path: Path, words: base.Seeds, seeds: Seeds) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        rows = tomllib.loads(text)
    except (OSError, ValueError) as error:
        seeds.faults.append(Fault(path.name, base.toml_line(error), f"cannot be read: {error}"))
        return
    faults = [Fault(path.name, 1, f"“{key}” is missing") for key in sorted(REQUIRED - rows.keys())]
    for key in sorted(rows.keys() - REQUIRED - OPTIONAL):
        faults.append(Fault(path.name, base.line_of(text, key), f"“{key}” is not known here"))
    if faults := [*faults, *base.misshapen(rows, SHAPES, path.name, text)]:
        seeds.faults += faults
        return
    before = len(seeds.faults)
    check_rows(rows, path, text, seeds)
    check_names(rows, path.name, text, words, seeds)
    if len(seeds.faults) == before:
        prove(rows, path.name, text, seeds)
    seeds.checklists[path.stem] = rows


def check_rows(rows: dict, path: Path, text: str, seeds: Seeds) -> None:
    """Check the fields of each row by its own model, as the desk does."""
    place = Fault(path.name, 0, "")
    base.checked(models.Checklist, {"slug": path.stem}, place, seeds)
    base.checked(models.ChecklistEdition, edition_values(rows), place, seeds, text, leave={"document"})
    base.checked(models.ChecklistReview, rows["review"], place, seeds, text, leave={"edition"})
    for part, model in PARTS.items():
        for row in rows[part]:
            check_row(model, row, path.name, text, seeds)
            for word in row.get("words", []):
                check_row(models.Word, word, path.name, text, seeds)
            for option in row.get("options", []):
                check_row(models.Option, option, path.name, text, seeds)


def check_row(model, row: dict, name: str, text: str, seeds: Seeds) -> None:
    key = next((key for key in ("slug", "term", "heading") if key in row), "")
    place = Fault(name, base.line_of(text, f'{key} = "{row[key]}"') if key else 0, "")
    base.checked(model, plain_values(row), place, seeds, leave={"edition", "question"})


def plain_values(row: dict) -> dict:
    """What `row` says of the model's own fields; the rest are lists of names and rows."""
    relations = {"words", "options", *NAMES}
    return {key: "\n".join(value) if key in LINES else value for key, value in row.items() if key not in relations}


def edition_values(rows: dict) -> dict:
    own = {key: rows[key] for key in ("title", "description", "change_note")}
    return own | {
        "introduction": "\n".join(rows["introduction"]),
        "limits": "\n".join(rows["limits"]),
        "is_correction": rows.get("is_correction", False),
    }


def prove(rows: dict, name: str, text: str, seeds: Seeds) -> None:
    if len(rows["questions"]) > MAX_QUESTIONS:
        seeds.faults.append(Fault(name, 0, f"a checklist has at most {MAX_QUESTIONS} questions"))
        return
    try:
        ladder = ladder_of(rows)
    except (KeyError, TypeError, ValueError) as error:
        seeds.faults.append(Fault(name, 0, f"cannot be read: {error}"))
        return
    for finding in examine(ladder).findings:
        if finding.blocks:
            line = base.line_of(text, f'slug = "{finding.slug.split("/")[-1]}"')
            seeds.faults.append(Fault(name, line, finding.message))


def check_names(rows: dict, name: str, text: str, words: base.Seeds, seeds: Seeds) -> None:
    keys = {reference.key for reference in words.references if reference}
    for kind, known in (("references", keys), ("articles", words.articles.keys())):
        for used in named(rows, kind) - known:
            seeds.faults.append(Fault(name, base.line_of(text, f'"{used}"'), f"there is no “{used}” among the {kind}"))


def named(rows, kind: str) -> set[str]:
    """Every name in a list called `kind`, however deep."""
    if isinstance(rows, list):
        return set().union(*(named(row, kind) for row in rows))
    if not isinstance(rows, dict):
        return set()
    return set(rows.get(kind, [])) | set().union(*(named(row, kind) for key, row in rows.items() if key != kind))
