"""The hazard log: complete, honest in its figures, and every control shown by a test that exists and runs."""

import ast
import re
from itertools import chain
from pathlib import Path

import pytest

from triage import hazards

ROOT = Path(__file__).resolve().parents[2]
PASSED_OVER = {"skip", "skipif", "xfail", "importorskip"}
CONTROLS = {control.test: control for hazard in hazards.read() for control in hazard.controls}


def names_in(nodes) -> set[str]:
    """Every name that is spoken below `nodes`, with or without a module before it."""
    found = chain.from_iterable(map(ast.walk, nodes))
    return {getattr(node, "attr", getattr(node, "id", "")) for node in found}


def is_mark(node) -> bool:
    """Whether a statement says something about every test of its module or class."""
    if isinstance(node, ast.Assign):
        return "pytestmark" in names_in(node.targets)
    return isinstance(node, ast.Expr | ast.If)


def fault_in(source: str, *names: str) -> str:
    """Why `names`, a function or a class and its method, are no test that always runs; nothing if they are one."""
    body, spoken = ast.parse(source).body, []
    for depth, name in enumerate(names, 1):
        spoken += [node for node in body if is_mark(node)]
        wanted = ast.FunctionDef if depth == len(names) else ast.ClassDef
        found = [node for node in body if isinstance(node, wanted) and node.name == name]
        if not found or not name.lower().startswith("test"):
            return "missing"
        spoken += found[-1].decorator_list
        body = found[-1].body
    return "passed over" if names_in([*spoken, *body]) & PASSED_OVER else ""


def test_the_log_is_long_enough_and_in_order():
    ids = [hazard.id for hazard in hazards.read()]
    assert len(ids) >= 20
    assert ids == [f"H{number:02}" for number in range(1, len(ids) + 1)]


@pytest.mark.parametrize("hazard", hazards.read(), ids=lambda hazard: hazard.id)
def test_a_hazard_is_complete_and_its_risk_falls_and_never_to_nothing(hazard):
    assert hazard.hazard
    assert hazard.cause
    assert hazard.harm
    assert hazard.controls
    for scale in (hazard.severity, hazard.likelihood):
        before, after = scale
        assert 1 <= after <= before <= 5
    before, after = hazard.risk
    assert 1 <= after <= before


@pytest.mark.parametrize("test", CONTROLS)
def test_the_test_of_a_control_exists_and_always_runs(test):
    path, *names = test.split("::")
    assert CONTROLS[test].text
    assert path.startswith("tests/")
    assert not path.startswith("tests/browser/"), "It is skipped where there is no Chromium."
    assert Path(path).name.startswith("test_")
    assert (ROOT / path).is_file()
    assert fault_in((ROOT / path).read_text(encoding="utf-8"), *names) == ""


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def test_it(): assert 1", ""),
        ("@pytest.mark.parametrize('x', [1])\ndef test_it(x): assert x", ""),
        ("pytestmark = pytest.mark.django_db\ndef test_it(): assert 1", ""),
        ("@pytest.mark.skip\ndef test_other(): ...\ndef test_it(): assert 1", ""),
        ("def test_other(): ...", "missing"),
        ("# def test_it(): ...", "missing"),
        ("class TestMore:\n    def test_it(self): ...", "missing"),
        ("@pytest.mark.skip\ndef test_it(): ...", "passed over"),
        ("@pytest.mark.skipif(True, reason='')\ndef test_it(): ...", "passed over"),
        ("@pytest.mark.xfail(strict=True)\ndef test_it(): ...", "passed over"),
        (
            "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.skip)])\ndef test_it(x): ...",
            "passed over",
        ),
        ("def test_it():\n    pytest.skip('later')", "passed over"),
        ("from pytest import skip\ndef test_it():\n    skip('later')", "passed over"),
        ("pytestmark = [pytest.mark.skip]\ndef test_it(): ...", "passed over"),
        ("pytest.importorskip('more')\ndef test_it(): ...", "passed over"),
    ],
)
def test_a_test_that_is_missing_or_passed_over_is_noticed(source, fault):
    assert fault_in(source, "test_it") == fault


@pytest.mark.parametrize(
    ("decorator", "names", "fault"),
    [
        ("", ("TestMore", "test_it"), ""),
        ("", ("TestMore", "test_other"), "missing"),
        ("", ("TestOther", "test_it"), "missing"),
        ("@pytest.mark.skip\n", ("TestMore", "test_it"), "passed over"),
    ],
)
def test_a_test_in_a_class_is_found(decorator, names, fault):
    assert fault_in(f"{decorator}class TestMore:\n    def test_it(self): ...", *names) == fault


def test_the_words_are_plain():
    rows = [(row.hazard, row.cause, row.harm, *(control.text for control in row.controls)) for row in hazards.read()]
    sentences = [sentence for text in chain.from_iterable(rows) for sentence in re.split(r"(?<=[.?!])\s+", text)]
    assert [sentence for sentence in sentences if len(re.findall(r"[\w’'-]+", sentence)) > 20] == []
    assert [sentence for sentence in sentences if not re.search(r"[.?!:]”?\.?$", sentence)] == []
    assert [sentence for sentence in sentences if re.search(r"\bGP\b|n[’']t\b", sentence)] == []


def test_the_safety_page_shows_every_hazard_and_every_test(client, edition):
    shown = client.get("/check/safety/").content.decode()
    assert re.findall(r'<th scope="row">(H\d+): ', shown) == [hazard.id for hazard in hazards.read()]
    assert set(re.findall(r"<code>(tests/[^<]+)</code>", shown)) == CONTROLS.keys()
