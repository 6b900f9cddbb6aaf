"""Who may do what: every address that the site knows, asked by everybody in every way, against a table.

`roles.csv` has a row for each address and, for each role, the status of GET, POST, PUT and DELETE. A new address
without a row fails; so does a row whose address is gone. Read a changed row as a change of who may do what.
"""

import csv
import re
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLResolver
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.desk.verbs import VERBS
from articles.models import SITE_PAGES, Reference, Synonym
from supplements.models import Food, RouteCaution
from tests.factories import (
    make_answer,
    make_article,
    make_checklist,
    make_editor,
    make_form,
    make_interaction,
    make_mistake,
    make_reference,
    make_reviewer,
    make_stage,
    make_term,
    make_topic,
    make_use,
    make_user,
)
from triage.models import ChecklistEdition

TABLE = Path(__file__).with_name("roles.csv")
ROLES = ("anonymous", "nobody", "editor", "reviewer", "superuser")
PARTS = ("Advice", "Question", "Option", "Outcome", "Magnesium", "PairRule", "Vignette")
SENT = {"post": "yes", "version": "0"}  # what a button that deletes sends, and one that takes a step
METHODS = ("get", "post", "put", "delete")
ADMIN_ROW = re.compile(r"admin/(\w+)/([\w<]+)")
PARAMETER = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")
OPEN_TO_ALL = ("static/",)  # what a server of files would answer

pytestmark = pytest.mark.django_db


def routes(resolver: URLResolver, before: str = "") -> list[str]:
    """Every address of the site as it is written down, with its parameters; the page of a verb once for each verb."""
    found = []
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(pattern, URLResolver):
            found += routes(pattern, route)
        elif "<slug:verb>" in route:
            found += [route.replace("<slug:verb>", verb.name) for verb in VERBS]
        else:
            found.append(route)
    return sorted(set(found))


def first_part(name: str, edition: ChecklistEdition):
    model = apps.get_model("triage", name)
    return model.objects.filter(**{model.edition_path: edition}).first()


@pytest.fixture
def people():
    """A user for each role but the first."""
    return {
        "nobody": User.objects.create_user("norman"),
        "editor": make_editor(),
        "reviewer": make_reviewer(),
        "superuser": make_user("sue", is_superuser=True),
    }


@pytest.fixture
def address(people):
    """A function: the address of a route, about a row that is there. Of documents, edition 1 is live and 2 a draft."""
    make_reference("study")
    make_reference("cited")
    article, form = make_article("calves"), make_form("citrate")
    for slug in SITE_PAGES:
        make_article(slug, is_site_page=True)
    checklist = make_checklist()
    drafts = {"articleedition": article.document.start_draft(None)}
    drafts |= {"supplementedition": form.document.start_draft(None), "checklistedition": checklist.start_draft(None)}
    parts = {name.lower(): first_part(name, drafts["checklistedition"]) for name in PARTS}
    rows = drafts | parts | {"article": article.document, "supplement": form.document, "checklist": checklist}
    rows |= {"term": make_term()}
    rows |= {"reference": Reference.objects.get(key="study"), "topic": make_topic(), "use": make_use()}
    rows |= {"user": people["nobody"]}
    rows |= {"interaction": make_interaction(), "intakereference": make_stage(), "group": Group.objects.first()}
    nuts = {"name": "Nuts", "serving": "30 g", "group": "nuts", "magnesium_mg": 80, "daily_value_percent": 19}
    rows |= {"synonym": Synonym.objects.create(said="jerk", meant="twitch")}
    rows |= {"food": Food.objects.create(**nuts)}
    rows |= {"evidencerow": make_answer(), "misconception": make_mistake(right="It is not.[^cited]")}
    rows |= {"routecaution": RouteCaution.objects.create(route="oral", cautions="Ask first.")}
    rows |= {"totpdevice": TOTPDevice.objects.create(user=make_user("tom"), name="x")}
    rows |= {"accessattempt": AccessAttempt.objects.create(username="x", ip_address="10.0.0.1", failures_since_start=1)}
    tokens = {
        letter: model._meta.get_field("preview_links").related_model.issue(model, people["editor"])
        for letter, model in zip("asc", drafts.values(), strict=True)
    }
    slugs = {"articles": "calves", "supplements": "citrate", "check": "twitching"}

    def fill(route: str) -> str:
        def value(parameter):
            name = parameter[1] or parameter[2]
            if name in ("pk", "id", "object_id") and ADMIN_ROW.match(route)[2] in rows:
                return str(rows[ADMIN_ROW.match(route)[2]].pk)
            if name == "token" and route.startswith("preview/"):
                return tokens[re.match(r"preview/\(\?P<token>(.)", route)[1]]
            if name == "slug":
                return slugs[route.split("/")[0]]
            others = {
                "number": "2",
                "object_id": "0",
                "n": "1",
                "app_label": "articles",
                "content_type_id": "0",
                "token": "x-y",
                "key": "cited",
            }
            return {**others, "path": "nothing.png", "url": "nothing/", "uidb64": "MQ"}[name]

        return "/" + PARAMETER.sub(value, route).replace("\\.", ".")

    return fill


def answers(role: str, people, address, asked: list[str]) -> dict[str, str]:
    """The statuses of GET, POST, PUT and DELETE for somebody, of each route; whatever was changed is undone."""
    client = Client(raise_request_exception=False)
    if role in people:
        client.force_login(people[role])
    cookies = client.cookies.output(header="")
    found = {}
    for route in asked:
        statuses = []
        for method in METHODS:
            client.cookies = SimpleCookie(cookies.strip())
            with transaction.atomic():
                statuses.append(getattr(client, method)(address(route), SENT if method == "post" else None))
                transaction.set_rollback(True)
        found[route] = " ".join(str(response.status_code) for response in statuses)
    return found


def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row.pop("address"): row for row in csv.DictReader(file)}


def known() -> list[str]:
    return [route for route in routes(get_resolver()) if not route.startswith(OPEN_TO_ALL)]


def test_every_address_has_a_row():
    assert known() == sorted(table())


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_theirs_and_no_more(role, half, people, address):
    rows = table()
    asked = sorted(rows)[half::2]
    found = answers(role, people, address, asked)
    assert found == {route: rows[route][role] for route in asked}
    assert not [route for route, statuses in found.items() if "500" in statuses]
