"""Read the checklists' seed files, prove them, and load what is missing."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from articles import seeding as base
from articles.models import Article, Reference
from articles.seeding import Fault
from triage import models
from triage.ladder import Choice, examine
from triage.reading import ladder_of

HERE = Path(__file__).parent / "seeds"
LINES = {"introduction", "limits", "self_help"}  # lists in the file, lines in the database


@dataclass
class Seeds:
    checklists: dict[str, dict] = field(default_factory=dict)
    claims: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def read(words: base.Seeds, folder: Path = HERE) -> Seeds:
    """Read every file, check its names, and prove its ladder."""
    seeds = Seeds()
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text(encoding="utf-8", errors="replace")
        try:
            rows = tomllib.loads(text)
            ladder = ladder_of(rows)
        except (KeyError, TypeError, ValueError) as error:
            seeds.faults.append(Fault(path.name, base.toml_line(error), f"cannot be read: {error}"))
            continue
        for finding in examine(ladder).findings:
            if finding.blocks:
                line = base.line_of(text, f'slug = "{finding.slug.split("/")[-1]}"')
                seeds.faults.append(Fault(path.name, line, finding.message))
        check_names(rows, path.name, text, words, seeds)
        seeds.checklists[path.stem] = rows
    return seeds


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


def load(seeds: Seeds, progress=lambda message: None) -> int:
    """Create what is missing, and return how many checklists were new. Call it in a transaction, without faults."""
    new = 0
    for slug, rows in seeds.checklists.items():
        document, _ = models.Checklist.objects.get_or_create(slug=slug)
        if not document.editions.exists():
            progress(f"checklist: {slug}")
            load_checklist(document, rows)
            new += 1
    return new


def load_checklist(document: models.Checklist, rows: dict) -> None:
    own = {key: rows[key] for key in ("title", "description", "change_note")}
    edition = document.editions.create(
        number=1, introduction="\n".join(rows["introduction"]), limits="\n".join(rows["limits"]), **own
    )
    edition.references.set(Reference.objects.filter(key__in=rows.get("references", [])))
    advices = {row["slug"]: add(edition.advices, row, place) for place, row in enumerate(rows["advices"])}
    options: dict[Choice, models.Option] = {}
    for place, row in enumerate(rows["questions"], 1):
        question = edition.questions.create(position=place, **pick(row, "slug", "kind", "text", "hint"))
        for word in row.get("words", []):
            question.words.create(**word)
        for number, option in enumerate(row["options"]):
            made = add(question.options, option, number)
            made.advices.set(advices[slug] for slug in option.get("advices", []))
            options[Choice(row["slug"], option["slug"])] = made
        for choice in row.get("asked_if", []):
            question.conditions.create(option=options[Choice.of(choice)])
    for row in rows["rules"]:
        add(edition.rules, row).options.set(options[Choice.of(choice)] for choice in row["together"])
    for row in rows["outcomes"]:
        add(edition.outcomes, row)
    for row in rows["magnesium"]:
        add(edition.magnesium, row)
    for row in rows["vignettes"]:
        vignette = edition.vignettes.create(**pick(row, "slug", "text", "urgency", "gate"))
        vignette.options.set(options[Choice.of(choice)] for choice in row["choices"])
        vignette.cards.set(advices[slug] for slug in row.get("cards", []))
    edition.reviews.create(**rows["review"])
    edition.publish(waiver="Part of the content that the site began with.")


def add(relation, row: dict, position: int | None = None):
    """Create a row with its plain values, and what it cites and links to."""
    fields = {field.name for field in relation.model._meta.concrete_fields}
    values = {key: "\n".join(value) if key in LINES else value for key, value in row.items() if key in fields}
    made = relation.create(**values | ({} if position is None else {"position": position}))
    made.references.set(Reference.objects.filter(key__in=row.get("references", [])))
    if "articles" in row:
        made.articles.set(Article.objects.filter(slug__in=row["articles"]))
    return made


def pick(row: dict, *names: str) -> dict:
    return {name: row[name] for name in names if name in row}
