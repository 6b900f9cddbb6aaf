"""What every test may ask for: people of each role, signed in or not."""

import pytest
from django.test import Client

from tests import served
from tests.factories import make_editor, make_reviewer, make_user


@pytest.fixture
def editor(db):
    return make_editor()


@pytest.fixture
def reviewer(db):
    return make_reviewer()


@pytest.fixture
def sign_in():
    """A function: a client in which `user` is signed in."""

    def signed_in(user) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def superuser(db):
    return make_user("sue", is_superuser=True)


@pytest.fixture(scope="session")
def seeded_database(tmp_path_factory, worker_id):
    """The file of a seeded database, for a server of its own; made once, however many processes run the tests."""
    folder = tmp_path_factory.getbasetemp()
    return served.seeded(folder if worker_id == "master" else folder.parent)
