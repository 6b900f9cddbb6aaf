"""What the readers of all apps share: a fault names file, line and reason, and a row is checked by its own model."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import models

from articles.citations import MARK

EXTRA = "a cell without a column"  # the name of what stands beyond the last column of a CSV file


@dataclass
class Fault:
    """What is wrong in which file; `line` is 0 where it concerns the whole file."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}{f', line {self.line}' if self.line else ''}: {self.reason}"


def checked(model, values: dict, place: Fault, seeds, text: str = "", leave=frozenset()) -> models.Model | None:
    """An unsaved row of `model` that passed its own validation, or None and faults in `seeds`."""
    reasons = dict.fromkeys(values.keys() - set(fields_of(model)), "is not known here")
    reasons |= {name: "has to be a text" for name in values.keys() - reasons.keys() if mistyped(model, name, values)}
    if reasons:
        for name, reason in sorted(reasons.items()):
            seeds.faults.append(Fault(place.file, place.line or line_of(text, name), f"“{name}” {reason}"))
        return None
    try:
        row = model(**values)
        row.clean_fields(exclude=leave)
        for constraint in row._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):  # a row that is stored already is no fault
                constraint.validate(model, row, exclude=leave)
    except (TypeError, ValueError) as error:
        seeds.faults.append(Fault(place.file, place.line, str(error)))
    except ValidationError as error:
        found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        for name, reasons in found.items():
            line = place.line or line_of(text, name)
            seeds.faults.append(Fault(place.file, line, f"{name}: {' '.join(reasons)}".removeprefix(": ")))
    else:
        return row
    return None


def check_row(model, values: dict, place: Fault, seeds, known: set[str], text: str = "") -> models.Model | None:
    """A checked row, but for its citations: their references are seeds too, so `known` are the keys in the files."""
    cited = {key: value for key, value in values.items() if key in model.cited_fields}
    row = checked(model, values, place, seeds, leave={*cited, "document", "references"})
    for name, words in cited.items():
        longest = model._meta.get_field(name).max_length
        if not isinstance(words, str) or (not words and not model._meta.get_field(name).blank):
            seeds.faults.append(Fault(place.file, place.line, f"{name}: is empty"))
            continue
        if len(words) > longest:
            seeds.faults.append(Fault(place.file, place.line, f"{name}: {longest} characters at most"))
        for key in sorted(set(MARK.findall(words)) - known):
            line = line_of(text, f"[^{key}]") or place.line
            seeds.faults.append(Fault(place.file, line, f"there is no reference “{key}”"))
    return row


def read_toml(path: Path, shapes: dict, seeds) -> tuple[dict, str]:
    """What the file holds, and its text; nothing, and faults in `seeds`, where it is not what `shapes` says."""
    try:
        text = path.read_text(encoding="utf-8")
        rows = tomllib.loads(text)
    except (OSError, ValueError) as error:
        seeds.faults.append(Fault(path.name, toml_line(error), f"cannot be read: {error}"))
        return {}, ""
    faults = [*misshapen(rows, shapes, path.name, text)]
    faults += [
        Fault(path.name, line_of(text, key), f"“{key}” is not known here")
        for key in sorted(rows.keys() - shapes.keys())
    ]
    seeds.faults += faults
    return ({}, "") if faults else (rows, text)


def place_of(row: dict, name: str, text: str) -> Fault:
    return Fault(name, line_of(text, f'slug = "{row.get("slug")}"'), "")


def mistyped(model: type[models.Model], name: str, values: dict) -> bool:
    """Whether a text field is given something else: a number or a list would become its own spelling."""
    is_text = isinstance(model._meta.get_field(name), (models.CharField, models.TextField))
    return is_text and not isinstance(values[name], str)


def fields_of(model: type[models.Model]) -> list[str]:
    """The names of the fields that somebody types."""
    return [field.name for field in model._meta.concrete_fields if field.editable and not field.primary_key]


def misshapen(file: dict, shapes: dict, name: str, text: str) -> Iterator[Fault]:
    """A fault for each key of a TOML file whose value cannot be read as what `shapes` says."""
    for key in sorted(file.keys() & shapes.keys()):
        if not is_shaped(file[key], shapes[key]):
            yield Fault(name, line_of(text, key), f"“{key}” is not the kind of value that belongs there")


def is_shaped(value, shape) -> bool:
    """Whether a TOML value is of a type, a list of one shape, or a table whose values have the shapes given."""
    if isinstance(shape, list):
        return isinstance(value, list) and all(is_shaped(item, shape[0]) for item in value)
    if isinstance(shape, dict):
        known = shape.keys() & value.keys() if isinstance(value, dict) else ()
        return isinstance(value, dict) and all(is_shaped(value[key], shape[key]) for key in known)
    return isinstance(value, shape)


def line_of(text: str, needle: str) -> int:
    """The first line of `text` that holds `needle`, from 1; 0 if none does."""
    lines = text.splitlines() if needle else []
    return next((number for number, line in enumerate(lines, 1) if needle in line), 0)


def toml_line(error: Exception) -> int:
    return getattr(error, "lineno", 0) or int(next(iter(re.findall(r"at line (\d+)", str(error))), 0))
