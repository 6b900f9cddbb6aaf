"""What a browser may fetch before it is asked to. What it then does: see the browser tests."""

import json

import pytest

from tests.factories import make_article, make_checklist, make_draft

pytestmark = pytest.mark.django_db
HEADER = "Speculation-Rules"


@pytest.mark.parametrize("path", ["/", "/articles/", "/articles/toes/", "/supplements/", "/search/?q=toes"])
def test_public_pages_name_the_rules(client, path):
    make_article("toes")
    response = client.get(path)
    assert response[HEADER] == '"/speculation-rules.json"'
    assert client.get(json.loads(response[HEADER])).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        *("/check/", "/check/safety/", "/check/twitching/", "/check/twitching/1/", "/check/twitching/history/"),
        *("/admin/", "/admin/login/", "/nothing/", "/supplements.csv", "/feed.xml", "/robots.txt"),
    ],
)
def test_nothing_else_names_them(client, path):
    make_checklist("twitching")
    assert HEADER not in client.get(path)
    assert HEADER not in client.get(path, follow=True)


def test_a_preview_does_not_name_them(client, editor):
    from articles.models import ArticlePreviewLink

    response = client.get(f"/preview/{ArticlePreviewLink.issue(make_draft(), editor)}/")
    assert response.status_code == 200
    assert HEADER not in response


def test_the_rules_are_of_the_type_that_browsers_ask_for_and_may_be_kept(client):
    response = client.get("/speculation-rules.json")
    assert response["Content-Type"] == "application/speculationrules+json"
    assert response["Cache-Control"] == "public, max-age=86400"
    (rule,) = response.json()["prefetch"]
    assert rule["eagerness"] == "moderate"
    assert response.json().keys() == {"prefetch"}, "nothing is run ahead of time"
