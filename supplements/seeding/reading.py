"""Read the seed files about forms, medicines, foods and intake, and check everything; nothing is stored."""

import csv
import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path

from articles import seeding as base
from articles.seeding import Fault
from supplements.models import (
    Food,
    IntakeReference,
    Interaction,
    RouteCaution,
    Supplement,
    SupplementEdition,
    SupplementReview,
    Use,
)

HERE = Path(__file__).resolve().parent.parent / "seeds"
REVIEW = {  # of a form that names none
    "reviewed_on": dt.date(2026, 11, 22),
    "next_due": dt.date(2027, 11, 22),
    "note": "Checked against its sources by the editors.",
}
RELATIONS = ("slug", "uses", "articles", "claims", "review")  # keys of a form that are no fields of its edition
SHAPES = {
    "forms.toml": {
        "uses": [dict],
        "route_cautions": [dict],
        "forms": [{"uses": [str], "articles": [str], "claims": [str], "review": dict}],
    },
    "interactions.toml": {"interactions": [{"claims": [str]}]},
}


@dataclass
class Seeds:
    """Unsaved rows, and the forms as they stand in their file."""

    uses: list[Use] = field(default_factory=list)
    forms: list[dict] = field(default_factory=list)
    cautions: list[RouteCaution] = field(default_factory=list)
    interactions: list[Interaction] = field(default_factory=list)
    foods: list[Food] = field(default_factory=list)
    intake: list[IntakeReference] = field(default_factory=list)
    claims: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)


def read(articles: base.Seeds, folder: Path = HERE) -> Seeds:
    """Read and check every file; `articles` are the seeds that these cite and link to."""
    seeds = Seeds()
    known = {reference.key for reference in articles.references if reference}
    forms, text = base.read_toml(folder / "forms.toml", SHAPES["forms.toml"], seeds)
    for position, row in enumerate(forms.get("uses", [])):
        seeds.uses.append(
            base.checked(Use, {"position": position} | row, base.place_of(row, "forms.toml", text), seeds)
        )
    for row in forms.get("route_cautions", []):
        place = Fault("forms.toml", base.line_of(text, f'route = "{row.get("route")}"'), "")
        seeds.cautions.append(base.check_row(RouteCaution, row, place, seeds, known, text))
    for row in forms.get("forms", []):
        check_form(row, base.place_of(row, "forms.toml", text), seeds, articles, text)
        seeds.forms.append(row)
    interactions, text = base.read_toml(folder / "interactions.toml", SHAPES["interactions.toml"], seeds)
    for position, row in enumerate(interactions.get("interactions", [])):
        seeds.claims |= set(row.pop("claims", []))
        place = base.place_of(row, "interactions.toml", text)
        seeds.interactions.append(base.check_row(Interaction, {"position": position} | row, place, seeds, known, text))
    for line, row in read_csv(folder / "foods.csv", seeds):
        seeds.foods.append(base.check_row(Food, row, Fault("foods.csv", line, ""), seeds, known))
    for line, row in read_csv(folder / "intake.csv", seeds):
        values = row | {
            "position": row.get("position") or line,
            "is_adequate_intake": row.get("is_adequate_intake") == "yes",
            "upper_mg": row.get("upper_mg") or None,
        }
        seeds.intake.append(base.check_row(IntakeReference, values, Fault("intake.csv", line, ""), seeds, known))
    return seeds


def read_csv(path: Path, seeds: Seeds) -> list[tuple[int, dict]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restkey=base.EXTRA, strict=True)
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        seeds.faults.append(Fault(path.name, 0, f"cannot be read: {error}"))
        return []


def check_form(row: dict, place: Fault, seeds: Seeds, articles: base.Seeds, text: str) -> None:
    seeds.claims |= set(row.get("claims", []))
    for use in row.get("uses", []):
        if use not in {known.slug for known in seeds.uses if known}:
            seeds.faults.append(Fault(place.file, place.line, f"there is no use “{use}”"))
    for slug in row.get("articles", []):
        if slug not in articles.articles:
            seeds.faults.append(Fault(place.file, place.line, f"there is no article “{slug}”"))
    base.checked(Supplement, {"slug": row.get("slug", "")}, place, seeds)
    base.checked(SupplementReview, row.get("review", REVIEW), place, seeds, leave={"edition"})
    known = {reference.key for reference in articles.references if reference}
    base.check_row(SupplementEdition, edition_values(row), place, seeds, known, text)


def edition_values(row: dict) -> dict:
    return {"change_note": "First published."} | {key: value for key, value in row.items() if key not in RELATIONS}
