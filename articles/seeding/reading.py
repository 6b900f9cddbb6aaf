"""Read the articles' seed files and check everything; nothing is stored.

Every fault comes back with its file, its line where there is one, and the reason.
"""

import csv
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import models

from articles import markdown, pixels
from articles.drawings import known_drawings
from articles.models import (
    Article,
    ArticleEdition,
    ArticleReview,
    EvidenceRow,
    Faq,
    Figure,
    Misconception,
    Reference,
    Synonym,
    Term,
    Topic,
    clash,
)
from articles.seeding.checks import (
    EXTRA,
    Fault,
    check_row,
    checked,
    line_of,
    misshapen,
    place_of,
    read_toml,
    toml_line,
)

HERE = Path(__file__).resolve().parent.parent / "seeds"
FENCE = re.compile(r"^\+\+\+\s*$", re.MULTILINE)
LINK = re.compile(r"\]\(/articles/([\w-]+)/")
PLAIN_NAME = re.compile(r"[\w-][\w.-]*", re.ASCII)
REQUIRED = {"title", "topic", "description", "quick_answer", "change_note", "review"}
OPTIONAL = {
    "key_points",
    "related",
    "unmarked_terms",
    "dead_links",
    "faqs",
    "figures",
    "site_page",
    "is_correction",
    "claims",
}
SHAPES = {
    "review": dict,
    "faqs": [{"question": str, "answer": str}],
    "figures": [{"name": str, "file": str, "alt": str, "caption": str}],
    **dict.fromkeys(("title", "topic", "description", "quick_answer", "change_note"), str),
    **{key: [str] for key in ("key_points", "related", "unmarked_terms", "dead_links", "claims")},
}


@dataclass
class Seeds:
    """What the files hold, as unsaved rows where they have no relations and as plain values where they do."""

    topics: list[Topic] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    synonyms: list[Synonym] = field(default_factory=list)
    terms: list[tuple[Term, list[str]]] = field(default_factory=list)  # each with the keys of its references
    articles: dict[str, dict] = field(default_factory=dict)  # slug -> front matter, with "body" and "file"
    answers: list[EvidenceRow] = field(default_factory=list)
    mistakes: list[Misconception] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(folder: Path = HERE) -> Seeds:
    """Read and check every seed file in `folder`; the faults are part of what comes back."""
    seeds = Seeds()
    read_topics(folder / "topics.toml", seeds)
    seeds.references = read_rows(folder / "references.csv", Reference, seeds)
    if (synonyms := folder / "synonyms.csv").exists():  # a folder that was exported earlier has none
        seeds.synonyms = read_rows(synonyms, Synonym, seeds)
    read_terms(folder / "glossary.toml", seeds)
    for path in sorted(folder.glob("*.md")):
        read_article(path, seeds)
    seeds.answers = read_cited(folder / "evidence.toml", "answers", EvidenceRow, seeds)
    seeds.mistakes = read_cited(folder / "misconceptions.toml", "mistakes", Misconception, seeds)
    check_names(seeds)
    return seeds


def read_topics(path: Path, seeds: Seeds) -> None:
    file, text = read_toml(path, {"topics": [{"slug": str}]}, seeds)
    for position, row in enumerate(file.get("topics", [])):
        seeds.topics.append(checked(Topic, {"position": position} | row, place_of(row, path.name, text), seeds))


def read_rows(path: Path, model: type[models.Model], seeds: Seeds) -> list[models.Model]:
    """The rows of a CSV file, whose columns are the fields of `model`."""
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, restkey=EXTRA, strict=True)
            for row in reader:
                values = {key: value for key, value in row.items() if value}
                rows.append(checked(model, values, Fault(path.name, reader.line_num, ""), seeds))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        seeds.faults.append(Fault(path.name, 0, f"cannot be read: {error}"))
    return rows


def read_terms(path: Path, seeds: Seeds) -> None:
    """Read the glossary; an export from before there was one has no such file."""
    if not path.exists():
        return
    file, text = read_toml(path, {"terms": [{"slug": str, "other_names": [str], "references": [str]}]}, seeds)
    known = {reference.key for reference in seeds.references if reference}
    for row in file.get("terms", []):
        place = place_of(row, path.name, text)
        values = {key: value for key, value in row.items() if key != "references"}
        term = checked(Term, values | {"other_names": "\n".join(row.get("other_names", []))}, place, seeds)
        if term and (reason := term_fault(term, row.get("references", []), known, seeds)):
            seeds.faults.append(Fault(path.name, place.line, reason))
        elif term:
            seeds.terms.append((term, row.get("references", [])))


def term_fault(term: Term, keys: list[str], known: set[str], seeds: Seeds) -> str:
    others = [other for other, _ in seeds.terms]
    if term.slug in {other.slug for other in others}:
        return f"there are two terms “{term.slug}”"
    if taken := clash(term, others):
        return f"“{taken[0]}” is a name of “{taken[1]}” already"
    unknown = sorted(set(keys) - known)
    return f"there is no reference “{unknown[0]}”" if unknown else ""


