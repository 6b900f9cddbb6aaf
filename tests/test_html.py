"""Every page, in each of its states, is valid HTML: html-validate reads them all at once."""

import json
import os
import re
import shutil
import subprocess
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.test import Client

from articles.models import Article, ArticlePreviewLink
from config.views import server_error
from supplements.models import IntakeReference, Supplement
from tests.triage.conftest import Reader, fresh_ladders  # noqa: F401 - a fixture
from triage.models import Checklist, ChecklistPreviewLink

TOOL = Path(__file__).with_name("html")
VALIDATOR = TOOL / "node_modules" / ".bin" / "html-validate"
STATES = {
    "search-empty": "/search/",
    "search-found": "/search/?q=eyelid+twitching",
    "search-one-kind": "/search/?q=magnesium&kind=article",
    "search-second-page": "/search/?q=magnesium&kind=article&page=2",
    "search-corrected": "/search/?q=eyelidd+twiching",
    "search-nothing": "/search/?q=zzzzzz",
    "search-check-first": "/search/?q=chest+pain",
    "search-crisis": "/search/?q=kill+myself",
    "table-filtered": "/supplements/?gut=gentle&evidence=none&form=oxide&columns=formula",
    "table-nothing": "/supplements/?q=zzzzzz&gut=gentle",
    "table-second-page": "/supplements/?page=2",
    "compare-choose": "/supplements/compare/",
    "compare": "/supplements/compare/?form=citrate&form=oxide&form=glycinate",
    "foods-by-group": "/supplements/foods/?sort=group",
    "sources-filtered": "/sources/?kind=trial",
    "sources-nothing": "/sources/?q=zzzzzz",
    "source": "/sources/ods-mg-hp/",
    "article-history": "/articles/eyelid-twitching/history/",
    "article-edition": "/articles/eyelid-twitching/history/1/",
    "form-history": "/supplements/citrate/history/",
    "form-edition": "/supplements/citrate/history/1/",
    "check-history": "/check/twitching/history/",
    "check-edition": "/check/twitching/history/1/",
    "check-delete": "/check/twitching/delete/",
    "not-found": "/nothing/",
    "not-found-check": "/check/twitching/nothing/",
    "unreadable": "/?x=%00",
    "unreadable-check": "/check/?x=%00",
    "login": "/admin/login/",
}
RESULTS = {
    "self-care": {},
    "see-a-doctor": {"weakness": "slowly"},
    "urgent": {"today": "palpitations"},
    "emergency": {"emergency": "stroke-signs"},
    "many-answers": {"too_much_magnesium": "feel-well", "where": "eyelid", "medicines": "lithium"},
}
NO_PRODUCTS = {"product-TOTAL_FORMS": "3", "product-INITIAL_FORMS": "0"}
PRODUCT = {f"product-0-{name}": value for name, value in {"form": "oxide", "unit": "mg", "times": "1"}.items()}


def missing() -> str:
    """Why nothing can be checked here, or nothing."""
    if not shutil.which("node"):
        return "there is no Node"
    return "" if VALIDATOR.exists() else "html-validate is not installed (npm install --prefix tests/html)"


@pytest.fixture
def validator() -> Path:
    if reason := missing():
        if os.environ.get("CI"):
            pytest.fail(f"Pages may not go unchecked here: {reason}.")
        pytest.skip(reason)
    return VALIDATOR


@pytest.fixture
def pages(validator, db, client, editor, tmp_path, fresh_ladders):  # noqa: F811
    """Every page that somebody outside the desk may see, as a file of its own."""
    call_command("seed", verbosity=0, stdout=StringIO())
    shown = {}
    shown |= {path.strip("/") or "home": client.get(path) for path in mapped(client)}
    shown |= {name: client.get(path) for name, path in STATES.items()}
    shown |= dict(tools(client))
    shown |= dict(checks())
    shown |= dict(unpublished(client, editor))
    shown |= dict(refusals(client))
    for name, response in shown.items():
        assert b"<h1" in response.content, name
        (tmp_path / f"{name.replace('/', '_')}.html").write_bytes(response.content)
    return tmp_path


