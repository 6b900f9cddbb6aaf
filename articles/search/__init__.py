"""Full-text search over everything that readers may see, by the database in use: FTS5 of SQLite, or PostgreSQL.

Each app registers, in `AppConfig.ready()`, the kinds of things of its own that can be found (`kinds`). `index` keeps
them up to date within the transaction that changes them; `asking` turns a reader's words into what has to be found,
`finding` finds, ranks and says why. The words are cut to their stems here, not by the databases, whose ways differ.
"""

from importlib import import_module

from django.db import connection


def backend():
    """The module that speaks to the full-text index of the database in use."""
    return import_module(f"articles.search.{connection.vendor}")
