"""Read the seed files about forms, medicines, foods and intake, and load what is missing."""

import csv
import datetime as dt
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from articles import seeding as base
from articles.citations import MARK
from articles.models import Article
from articles.seeding import Fault
from supplements.models import Food, IntakeReference, Interaction, RouteCaution, Supplement, SupplementEdition, Use

HERE = Path(__file__).parent / "seeds"
REVIEW = {
    "reviewed_on": dt.date(2026, 11, 22),
    "next_due": dt.date(2027, 11, 22),
    "note": "Checked against its sources by the editors.",
}
RELATIONS = ("slug", "uses", "articles", "claims")  # keys of a form that are no fields of its edition


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
    forms = read_toml(folder / "forms.toml", seeds)
    for position, row in enumerate(forms.get("uses", [])):
        seeds.uses.append(base.checked(Use, row | {"position": position}, Fault("forms.toml", 0, ""), seeds))
    for row in forms.get("route_cautions", []):
        seeds.cautions.append(check_row(RouteCaution, row, Fault("forms.toml", 0, ""), seeds))
    for row in forms.get("forms", []):
        place = Fault("forms.toml", base.line_of(forms["text"], f'slug = "{row.get("slug")}"'), "")
        check_form(row, place, seeds, articles)
        seeds.forms.append(row)
    interactions = read_toml(folder / "interactions.toml", seeds)
    for position, row in enumerate(interactions.get("interactions", [])):
        place = Fault("interactions.toml", base.line_of(interactions["text"], f'slug = "{row.get("slug")}"'), "")
        seeds.claims |= set(row.pop("claims", []))
        seeds.interactions.append(check_row(Interaction, row | {"position": position}, place, seeds))
    for line, row in read_csv(folder / "foods.csv", seeds):
        seeds.foods.append(check_row(Food, row, Fault("foods.csv", line, ""), seeds))
    for line, row in read_csv(folder / "intake.csv", seeds):
        values = row | {
            "position": line,
            "is_adequate_intake": row.get("is_adequate_intake") == "yes",
            "upper_mg": row.get("upper_mg") or None,
        }
        seeds.intake.append(check_row(IntakeReference, values, Fault("intake.csv", line, ""), seeds))
    for path in sorted(folder.glob("*.*")):
        for line, text in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            for key in set(MARK.findall(text)) - known:
                seeds.faults.append(Fault(path.name, line, f"there is no reference “{key}”"))
    return seeds


def read_toml(path: Path, seeds: Seeds) -> dict:
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text) | {"text": text}
    except (OSError, ValueError) as error:
        seeds.faults.append(Fault(path.name, base.toml_line(error), f"cannot be read: {error}"))
        return {}


def read_csv(path: Path, seeds: Seeds) -> list[tuple[int, dict]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            return [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        seeds.faults.append(Fault(path.name, 0, f"cannot be read: {error}"))
        return []


def check_form(row: dict, place: Fault, seeds: Seeds, articles: base.Seeds) -> None:
    seeds.claims |= set(row.get("claims", []))
    for use in row.get("uses", []):
        if use not in {known.slug for known in seeds.uses if known}:
            seeds.faults.append(Fault(place.file, place.line, f"there is no use “{use}”"))
    for slug in row.get("articles", []):
        if slug not in articles.articles:
            seeds.faults.append(Fault(place.file, place.line, f"there is no article “{slug}”"))
    base.checked(Supplement, {"slug": row.get("slug", "")}, place, seeds)
    check_row(SupplementEdition, edition_values(row), place, seeds)


def check_row(model, values: dict, place: Fault, seeds: Seeds):
    """A checked row, but for its citations: their references are seeds too, and are checked against the files."""
    cited = {key: value for key, value in values.items() if key in model.cited_fields}
    row = base.checked(model, values, place, seeds, leave={*cited, "document", "references"})
    for name, text in cited.items():
        longest = model._meta.get_field(name).max_length
        if not text and not model._meta.get_field(name).blank:
            seeds.faults.append(Fault(place.file, place.line, f"{name}: is empty"))
        elif len(text) > longest:
            seeds.faults.append(Fault(place.file, place.line, f"{name}: {longest} characters at most"))
    return row


def edition_values(row: dict) -> dict:
    return {key: value for key, value in row.items() if key not in RELATIONS} | {"change_note": "First published."}


def load(seeds: Seeds, progress=lambda message: None) -> int:
    """Create what is missing, and return how many forms were new. Call it in a transaction, and without faults."""
    for use in seeds.uses:
        Use.objects.get_or_create(slug=use.slug, defaults=base.values_of(use))
    load_rows(RouteCaution, seeds.cautions, "route")
    load_rows(Interaction, seeds.interactions, "slug")
    load_rows(Food, seeds.foods, "name")
    load_rows(IntakeReference, seeds.intake, "life_stage", "sex")
    new = 0
    for row in seeds.forms:
        document, _ = Supplement.objects.get_or_create(slug=row["slug"])
        if not document.editions.exists():
            progress(f"form of magnesium: {row['slug']}")
            load_form(document, row)
            new += 1
    return new


def load_rows(model, rows, *keys: str) -> None:
    for row in rows:
        same = {key: getattr(row, key) for key in keys}
        stored, is_new = model.objects.get_or_create(**same, defaults=base.values_of(row))
        if is_new:
            stored.note_references()


def load_form(document: Supplement, row: dict) -> None:
    edition = document.editions.create(number=1, **edition_values(row))
    edition.uses.set(Use.objects.filter(slug__in=row["uses"]))
    edition.articles.set(Article.objects.filter(slug__in=row["articles"]))
    edition.note_references()
    edition.reviews.create(**REVIEW)
    edition.publish(waiver="Part of the content that the site began with.")
