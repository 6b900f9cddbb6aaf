"""Store what the files hold and the site lacks, as published first editions; leave everything else alone."""

from django.core.files import File
from django.db import models

from articles import pixels
from articles.models import Article, ArticleEdition, EvidenceRow, Misconception, Reference, Synonym, Term, Topic
from articles.seeding.reading import Seeds, edition_values

PUBLISHED_BECAUSE = "Part of the content that the site began with."


def load(seeds: Seeds, progress=lambda message: None) -> int:
    """Create what is missing, and return how many articles were new. Call it in a transaction, and without faults."""
    for topic in seeds.topics:
        Topic.objects.get_or_create(slug=topic.slug, defaults=values_of(topic))
    for reference in seeds.references:
        Reference.objects.get_or_create(key=reference.key, defaults=values_of(reference))
    for synonym in seeds.synonyms:
        Synonym.objects.get_or_create(said=synonym.said, meant=synonym.meant, defaults={"first": synonym.first})
    load_terms(seeds, progress)
    load_rows(EvidenceRow, seeds.answers, "slug")
    load_rows(Misconception, seeds.mistakes, "slug")
    documents = {}
    for slug, article in seeds.articles.items():
        documents[slug], _ = Article.objects.get_or_create(
            slug=slug, defaults={"is_site_page": article.get("site_page", False)}
        )
    new = [slug for slug, document in documents.items() if not document.editions.exists()]
    for count, slug in enumerate(new, 1):
        progress(f"article {count} of {len(new)}: {slug}")
        load_article(documents[slug], seeds.articles[slug])
    return len(new)


def load_terms(seeds: Seeds, progress) -> None:
    """Create the terms that are missing, and have articles that are there already explain them."""
    names = []
    for term, keys in seeds.terms:
        stored, is_new = Term.objects.get_or_create(slug=term.slug, defaults=values_of(term))
        if is_new:
            stored.references.set(Reference.objects.filter(key__in=keys))
            names += stored.names
    ArticleEdition.objects.in_use().mentioning(names).typeset_again(progress)


def load_rows(model, rows, *keys: str) -> None:
    for row in rows:
        same = {key: getattr(row, key) for key in keys}
        stored, is_new = model.objects.get_or_create(**same, defaults=values_of(row))
        if is_new:
            stored.note_references()


def load_article(document: Article, article: dict) -> None:
    edition = document.editions.create(
        number=1, topic=Topic.objects.get(slug=article["topic"]), **edition_values(article)
    )
    edition.related.set(Article.objects.filter(slug__in=article.get("related", [])))
    edition.unmarked_terms.set(Term.objects.filter(slug__in=article.get("unmarked_terms", [])))
    for position, faq in enumerate(article.get("faqs", [])):
        edition.faqs.create(**{"position": position} | faq | {"answer": faq["answer"].strip()})
    for row in article.get("figures", []):
        values = {key: value for key, value in row.items() if key != "file"}
        with (article["figures_at"] / row["file"]).open("rb") as file:
            edition.figures.create(image=pixels.adopt(File(file), row["file"]), **values)
    edition.reviews.create(**article["review"])
    edition.typeset()
    edition.take_over(PUBLISHED_BECAUSE)


def values_of(row: models.Model) -> dict:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.primary_key}
