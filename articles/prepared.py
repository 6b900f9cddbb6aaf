"""Queries of which Django writes the SQL once in a process.

To write a query takes longer than to answer it, where it finds a handful of rows. What a page of one article asks is
the same for every article but for a few values, so it is written once, with places for those.
"""

from collections.abc import Callable
from functools import cached_property, lru_cache
from types import MethodType
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Expression, Field, QuerySet


class Later(Expression):
    """Stands in a query for a value that is given by its name each time that the query is asked.

    A name has one field throughout a query.
    """

    def __init__(self, name: str, output_field: Field):
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler, connection):
        return "%s", (self,)

    def given(self, values: dict[str, Any], connection):
        return self.output_field.get_db_prep_value(values[self.name], connection)


class Written(NamedTuple):
    """A query in SQL, in which every value has a name: those known beforehand, and those that come `later`."""

    sql: str
    known: dict[str, Any]
    later: list[Later]
    readers: dict[int, list[Callable]]  # what makes Python's values of the database's, by column


class Prepared:
    """The rows of `make()`, a queryset of `values_list()` in which each `Later` is the value that its name is given."""

    def __init__(self, make: Callable[[], QuerySet]):
        self.make = make

    def __call__(self, **values) -> list[tuple]:
        """One query; raises KeyError where a value is missing."""
        sql, known, later, readers = self.written
        with connection.cursor() as cursor:
            cursor.execute(sql, known | {each.name: each.given(values, cursor.db) for each in later})
            rows = cursor.fetchall()
        return [converted(row, readers) for row in rows] if readers else rows

    @cached_property
    def written(self) -> Written:
        """(Places without a name are looked for by SQLite's backend with a regular expression, at each asking.)"""
        compiler = self.make().query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        names = [each.name if isinstance(each, Later) else f"known_{place}" for place, each in enumerate(params)]
        values = dict(zip(names, params, strict=True))
        found = compiler.get_converters([column for column, *_ in compiler.select])
        return Written(
            sql=sql.replace("%%", "%%%%") % tuple(f"%({name})s" for name in names),
            known={name: each for name, each in values.items() if not isinstance(each, Later)},
            later=[each for each in values.values() if isinstance(each, Later)],
            readers={place: [reader(each, column) for each in some] for place, (some, column) in found.items()},
        )


def reader(converter: Callable, column) -> Callable[[Any], Any]:
    """What makes Python's value of the database's, in any thread.

    The database's own converters belong to this thread's connection, and would keep that open when the thread is gone.
    They read the same few moments and days again and again, in the text that SQLite keeps them as.
    """
    own = getattr(converter, "__self__", None)
    if own is not connection.ops:
        return lambda value: converter(value, column, connection)
    convert = MethodType(converter.__func__, type(own)(connection))
    return lru_cache(1_000)(lambda value: convert(value, column, connection))


def converted(row: tuple, readers: dict[int, list[Callable]]) -> tuple:
    values = list(row)
    for place, functions in readers.items():
        for function in functions:
            values[place] = function(values[place])
    return tuple(values)