def read_cited(path: Path, name: str, model, seeds: Seeds) -> list:
    """The rows called `name` in a file of rows that cite. Exports made before there were such files have none."""
    if not path.exists():
        return []
    known = {reference.key for reference in seeds.references if reference}
    file, text = read_toml(path, {name: [{"slug": str, "claims": [str]}]}, seeds)
    rows = []
    for position, row in enumerate(file.get(name, [])):
        values = {"position": position} | {key: value for key, value in row.items() if key != "claims"}
        place = place_of(row, path.name, text)
        rows.append(check_row(model, values, place, seeds, known, text))
        seeds.faults += [Fault(path.name, place.line, reason) for reason in unsourced(rows[-1])]
    return rows


def unsourced(row) -> list[str]:
    """What stands against a row that was read, if its own rule about sources does."""
    try:
        if row:
            row.clean()
    except ValidationError as error:
        return error.messages
    return []


def read_article(path: Path, seeds: Seeds) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        article, body = parts_of(text)
    except ValueError as error:  # also what TOML and UTF-8 raise
        line = toml_line(error)
        reason = str(error) if line or isinstance(error, UnicodeDecodeError) else "needs front matter between +++ lines"
        seeds.faults.append(Fault(path.name, line, reason))
        return
    for key in sorted(REQUIRED - article.keys()):
        seeds.faults.append(Fault(path.name, 1, f"“{key}” is missing"))
    for key in sorted(article.keys() - REQUIRED - OPTIONAL):
        seeds.faults.append(Fault(path.name, line_of(text, key), f"“{key}” is no key of an article"))
    faults = [*misshapen(article, SHAPES, path.name, text)]
    seeds.faults += faults
    if article.keys() >= REQUIRED and not faults:
        place = {"file": path.name, "text": text, "figures_at": path.parent / "figures"}
        seeds.articles[path.stem] = article | {"body": body} | place


def parts_of(text: str) -> tuple[dict, str]:
    """The front matter and the body of an article's file. Raises ValueError where there is no front matter."""
    _, front, body = FENCE.split(text, maxsplit=2)
    return tomllib.loads(front), body.strip()


def check_names(seeds: Seeds) -> None:
    """Check what one file says against what the others hold: topics, references, terms, articles, links, fields."""
    known = {reference.key for reference in seeds.references if reference}
    topics = {topic.slug for topic in seeds.topics if topic}
    terms = {term.slug for term, _ in seeds.terms}
    for slug, article in seeds.articles.items():
        place = Fault(article["file"], 0, "")
        checked(Article, {"slug": slug, "is_site_page": article.get("site_page", False)}, place, seeds)
        checked(ArticleEdition, edition_values(article), place, seeds, article["text"], leave={"topic", "document"})
        checked(ArticleReview, article["review"], place, seeds, article["text"], leave={"edition"})
        for faq in article.get("faqs", []):
            checked(Faq, faq, place, seeds, article["text"], leave={"edition"})
        figures = check_figures(article, seeds)
        if article["topic"] not in topics:
            fault(seeds, article, article["topic"], f"there is no topic “{article['topic']}”")
        texts = seed_texts(article)
        linked = set(LINK.findall("\n".join(texts))) - set(article.get("dead_links", []))
        for other in sorted((linked | set(article.get("related", []))) - seeds.articles.keys()):
            fault(seeds, article, other, f"there is no article “{other}”")
        for term in sorted(set(article.get("unmarked_terms", [])) - terms):
            fault(seeds, article, term, f"there is no term “{term}”")
        try:
            rendered = markdown.render(texts, known, figures | known_drawings())
        except markdown.Unrenderable as error:
            fault(seeds, article, "", str(error))
            continue
        for key in rendered.unknown:
            fault(seeds, article, f"[^{key}]", f"there is no reference “{key}”")
        for name in rendered.missing:
            fault(seeds, article, f"]({name}", f"there is no figure “{name}”")


def check_figures(article: dict, seeds: Seeds) -> dict[str, dict]:
    """Check the rows of the figures and their pictures; returns what `markdown.render` needs to show them."""
    shown = {}
    for row in article.get("figures", []):
        name, file = row.get("name", ""), row.get("file", "")
        values = {key: value for key, value in row.items() if key != "file"}
        place = Fault(article["file"], line_of(article["text"], f'name = "{name}"'), "")
        checked(Figure, values, place, seeds, leave={"edition", "image"})
        if name in shown:
            seeds.faults.append(Fault(place.file, place.line, f"there are two figures “{name}”"))
        if reason := picture_fault(article["figures_at"], file):
            seeds.faults.append(Fault(place.file, place.line, reason))
        shown[name] = {"src": file, "alt": "", "width": 0, "height": 0}
    return shown


def picture_fault(folder: Path, file: str) -> str:
    """Why `file` is no picture that may be loaded from `folder`; nothing if it is one."""
    if not PLAIN_NAME.fullmatch(file):
        return f"“{file}” is no plain file name"
    try:
        pixels.checked(ContentFile((folder / file).read_bytes()), file)
    except OSError:
        return f"there is no picture “{file}” under figures/"
    except ValidationError as error:
        return f"“{file}”: {' '.join(error.messages)}"
    return ""


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


def fault(seeds: Seeds, article: dict, needle: str, reason: str) -> None:
    seeds.faults.append(Fault(article["file"], line_of(article["text"], needle), reason))
