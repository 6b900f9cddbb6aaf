"""The style page: for developers only, and nothing is missing from it."""

import pytest
from django.conf import settings as site
from django.template.loader import get_template

COMPONENTS = {path.name for path in (site.BASE_DIR / "templates" / "components").glob("*.html")}


def test_it_is_not_there_for_readers(client):
    assert client.get("/style/").status_code == 404


@pytest.mark.django_db
def test_it_shows_every_component(client, settings):
    settings.DEBUG = True
    response = client.get("/style/")
    assert response.status_code == 200
    shown = {template.name for template in response.templates}
    assert {f"components/{name}" for name in COMPONENTS} <= shown


@pytest.mark.parametrize("name", sorted(COMPONENTS))
def test_every_component_says_what_it_takes(name):
    first = get_template(f"components/{name}").template.source.splitlines()[0]
    assert first.startswith(("{# Parameters: ", "{# No parameters. "))
