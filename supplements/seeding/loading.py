"""Store what the files hold and the site lacks; leave everything else alone."""

from articles import seeding as base
from articles.models import Article
from supplements.models import Food, IntakeReference, Interaction, RouteCaution, Supplement, Use
from supplements.seeding.reading import REVIEW, Seeds, edition_values


def load(seeds: Seeds, progress=lambda message: None) -> int:
    """Create what is missing, and return how many forms were new. Call it in a transaction, and without faults."""
    for use in seeds.uses:
        Use.objects.get_or_create(slug=use.slug, defaults=base.values_of(use))
    base.load_rows(RouteCaution, seeds.cautions, "route")
    base.load_rows(Interaction, seeds.interactions, "slug")
    base.load_rows(Food, seeds.foods, "name")
    base.load_rows(IntakeReference, seeds.intake, "life_stage", "sex")
    new = 0
    for row in seeds.forms:
        document, _ = Supplement.objects.get_or_create(slug=row["slug"])
        if not document.editions.exists():
            progress(f"form of magnesium: {row['slug']}")
            load_form(document, row)
            new += 1
    return new


def load_form(document: Supplement, row: dict) -> None:
    edition = document.editions.create(number=1, **edition_values(row))
    edition.uses.set(Use.objects.filter(slug__in=row.get("uses", [])))
    edition.articles.set(Article.objects.filter(slug__in=row.get("articles", [])))
    edition.note_references()
    edition.reviews.create(**row.get("review", REVIEW))
    edition.take_over(base.PUBLISHED_BECAUSE)
