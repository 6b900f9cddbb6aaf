"""A ladder comes back from the rows that it is written as, and a broken file of one is named."""

import csv
import shutil
from dataclasses import replace

import pytest
from hypothesis import given, settings

from articles import seeding as words
from articles.models import Reference
from tests.triage.generated import long_ladder
from tests.triage.load import twitching
from tests.triage.strategies import ladders
from triage import seeding
from triage.reading import ladder_of
from triage.writing import seed_of


@pytest.fixture(scope="module")
def names():
    """The keys and slugs that the checklist may name; their own files are checked elsewhere."""
    with (words.HERE / "references.csv").open(encoding="utf-8", newline="") as file:
        references = [Reference(key=row["key"]) for row in csv.DictReader(file)]
    return words.Seeds(references=references, articles={path.stem: {} for path in words.HERE.glob("*.md")})


def sorted_choices(ladder):
    """The ladder with the choices of its rules and cases in one order: they are sets in all but type."""
    return replace(
        ladder,
        rules=tuple(replace(rule, choices=tuple(sorted(rule.choices))) for rule in ladder.rules),
        vignettes=tuple(replace(row, choices=tuple(sorted(row.choices))) for row in ladder.vignettes),
    )


@settings(max_examples=100)
@given(ladders(most=5, shuffled=True))
def test_a_ladder_comes_back_from_its_rows(ladder):
    rows = seed_of(ladder)
    assert sorted_choices(ladder_of(rows)) == sorted_choices(ladder)
    assert seed_of(ladder_of(rows)) == rows


@pytest.mark.parametrize("ladder", [twitching(), long_ladder(30)], ids=["twitching", "long"])
def test_a_whole_ladder_comes_back(ladder):
    assert sorted_choices(ladder_of(seed_of(ladder))) == sorted_choices(ladder)


def test_choices_stand_in_the_order_of_the_questions():
    ladder = twitching()
    turned = replace(
        ladder,
        rules=tuple(replace(rule, choices=rule.choices[::-1]) for rule in ladder.rules),
        vignettes=tuple(replace(row, choices=row.choices[::-1]) for row in ladder.vignettes),
    )
    assert turned != ladder
    assert seed_of(turned) == seed_of(ladder)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('title = "Twitching check"', "", 1, "title"),
        ('title = "Twitching check"', f'title = "{"x" * 81}"', 22, "title"),
        ('title = "Twitching check"', 'title = "x"\ncolour = "red"', 23, "colour"),
        ("next_due = 2027-11-22", "next_due = 2025-11-22", 0, "due after"),
        ('hint = "These signs are rare', f'hint = "{"x" * 300}', 46, "hint"),
        ('term = "Fit", meaning', 'term = "Fit", sense', 51, "sense"),
        ('label = "I have none of these"', f'label = "{"x" * 201}"', 63, "label"),
        ('["msd-hypomg", "msd-hypoca", "miller-2015"]', '"msd-hypomg"', 0, "questions"),
        ('"msd-hypomg", "msd-hypoca", "miller-2015"', '"nobody"', 55, "nobody"),
        ('slug = "emergency"', 'slug = "Emergency"', 46, "slug"),
        ('kind = "many"', 'kind = "some"', 46, "kind"),
        ('asked_if = ["too-much-magnesium/feel-well"]', 'asked_if = ["too-much-magnesium"]', 0, "cannot be read"),
        ('asked_if = ["where/eyelid"]', 'asked_if = ["where/elbow"]', 0, "where/elbow"),
        ("[[questions]]\n", "[[questions]\n", 45, "cannot be read"),
    ],
)
def test_a_broken_checklist_is_named_with_its_line_and_reason(names, tmp_path, old, new, line, says):
    shutil.copy(seeding.HERE / "twitching.toml", tmp_path)
    path = tmp_path / "twitching.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    faults = seeding.read(names, tmp_path).faults
    assert {fault.file for fault in faults} == {"twitching.toml"}
    assert any(says in fault.reason and fault.line == (line or fault.line) for fault in faults), faults
