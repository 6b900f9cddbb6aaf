"""Store the checklists that the files hold and the site lacks; leave everything else alone."""

from articles import seeding as base
from articles.models import Article, Reference
from triage import models
from triage.ladder import Choice
from triage.seeding.reading import Seeds, edition_values, plain_values


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
    edition = document.editions.create(number=1, **edition_values(rows))
    edition.references.set(Reference.objects.filter(key__in=rows.get("references", [])))
    advices = {row["slug"]: add(edition.advices, row, place) for place, row in enumerate(rows["advices"])}
    options: dict[Choice, models.Option] = {}
    for place, row in enumerate(rows["questions"], 1):
        question = edition.questions.create(position=place, **plain_values(row))
        for word in row.get("words", []):
            question.words.create(**word)
        for number, option in enumerate(row.get("options", [])):
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
        vignette = edition.vignettes.create(**plain_values(row))
        vignette.options.set(options[Choice.of(choice)] for choice in row["choices"])
        vignette.cards.set(advices[slug] for slug in row.get("cards", []))
    edition.reviews.create(**rows["review"])
    edition.take_over(base.PUBLISHED_BECAUSE)


def add(relation, row: dict, position: int | None = None):
    """Create a row with its plain values, and what it cites and links to."""
    place = {} if position is None else {"position": position}
    made = relation.create(**plain_values(row) | place)
    made.references.set(Reference.objects.filter(key__in=row.get("references", [])))
    if "articles" in row:
        made.articles.set(Article.objects.filter(slug__in=row["articles"]))
    return made
