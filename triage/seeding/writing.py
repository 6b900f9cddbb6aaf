"""Write each live checklist as the file that `reading` reads."""

from pathlib import Path

from articles import seeding as base
from triage.models import ChecklistEdition, lines
from triage.writing import seed_of


def write(folder: Path, articles: set[str], progress=lambda message: None) -> list[str]:
    """Write every live checklist into `folder`; returns which links to none of the `articles` were left out."""
    folder.mkdir()
    warnings: list[str] = []
    editions = ChecklistEdition.objects.live().select_related("document").prefetch_related("references")
    for edition in editions.order_by("document_id"):
        slug = edition.document.slug
        progress(f"checklist: {slug}")
        rows = head_of(edition) | seed_of(edition.ladder)
        for part in ("advices", "outcomes", "magnesium"):
            for row in rows[part]:
                owner = f"checklist {slug}, {row.get('slug') or row.get('urgency') or row.get('gate')}"
                links = base.kept(row.pop("articles", []), articles, owner, warnings)
                row |= {"articles": links} if links else {}
        (folder / f"{slug}.toml").write_text(base.as_toml(rows), encoding="utf-8", newline="\n")
    return warnings


def head_of(edition: ChecklistEdition) -> dict:
    correction = {"is_correction": True} if edition.is_correction else {}
    return {
        "title": edition.title,
        "description": edition.description,
        "introduction": lines(edition.introduction),
        "limits": lines(edition.limits),
        "change_note": edition.change_note,
        "references": sorted(reference.key for reference in edition.references.all()),
        "review": base.review_of(edition),
    } | correction
