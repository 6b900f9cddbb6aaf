"""A form of the desk that the database does not take: 503, and everything that was typed, to be sent again."""

from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client

from tests.articles.typing import typed
from tests.config.people import PASSWORD
from tests.factories import make_draft

pytestmark = pytest.mark.django_db
WRITES = ("INSERT", "UPDATE", "DELETE")
TYPED = "Words that took an afternoon to find."


@contextmanager
def full(reads: bool = True):
    """The database refuses what is to be written, or everything."""

    def refuse(execute, sql, params, many, context):
        if sql.startswith(WRITES) or not reads:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture
def draft():
    return make_draft()


@pytest.fixture
def address(draft):
    return f"/admin/articles/articleedition/{draft.pk}/change/"


@pytest.fixture
def client(editor):
    client = Client(raise_request_exception=False)
    client.force_login(editor)
    return client


@pytest.fixture
def form(client, address):
    return typed(client, address) | {"description": TYPED}


def carried(page) -> str:
    return page.context["carried"]


@pytest.mark.parametrize("reads", [True, False])
def test_what_was_typed_is_shown_and_can_be_sent_again(client, address, form, draft, reads):
    with full(reads):
        page = client.post(address, form)
    assert page.status_code == 503
    assert TYPED in dict(page.context["fields"]).values()
    assert page.headers["Cache-Control"] == "no-store"
    assert client.post(address, {"sign-in-typed": carried(page)}).status_code == 302
    draft.refresh_from_db()
    assert draft.description == TYPED


def test_files_have_to_be_chosen_again(client, address, form):
    with full():
        page = client.post(address, form | {"pictures-0-image": SimpleUploadedFile("a.png", b"a")})
    assert page.context["lost"] == ["pictures-0-image"]
    assert 'name="sign-in-typed"' not in page.content.decode()


def test_nothing_is_lost_between_signing_in_and_storing(client, address, form, editor):
    """Whoever was signed out has the form carried along; the database fails when they give their password."""
    client.logout()
    signed_out = client.post(address, form)
    sent = dict(signed_out.context["carried"])
    sent |= {"sign-in-username": editor.username, "sign-in-password": PASSWORD}
    with full():
        page = client.post(address, sent)
    assert page.status_code == 503
    assert TYPED in dict(page.context["fields"]).values()
    assert PASSWORD not in page.content.decode()
    assert PASSWORD.replace(" ", "+") not in carried(page)


def test_no_form_is_shown_to_readers(client):
    with full(reads=False):
        assert "typed-1" not in client.get("/admin/").content.decode()
        page = client.post("/check/twitching/1/", {"question": TYPED})
    assert page.status_code == 503
    assert TYPED not in page.content.decode()
