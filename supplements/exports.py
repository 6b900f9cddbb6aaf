"""The filtered table, to take away."""

import csv
import io

from django.utils import timezone

from articles.citations import MARK, plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FIELDS = (
    "name",
    "formula",
    "elemental_percent",
    "elemental_low",
    "elemental_high",
    "hydrate_note",
    "route",
    "solubility",
    "bioavailability",
    "bioavailability_note",
    "gut",
    "gut_note",
    "typical_uses",
    "key_benefit",
    "best_for",
    "cautions",
    "evidence",
    "evidence_note",
    "label_note",
)

ADDED = ("cautions_for_all_taken_like_this", "good_for", "sources", "address", "edition", "published")


def rows(editions, route_cautions, address) -> list[dict[str, str]]:
    """Each row in words, with its sources' keys, its address and its edition; `address` makes an URL of a path."""
    always = {caution.route: caution.cautions for caution in route_cautions}
    return [
        {field: plain(str(getattr(edition, field))) for field in FIELDS}
        | {
            "cautions_for_all_taken_like_this": plain(always.get(edition.route, "")),
            "good_for": "; ".join(use.name for use in edition.uses.all()),
            "sources": " ".join(
                dict.fromkeys(
                    key for text in [*edition.texts, always.get(edition.route, "")] for key in MARK.findall(text)
                )
            ),
            "address": address(edition.document.get_absolute_url()),
            "edition": str(edition.number),
            "published": edition.published_at.date().isoformat(),
        }
        for edition in editions
    ]


def as_csv(table: list[dict[str, str]]) -> str:
    """CSV that a spreadsheet opens as text: no cell begins a formula, and the first line names the columns."""
    file = io.StringIO()
    columns = list(table[0]) if table else [*FIELDS, *ADDED]
    writer = csv.DictWriter(file, [*columns, "taken_on"])
    writer.writeheader()
    today = timezone.localdate().isoformat()
    for row in table:
        writer.writerow({name: harmless(value) for name, value in row.items()} | {"taken_on": today})
    return file.getvalue()


def harmless(value: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    return f"'{value}" if value.startswith(FORMULA_STARTS) else value


def as_json(table: list[dict[str, str]], references, summary: str) -> dict:
    """The same rows with their sources in full."""
    return {
        "what": summary,
        "taken_on": timezone.localdate().isoformat(),
        "licence": "CC BY 4.0",
        "forms": table,
        "sources": [
            {
                "key": r.key,
                "authors": r.authors,
                "title": r.title,
                "year": r.year,
                "address": r.address,
                "status": r.status,
            }
            for r in references
        ],
    }
