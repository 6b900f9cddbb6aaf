"""The full-text index of PostgreSQL: columns of tsvector on the things found, each with a GIN index.

Four columns, each with more of the words than the one before, because GIN knows no weights: a match in the title is
found without a look at the rows. They are no fields of the model, for SQLite has no such type. Each also holds the kind
of the thing, as a word that no text can have.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from articles.search.asking import Look

PLACES = ("title_words", "top_words", "main_words", "all_words")
STEMS = ("title_stems", "heading_stems", "summary_stems", "body_stems")


def hold_writers() -> None:
    """Let one transaction at a time write the index, so that two cannot wait for each other's words."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE articles_knownword IN SHARE ROW EXCLUSIVE MODE")


def clear() -> None:
    """Nothing to do: the columns went with their rows."""


def remove(rows: Iterable) -> None:
    """Nothing to do: the columns go with their rows."""


def add(rows: Sequence) -> None:
    joined = [" || ' ' || ".join(STEMS[: place + 1]) for place in range(len(STEMS))]
    vectors = ", ".join(
        f"{column} = array_to_tsvector(array_remove(string_to_array({stems}, ' '), '') || ('kind.' || kind))"
        for column, stems in zip(PLACES, joined, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE articles_findable SET {vectors} WHERE id = ANY(%s)", [[row.pk for row in rows]])


def find(look: Look, columns: str) -> list[tuple]:
    """As in `articles.search.sqlite`."""
    parts, values = [], []
    now = timezone.now()
    current = "starts_at <= %s AND (ends_at IS NULL OR ends_at > %s)"
    for kind in look.counted:
        parts.append(
            "SELECT NULL::bigint AS id, %s::text AS kind, count(*) AS n FROM articles_findable "
            f"WHERE all_words @@ %s::tsquery AND {current}"
        )
        values += [kind, expression(look, kind), now, now]
    for kind in look.among:
        for place in look.places:
            parts.append(
                "(SELECT id, NULL::text AS kind, NULL::bigint AS n FROM articles_findable "
                f"WHERE {PLACES[place]} @@ %s::tsquery AND {current} ORDER BY length, id LIMIT %s)"
            )
            values += [expression(look, kind), now, now, look.limit]
    with connection.cursor() as cursor:
        # One message to the server. It does not know what it costs to unpack thousands of long columns, and would
        # rather read them all than look into the index.
        cursor.execute(
            f"SET LOCAL enable_seqscan = off; SELECT found.kind, found.n, {columns} "
            f"FROM ({' UNION '.join(parts)}) found LEFT JOIN articles_findable ON articles_findable.id = found.id",
            values,
        )
        cursor.nextset()
        return cursor.fetchall()


def expression(look: Look, kind: str) -> str:
    """The tsquery: things of a kind with all of the needs, or with any."""
    asked = (" & " if look.is_strict else " | ").join(
        "(" + " | ".join("(" + " & ".join(f"'{stem}'" for stem in way.stems) + ")" for way in need.ways) + ")"
        for need in look.needs
    )
    return f"'kind.{kind}' & ({asked})"
