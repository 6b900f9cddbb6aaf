"""From a ladder to the rows of a seed file: what `triage.reading` turns back into the same ladder. Pure."""

from dataclasses import MISSING, fields

from triage.ladder import Choice, Gate, Ladder, PairRule, Urgency

PARTS = ("questions", "rules", "advices", "outcomes", "magnesium", "vignettes")


def seed_of(ladder: Ladder) -> dict:
    """The ladder as it stands in a file, with the choices of rules and worked cases in the order of the questions."""
    rows = {part: [row_of(row) for row in getattr(ladder, part)] for part in PARTS}
    places = {str(choice): place for place, choice in enumerate(ladder.options)}
    for row in rows["rules"]:
        row["together"].sort(key=places.__getitem__)
    for row in rows["vignettes"]:
        row["choices"].sort(key=places.__getitem__)
    return rows


def row_of(row) -> dict:
    """One row without the values that are empty anyway."""
    names = {"choices": "together"} if isinstance(row, PairRule) else {}
    values = {field: getattr(row, field.name) for field in fields(row)}
    return {
        names.get(field.name, field.name): written(value)
        for field, value in values.items()
        if value or field.default is MISSING
    }


def written(value):
    """A value as TOML knows it: levels and choices as words, rows as tables."""
    match value:
        case Urgency() | Gate():
            return value.word
        case Choice():
            return str(value)
        case tuple():
            return [written(item) for item in value]
        case str() | bool():
            return value
    return row_of(value)
