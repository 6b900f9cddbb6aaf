"""Write what is live as the files that `reading` reads."""

from pathlib import Path

from articles import seeding as base
from supplements.models import Food, IntakeReference, Interaction, RouteCaution, SupplementEdition, Use

ALWAYS = ("slug", "change_note", "review")  # keys of a form whose absence would mean something else


def write(folder: Path, articles: set[str], progress=lambda message: None) -> list[str]:
    """Write every row and every live form into `folder`; returns what had to be left out.

    `articles` are the slugs of those that are written beside them.
    """
    folder.mkdir()
    warnings: list[str] = []
    file = {
        "uses": base.in_order(list(Use.objects.values(*base.fields_of(Use)))),
        "route_cautions": list(RouteCaution.objects.order_by("pk").values(*base.fields_of(RouteCaution))),
        "forms": [],
    }
    editions = SupplementEdition.objects.live().select_related("document").prefetch_related("uses", "articles")
    for edition in editions.order_by("document_id"):
        progress(f"form of magnesium: {edition.document.slug}")
        file["forms"].append(form_row(edition, articles, warnings))
    write_toml(folder / "forms.toml", file)
    names = base.fields_of(Interaction)
    interactions = base.in_order(list(Interaction.objects.order_by("position", "pk").values(*names)))
    write_toml(folder / "interactions.toml", {"interactions": [filled(row) for row in interactions]})
    names = base.fields_of(Food)
    base.write_csv(folder / "foods.csv", names, Food.objects.order_by("pk").values(*names))
    names = base.fields_of(IntakeReference)
    stages = IntakeReference.objects.order_by("position", "pk").values(*names)
    base.write_csv(folder / "intake.csv", names, (stage_row(stage) for stage in stages))
    return warnings


def form_row(edition: SupplementEdition, articles: set[str], warnings: list[str]) -> dict:
    slug = edition.document.slug
    names = [name for name in base.fields_of(SupplementEdition) if name != "document"]
    row = {"slug": slug} | {name: getattr(edition, name) for name in names}
    row |= {name: str(row[name]) for name in ("elemental_percent", "elemental_low", "elemental_high")}
    row["uses"] = [use.slug for use in edition.uses.all()]
    row["articles"] = base.kept(
        (article.slug for article in edition.articles.all()), articles, f"form {slug}", warnings
    )
    row["review"] = base.review_of(edition)
    return {key: value for key, value in row.items() if value or key in ALWAYS}


def stage_row(row: dict) -> dict:
    return row | {"is_adequate_intake": "yes" if row["is_adequate_intake"] else ""}


def filled(row: dict) -> dict:
    """The row without its empty texts. A position of 0 is not empty."""
    return {key: value for key, value in row.items() if value != ""}


def write_toml(path: Path, rows: dict) -> None:
    path.write_text(base.as_toml(rows), encoding="utf-8", newline="\n")
