"""The articles as files, both ways: `reading` checks them, `loading` stores what is missing, `writing` makes them anew.

An article is a Markdown file with TOML front matter between lines of `+++`; topics and the glossary are TOML,
references CSV, pictures lie under `figures/`. Rows stand in the order in which readers see them; a row names its
position only where that order does not give it.
"""

from articles.seeding.checks import (
    EXTRA,
    Fault,
    check_row,
    checked,
    fields_of,
    line_of,
    misshapen,
    place_of,
    read_toml,
    toml_line,
)
from articles.seeding.loading import PUBLISHED_BECAUSE, load, load_rows, values_of
from articles.seeding.reading import HERE, Seeds, read
from articles.seeding.writing import as_toml, in_order, kept, review_of, write, write_csv

__all__ = [
    "EXTRA",
    "HERE",
    "PUBLISHED_BECAUSE",
    "Fault",
    "Seeds",
    "as_toml",
    "check_row",
    "checked",
    "fields_of",
    "in_order",
    "kept",
    "line_of",
    "load",
    "load_rows",
    "misshapen",
    "place_of",
    "read",
    "read_toml",
    "review_of",
    "toml_line",
    "values_of",
    "write",
    "write_csv",
]
