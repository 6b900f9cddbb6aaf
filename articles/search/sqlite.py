"""The full-text index of SQLite: an FTS5 table whose rows have the keys of the things found.

It is written here alone and has no triggers, for those would vanish when a migration rebuilds the table they are on.
Its rows are in the order of their keys, so that things with short titles, which say what they are about, are found
first without sorting: a key is made of the length of the title and the key of the thing.

Beside the stems each row holds its kind, and whether the clock decides if it can be found, as words of their own: so
that counting and choosing need no look into another table.
"""

from collections.abc import Iterable, Sequence

from django.db import connection
from django.utils import timezone

from articles.search.asking import Look

LONGEST_KEY = 10**12
KEY = f"f.rowid %% {LONGEST_KEY}"  # of the thing that a row is about
PLACES = ("{title}", "{title headings}", "{title headings summary}", "{title headings summary body}")


def hold_writers() -> None:
    """Nothing to do: a transaction that writes is the only one."""


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM articles_findable_fts")


def remove(rows: Iterable) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("DELETE FROM articles_findable_fts WHERE rowid = %s", [(place(row),) for row in rows])


def add(rows: Sequence) -> None:
    values = [
        (place(row), row.title_stems, row.heading_stems, row.summary_stems, row.body_stems, about(row)) for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO articles_findable_fts (rowid, title, headings, summary, body, about) "
            "VALUES (%s, %s, %s, %s, %s, %s)",
            values,
        )


def place(row) -> int:
    return row.length * LONGEST_KEY + row.pk


def about(row) -> str:
    is_timed = row.ends_at is not None or row.starts_at > timezone.now()
    return f"kind{row.kind}{' timed' if is_timed else ''}"


def find(look: Look, columns: str) -> list[tuple]:
    """Rows of (kind, how many) for what is counted, and of (None, None, the columns) for each candidate.

    A kind may be counted in several rows, of which what the clock hides takes away.
    """
    parts, values = [], []
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    needs = expression(look)
    for kind in look.counted:
        parts.append(
            "SELECT NULL AS id, %s AS kind, count(*) AS n "
            "FROM articles_findable_fts WHERE articles_findable_fts MATCH %s"
        )
        values += [kind, f'({needs}) AND about : "kind{kind}"']
    if look.counted:
        parts.append(
            "SELECT NULL AS id, e.kind, -count(*) AS n "
            f"FROM articles_findable_fts f JOIN articles_findable e ON e.id = {KEY} "
            "WHERE articles_findable_fts MATCH %s AND (e.starts_at > %s OR e.ends_at <= %s) GROUP BY e.kind"
        )
        values += [f'({needs}) AND about : "timed"', now, now]
    for kind in look.among:
        for where in look.places:
            parts.append(
                "SELECT * FROM (SELECT e.id AS id, NULL AS kind, NULL AS n FROM articles_findable_fts f "
                f"JOIN articles_findable e ON e.id = {KEY} WHERE articles_findable_fts MATCH %s "
                "AND e.starts_at <= %s AND (e.ends_at IS NULL OR e.ends_at > %s) ORDER BY f.rowid LIMIT %s)"
            )
            values += [f'{PLACES[where]} : ({needs}) AND about : "kind{kind}"', now, now, look.limit]
    found = " UNION ".join(parts)  # what stands in two places is there once
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT found.kind, found.n, {columns} FROM ({found}) found "
            "LEFT JOIN articles_findable ON articles_findable.id = found.id",
            values,
        )
        return cursor.fetchall()


def expression(look: Look) -> str:
    """What FTS5 matches against: all of the needs, or any."""
    return (" AND " if look.is_strict else " OR ").join(
        "(" + " OR ".join("(" + " AND ".join(f'"{stem}"' for stem in way.stems) + ")" for way in need.ways) + ")"
        for need in look.needs
    )