def mapped(client) -> list[str]:
    """Every address in the site's own map."""
    files = re.findall("<loc>(.+?)</loc>", client.get("/sitemap.xml").content.decode())
    maps = [client.get(urlsplit(file).path).content.decode() for file in files]
    return [urlsplit(address).path for text in maps for address in re.findall("<loc>(.+?)</loc>", text)]


def tools(client):
    """What the tools answer to a form, right or wrong."""
    stage = {"stage": IntakeReference.objects.first().pk}
    for name, amount in (("below", "10"), ("above", "5000"), ("wrong", "lots")):
        data = NO_PRODUCTS | PRODUCT | stage | {"product-0-amount": amount}
        yield f"dose-{name}", client.post("/supplements/dose/", data)
    yield "dose-empty", client.post("/supplements/dose/", NO_PRODUCTS)
    yield "medicines-taken", client.post("/supplements/medicines/", {"taken": ["lithium"], "show": ""})
    yield "medicines-found", client.post("/supplements/medicines/", {"q": "stat", "find": ""})
    yield "medicines-none", client.post("/supplements/medicines/", {"show": "", "q": "zzz"})
    yield "login-wrong", client.post("/admin/login/", {"username": "nobody", "password": "x"})


def checks():
    """The walk: a step of each kind, an answer that is none, and what every level shows."""
    edition = Checklist.objects.get().live_edition
    for name, says in RESULTS.items():
        reader = Reader(Client(), edition.ladder)
        yield f"check-{name}-end", reader.go(**says)  # an emergency is confirmed first
        for page in ("result", "summary"):
            yield f"check-{name}-{page}", reader.client.get(f"/check/twitching/{page}/")
    yield "check-step-5-again", reader.client.get("/check/twitching/5/")
    reader = Reader(Client(), edition.ladder)
    yield "check-step-1", reader.client.get("/check/twitching/1/")
    yield "check-step-1-wrong", reader.answer("emergency")
    reader.answer("emergency", "none")
    yield "check-step-2", reader.client.get("/check/twitching/2/")
    yield "check-deleted", reader.client.post("/check/twitching/delete/")
    reader.client.cookies["answers"] = "spoilt"
    yield "check-restart", reader.client.get("/check/twitching/2/")


def unpublished(client, editor):
    """Drafts, as staff see them and as a preview link opens them."""
    for model, root, links in (
        (Article, "/articles/eyelid-twitching/", ArticlePreviewLink),
        (Checklist, "/check/twitching/", ChecklistPreviewLink),
    ):
        draft = model.objects.get(slug=root.split("/")[2]).start_draft(editor)
        token = links.issue(draft, editor)
        yield f"shared-{model.__name__}", client.get(f"/preview/{token}/")
        staff = Client()
        staff.force_login(editor)
        yield f"preview-{model.__name__}", staff.get(f"{root}history/{draft.number}/")


def refusals(client):
    yield "broken", server_error(client.get("/").wsgi_request)
    yield "wrong-method", client.put("/articles/")
    yield "no-token", Client(enforce_csrf_checks=True).post("/check/twitching/1/", {"question": "emergency"})
    for model, root in (
        (Article, "articles/toe-twitching"),
        (Supplement, "supplements/oxide"),
        (Checklist, "check/twitching"),
    ):
        model.objects.get(slug=root.split("/")[1]).withdraw("It was wrong.")
        yield f"gone-{model.__name__}", client.get(f"/{root}/")
    yield "check-none-live", client.get("/check/")


def test_every_page_is_valid_in_each_of_its_states(validator, pages):
    (pages / "faulty.html").write_text("<p><i></p>", encoding="utf-8")  # to see that faults are found
    report = pages / "report.json"  # a pipe is cut short where the validator ends before it is read
    command = [validator, "--config", TOOL / "htmlvalidate.cjs", "--formatter", f"json={report}", pages]
    subprocess.run(command, check=False, capture_output=True, timeout=120)
    told = json.loads(report.read_text(encoding="utf-8"))
    faults = {Path(page["filePath"]).stem: [told_of(fault) for fault in page["messages"]] for page in told}
    assert faults.pop("faulty", None), "nothing was read"
    assert faults == {}


def told_of(fault: dict) -> str:
    return f"line {fault['line']}, {fault['ruleId']}: {fault['message']} ({fault['selector']})"
