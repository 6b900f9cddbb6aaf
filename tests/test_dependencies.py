"""Which app may import which, read from the code itself."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "articles": set(),
    "supplements": {"articles"},
    "triage": {"supplements", "articles"},
    "config": {"triage", "supplements", "articles"},
}
PURE = ["supplements/charts.py", "supplements/dose.py", "triage/ladder", "triage/reading.py", "triage/writing.py"]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_apps_import_downwards_only(app):
    forbidden = MAY_IMPORT.keys() - MAY_IMPORT[app] - {app}
    for path in (ROOT / app).rglob("*.py"):
        assert not set(imported(path)) & forbidden, path


@pytest.mark.parametrize("name", PURE)
def test_the_pure_parts_do_without_django(name):
    path = ROOT / name
    for file in path.rglob("*.py") if path.is_dir() else [path]:
        assert not {module for module in imported(file) if module in ("django", *MAY_IMPORT)} - {name.split("/")[0]}
