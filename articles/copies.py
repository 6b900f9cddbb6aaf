"""Articles to take along: one as Markdown that is whole without the site, and the catalogue of all as JSON."""

import json
import re
from collections.abc import Callable

from django.urls import reverse

from articles.drawings import known_drawings
from articles.editions import EditionQuerySet
from articles.markdown import LEVELS
from articles.models import ArticleEdition

LICENCE = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
DISCLAIMER = "For information, not diagnosis. This text cannot replace somebody who knows you and can examine you."
LINK = re.compile(r"(?<=\]\()/[^)\s]*")
FIGURE = re.compile(r"!\[[^\]]*\]\(([\w:-]+)\)")
BOX = re.compile(r'^!!! ([\w-]+)[ \t]*(?:"(.*?)")?[ \t]*\n((?:(?: {4}|\t).*(?:\n|$)|[ \t]*\n)*)', re.MULTILINE)
IN_CATALOGUE = (
    *("document__slug", "title", "description", "topic__name", "number", "published_at"),
    *("reviewed_on", "next_due", "reviewer", "word_count"),
)
Absolute = Callable[[str], str]  # makes an address of a path


def as_markdown(edition: ArticleEdition, absolute: Absolute) -> str:
    """The article with its questions, then its sources as the footnotes that the text names."""
    faqs = edition.faqs.all()
    references = [citation.reference for citation in edition.citations.select_related("reference")]
    parts = [
        f"# {edition.title}",
        "## The short answer",
        edition.quick_answer,
        *(["## Key points", "\n".join(f"- {point}" for point in edition.key_point_list)] if edition.key_points else []),
        "---",
        edition.body,
        *(["## Questions people ask"] if faqs else []),
        *(text for faq in faqs for text in (f"### {faq.question}", faq.answer)),
        *(["## Sources", "\n".join(footnote(reference) for reference in references)] if references else []),
        "## This edition",
        *about(edition, absolute),
    ]
    figures = {figure.name: figure.shown | {"src": figure.image.url} for figure in edition.figures.all()}
    pictures = figures | known_drawings()
    text = "\n\n".join(part.replace("\r\n", "\n").strip() for part in parts)
    text = FIGURE.sub(lambda found: picture(pictures.get(found[1]), absolute), BOX.sub(quoted, text))
    return LINK.sub(lambda found: absolute(found[0]), text) + "\n"


def about(edition: ArticleEdition, absolute: Absolute) -> list[str]:
    """Which words these are, who has checked them, and what anybody may do with them."""
    checked = "Not yet reviewed by a clinician."
    if edition.reviewed_on:
        by = f" by {edition.reviewer}" if edition.reviewer else ""
        checked = f"Checked on {edition.reviewed_on}{by}; next check due {edition.next_due}."
        checked += "" if edition.reviewer else " Not yet reviewed by a clinician."
    lines = [
        f"Edition {edition.number}, {edition.published_at.date()}. What changed: {edition.change_note}",
        checked,
        f"This edition: <{absolute(edition.permalink)}>",
        f"The current one: <{absolute(edition.document.get_absolute_url())}>",
        f"Words: Twitchwise, {LICENCE}",
    ]
    return ["\n".join(f"- {line}" for line in lines), DISCLAIMER]


def footnote(reference) -> str:
    year = f", {reference.year}" if reference.year else ""
    status = "" if reference.status == reference.Status.CURRENT else f" ({reference.get_status_display()})"
    source = f"{ended(reference.authors)} {ended(reference.title)} {reference.publisher}{year}.{status}"
    return f"[^{reference.key}]: {source} <{reference.address}>"


def ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def picture(figure, absolute: Absolute) -> str:
    if figure is None:
        return ""
    caption = f"\n\n{figure['caption']}" if figure["caption"] else ""
    return f"![{figure['alt']}]({absolute(figure['src'])}){caption}"


def quoted(found: re.Match) -> str:
    """A box as a quotation that any reader of Markdown shows, with the words of its level first."""
    kind, title, text = found[1], found[2], found[3]
    title = " ".join(filter(None, [LEVELS.get(kind, ""), title]))
    lines = [line.removeprefix("\t").removeprefix("    ") for line in text.strip("\n").splitlines()]
    return "\n".join(f"> {line}".rstrip() for line in ([f"**{title}**", ""] if title else []) + lines) + "\n\n"


def catalogue(editions: EditionQuerySet, absolute: Absolute) -> bytes:
    """Every article with its edition and its reviews, one a line. Of 10,000 only the finished lines stay in memory."""
    addresses = {name: absolute(reverse(f"articles:{name}", args=["SLUG"])) for name in ("detail", "markdown")}
    rows = editions.values(*IN_CATALOGUE).iterator(1000)
    lines = [json.dumps(entry(row, addresses), ensure_ascii=False) for row in rows]
    head = json.dumps({"what": "Articles of Twitchwise", "licence": LICENCE}).removesuffix("}")
    return f'{head}, "articles": [\n{",\n".join(lines)}\n]}}\n'.encode()


def entry(row: dict, addresses: dict[str, str]) -> dict:
    """One article. Its addresses are filled in: to ask for each would take longer than all the rest."""
    slug = row["document__slug"]
    return {
        "slug": slug,
        "title": row["title"],
        "description": row["description"],
        "topic": row["topic__name"],
        "address": addresses["detail"].replace("SLUG", slug),
        "markdown": addresses["markdown"].replace("SLUG", slug),
        "edition": row["number"],
        "published": row["published_at"].isoformat(),
        "reviewed_on": row["reviewed_on"] and row["reviewed_on"].isoformat(),
        "next_review_due": row["next_due"] and row["next_due"].isoformat(),
        "reviewer": row["reviewer"] or None,
        "words": row["word_count"],
    }
