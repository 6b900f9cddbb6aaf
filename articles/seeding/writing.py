"""Write what is live as the files that `reading` reads.

A text keeps every character but these: its line ends become \n, and blank space around it goes, as it does in the
desk's forms. So the second export of a text is the first one.
"""

import csv
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import tomli_w

from articles.editions import Edition
from articles.models import ArticleEdition, EvidenceRow, Figure, Misconception, Reference, Synonym, Term, Topic
from articles.seeding.checks import fields_of
from articles.seeding.reading import FENCE, LINK, REQUIRED


def write(folder: Path, progress=lambda message: None) -> list[str]:
    """Write topics, references, the glossary and every live article into `folder`; returns what had to be left out."""
    (folder / "figures").mkdir(parents=True)
    topics = in_order(list(Topic.objects.values(*fields_of(Topic))))
    (folder / "topics.toml").write_text(as_toml({"topics": topics}), encoding="utf-8", newline="\n")
    names = fields_of(Reference)
    write_csv(folder / "references.csv", names, sorted(Reference.objects.values(*names), key=lambda row: row["key"]))
    names = fields_of(Synonym)
    write_csv(folder / "synonyms.csv", names, Synonym.objects.order_by("pk").values(*names))
    terms = [term_row(term) for term in Term.objects.order_by("slug").prefetch_related("references")]
    (folder / "glossary.toml").write_text(as_toml({"terms": terms}), encoding="utf-8", newline="\n")
    write_rows(folder / "evidence.toml", "answers", EvidenceRow)
    write_rows(folder / "misconceptions.toml", "mistakes", Misconception)
    editions = ArticleEdition.objects.live().select_related("document", "topic").order_by("document__slug")
    live = set(editions.values_list("document__slug", flat=True))
    warnings: list[str] = []
    for count, edition in enumerate(
        editions.prefetch_related("related", "unmarked_terms", "faqs", "figures").iterator(100), 1
    ):
        slug = edition.document.slug
        progress(f"article {count} of {len(live)}: {slug}")
        front = front_of(edition, live, warnings)
        for figure, row in zip(edition.figures.all(), front.get("figures", []), strict=True):
            copy_picture(figure, folder / "figures" / row["file"], f"article {slug}", warnings)
        (folder / f"{slug}.md").write_text(article_text(front, edition.body), encoding="utf-8", newline="\n")
    return warnings


def term_row(term: Term) -> dict:
    row = {"slug": term.slug, "name": term.name, "other_names": term.other_name_list, "definition": term.definition}
    row["references"] = [reference.key for reference in term.references.all()]
    return {key: value for key, value in row.items() if value}


def write_rows(path: Path, name: str, model) -> None:
    rows = in_order(list(model.objects.order_by("position", "pk").values(*fields_of(model))))
    path.write_text(as_toml({name: rows}), encoding="utf-8", newline="\n")


def front_of(edition: ArticleEdition, live: set[str], warnings: list[str]) -> dict:
    """The front matter. Links between the words cannot be left out, so those that lead nowhere are listed."""
    slug = edition.document.slug
    dead_links = sorted(set(LINK.findall("\n".join(edition.texts()))) - live)
    warnings += [f"article {slug}: its words link to “{other}”, which is not live" for other in dead_links]
    front = {
        "title": edition.title,
        "topic": edition.topic.slug,
        "description": edition.description,
        "quick_answer": edition.quick_answer,
        "key_points": edition.key_point_list,
        "change_note": edition.change_note,
        "is_correction": edition.is_correction,
        "related": kept([other.slug for other in edition.related.all()], live, f"article {slug}", warnings),
        "unmarked_terms": sorted(term.slug for term in edition.unmarked_terms.all()),
        "dead_links": dead_links,
        "site_page": edition.document.is_site_page,
        "review": review_of(edition),
        "faqs": in_order(
            [{"question": faq.question, "answer": faq.answer, "position": faq.position} for faq in edition.faqs.all()]
        ),
        "figures": [figure_row(slug, figure) for figure in edition.figures.all()],
    }
    return {key: value for key, value in front.items() if value or key in REQUIRED}


def figure_row(slug: str, figure: Figure) -> dict:
    """The row of a figure. Its file's name does not come from the storage, which gives another to each upload."""
    file = f"{slug}.{figure.name}{Path(figure.image.name).suffix.lower()}"
    row = {"name": figure.name, "file": file, "alt": figure.alt, "caption": figure.caption}
    return {key: value for key, value in row.items() if value}


def copy_picture(figure: Figure, path: Path, owner: str, warnings: list[str]) -> None:
    try:
        with figure.image.open("rb") as source, path.open("xb") as target:
            shutil.copyfileobj(source, target)
    except FileNotFoundError:
        warnings.append(f"{owner}: the picture of “{figure.name}” is gone from the storage ({figure.image.name})")


def article_text(front: dict, body: str) -> str:
    """The file of an article. Longer texts stand on lines of their own, and no line in them looks like a fence."""
    front = tidied(front)
    answers = [faq | {"answer": f"{faq['answer']}\n"} for faq in front.get("faqs", [])]
    blocks = {"quick_answer": f"{front['quick_answer']}\n"} | ({"faqs": answers} if answers else {})
    head = tomli_w.dumps(front | blocks, multiline_strings=True)
    return f"+++\n{FENCE.sub(escaped_fence, head)}+++\n\n{tidied(body)}\n"


def escaped_fence(found: re.Match) -> str:
    return f"\\u002B{found[0][1:]}"


def as_toml(rows: dict) -> str:
    return tomli_w.dumps(tidied(rows), multiline_strings=True)


def write_csv(path: Path, names: list[str], rows: Iterable[dict]) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(tidied(row) for row in rows)


def tidied(value):
    """The value with every text in it as it is written."""
    match value:
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n").strip()
        case dict():
            return {key: tidied(item) for key, item in value.items()}
        case list() | tuple():
            return [tidied(item) for item in value]
    return value


def in_order(rows: list[dict]) -> list[dict]:
    """The rows without the positions that reading gives them anyway."""
    return [
        {key: value for key, value in row.items() if (key, value) != ("position", place)}
        for place, row in enumerate(rows)
    ]


def kept(slugs: Iterable[str], live: set[str], owner: str, warnings: list[str]) -> list[str]:
    """Those slugs of articles that are live; a link to another would lead nowhere once the files are loaded."""
    slugs = set(slugs)
    warnings += [f"{owner}: the link to “{slug}” is left out, for that is not live" for slug in sorted(slugs - live)]
    return sorted(slugs & live)


def review_of(edition: Edition) -> dict:
    """The latest review of the page, which may be one of an earlier edition."""
    model = edition._meta.get_field("reviews").related_model
    reviews = model.objects.filter(edition__document=edition.document_id, edition__number__lte=edition.number)
    names = ("reviewed_on", "reviewer", "next_due", "note")
    latest = reviews.order_by("-reviewed_on", "-pk").values(*names).first() or {}
    return {key: value for key, value in latest.items() if value}
