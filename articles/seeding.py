"""Read the articles' seed files, and load what is missing.

An article is a Markdown file with TOML front matter between lines of `+++`; topics are TOML, references CSV. Reading
checks everything and writes nothing: every fault comes back with its file, its line where there is one, and the reason.
Loading creates what does not exist yet as a published first edition and leaves everything else alone.
"""

import csv
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models

from articles import markdown
from articles.models import Article, ArticleEdition, ArticleReview, Faq, Reference, Topic

HERE = Path(__file__).parent / "seeds"
REQUIRED = {"title", "topic", "description", "quick_answer", "change_note", "claims", "review"}
OPTIONAL = {"key_points", "related", "faqs", "site_page", "is_correction"}
LINK = re.compile(r"\]\(/articles/([\w-]+)/")


@dataclass
class Fault:
    """What is wrong in which file; `line` is 0 where it concerns the whole file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.reason}"


@dataclass
class Seeds:
    """What the files hold, as unsaved rows where they have no relations and as plain values where they do."""

    topics: list[Topic] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    articles: dict[str, dict] = field(default_factory=dict)  # slug -> front matter, with "body" and "file"
    faults: list[Fault] = field(default_factory=list)


def read(folder: Path = HERE) -> Seeds:
    """Read and check every seed file in `folder`; the faults are part of what comes back."""
    seeds = Seeds()
    read_topics(folder / "topics.toml", seeds)
    read_references(folder / "references.csv", seeds)
    for path in sorted(folder.glob("*.md")):
        read_article(path, seeds)
    check_names(seeds)
    return seeds


def read_topics(path: Path, seeds: Seeds) -> None:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["topics"]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        seeds.faults.append(Fault(path.name, toml_line(error), f"cannot be read: {error}"))
        return
    for position, row in enumerate(rows):
        seeds.topics.append(checked(Topic, row | {"position": position}, Fault(path.name, 0, ""), seeds))


def read_references(path: Path, seeds: Seeds) -> None:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for row in reader:
                values = {key: value for key, value in row.items() if value}
                seeds.references.append(checked(Reference, values, Fault(path.name, reader.line_num, ""), seeds))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        seeds.faults.append(Fault(path.name, 0, f"cannot be read: {error}"))


def read_article(path: Path, seeds: Seeds) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        _, front, body = re.split(r"^\+\+\+\s*$", text, maxsplit=2, flags=re.MULTILINE)
        article = tomllib.loads(front)
    except ValueError as error:  # also what TOML and UTF-8 raise
        line = toml_line(error)
        reason = str(error) if line or isinstance(error, UnicodeDecodeError) else "needs front matter between +++ lines"
        seeds.faults.append(Fault(path.name, line, reason))
        return
    for key in sorted(REQUIRED - article.keys()):
        seeds.faults.append(Fault(path.name, 1, f"“{key}” is missing"))
    for key in sorted(article.keys() - REQUIRED - OPTIONAL):
        seeds.faults.append(Fault(path.name, line_of(text, key), f"“{key}” is no key of an article"))
    if article.keys() >= REQUIRED:
        seeds.articles[path.stem] = article | {"body": body.strip() + "\n", "file": path.name, "text": text}


def check_names(seeds: Seeds) -> None:
    """Check what one file says against what the others hold: topics, references, related articles, links, fields."""
    known = {reference.key for reference in seeds.references if reference}
    topics = {topic.slug for topic in seeds.topics if topic}
    for article in seeds.articles.values():
        place = Fault(article["file"], 0, "")
        checked(ArticleEdition, edition_values(article), place, seeds, article["text"], leave={"topic", "document"})
        checked(ArticleReview, article["review"], place, seeds, article["text"], leave={"edition"})
        for faq in article.get("faqs", []):
            checked(Faq, faq, place, seeds, article["text"], leave={"edition"})
        if article["topic"] not in topics:
            fault(seeds, article, article["topic"], f"there is no topic “{article['topic']}”")
        texts = seed_texts(article)
        for slug in [*article.get("related", []), *LINK.findall("\n".join(texts))]:
            if slug not in seeds.articles:
                fault(seeds, article, slug, f"there is no article “{slug}”")
        try:
            unknown = markdown.render(texts, known).unknown
        except markdown.Unrenderable as error:
            fault(seeds, article, "", str(error))
            continue
        for key in unknown:
            fault(seeds, article, f"[^{key}]", f"there is no reference “{key}”")


def edition_values(article: dict) -> dict:
    """The fields of the edition that an article's front matter and body give."""
    plain = ("title", "description", "change_note", "body")
    return {key: article[key] for key in plain} | {
        "quick_answer": article["quick_answer"].strip(),
        "key_points": "\n".join(article.get("key_points", [])),
        "is_correction": article.get("is_correction", False),
    }


def seed_texts(article: dict) -> list[str]:
    answers = [faq.get("answer", "") for faq in article.get("faqs", [])]
    return [article["quick_answer"], *article.get("key_points", []), article["body"], *answers]


def checked(model, values: dict, place: Fault, seeds: Seeds, text: str = "", leave=frozenset()) -> models.Model | None:
    """An unsaved row of `model` that passed its own validation, or None and faults."""
    try:
        row = model(**values)
        row.clean_fields(exclude=leave)
        for constraint in row._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):  # a row that is stored already is no fault
                constraint.validate(model, row, exclude=leave)
    except TypeError as error:
        seeds.faults.append(Fault(place.file, place.line, str(error)))
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, reasons in found.items():
            line = place.line or line_of(text, name)
            seeds.faults.append(Fault(place.file, line, f"{name}: {' '.join(reasons)}".removeprefix(": ")))
    else:
        return row
    return None


def fault(seeds: Seeds, article: dict, needle: str, reason: str) -> None:
    seeds.faults.append(Fault(article["file"], line_of(article["text"], needle), reason))


def line_of(text: str, needle: str) -> int:
    """The first line of `text` that holds `needle`, from 1; 0 if none does."""
    lines = text.splitlines() if needle else []
    return next((number for number, line in enumerate(lines, 1) if needle in line), 0)


def toml_line(error: Exception) -> int:
    return getattr(error, "lineno", 0) or int(next(iter(re.findall(r"at line (\d+)", str(error))), 0))


def load(seeds: Seeds, progress=lambda message: None) -> int:
    """Create what is missing, and return how many articles were new. Call it in a transaction, and without faults."""
    for topic in seeds.topics:
        Topic.objects.get_or_create(slug=topic.slug, defaults=values_of(topic))
    for reference in seeds.references:
        Reference.objects.get_or_create(key=reference.key, defaults=values_of(reference))
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


def load_article(document: Article, article: dict) -> None:
    edition = document.editions.create(
        number=1, topic=Topic.objects.get(slug=article["topic"]), **edition_values(article)
    )
    edition.related.set(Article.objects.filter(slug__in=article.get("related", [])))
    for position, faq in enumerate(article.get("faqs", [])):
        edition.faqs.create(position=position, question=faq["question"], answer=faq["answer"].strip())
    edition.reviews.create(**article["review"])
    edition.typeset()
    edition.publish(waiver="Part of the content that the site began with.")


def values_of(row: models.Model) -> dict:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.primary_key}
