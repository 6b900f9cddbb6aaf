"""A draft's walk for whoever has its link."""

import pytest
from django.utils import timezone

from triage.models import ChecklistEdition

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(edition, editor):
    draft = edition.document.start_draft(editor)
    ChecklistEdition.objects.filter(pk=draft.pk).update(change_note="A change.")
    draft.refresh_from_db()
    return draft


@pytest.fixture
def start(draft, editor, sign_in):
    made = sign_in(editor).post(f"/admin/triage/checklistedition/{draft.pk}/links/", {"make": "1"}).context["made"]
    return made.removeprefix("http://testserver")


def answer(client, draft, address):
    question = client.get(address).context["step"].question
    stamp = f"{draft.number}.{draft.version}"
    return client.post(address, {"edition": stamp, "question": question.slug, "option": "none"})


def test_a_draft_is_walked_with_a_cookie_for_its_link_alone(client, draft, start):
    assert client.get(start).status_code == 200
    step = client.get(f"{start}1/")
    assert step["Cache-Control"] == "no-store"
    sent = answer(client, draft, f"{start}1/")
    assert (sent.status_code, sent["Location"]) == (303, f"{start}2/")
    assert [cookie["path"] for cookie in sent.cookies.values()] == [start]
    assert client.get(f"{start}2/").status_code == 200
    deleted = client.post(f"{start}delete/")
    assert [cookie["path"] for cookie in deleted.cookies.values()] == [start]


def test_a_revoked_link_ends_the_walk(client, draft, start):
    draft.preview_links.update(revoked_at=timezone.now())
    for page in ("", "1/", "confirm/", "result/", "summary/", "delete/"):
        assert client.get(start + page).status_code == 404


def test_once_the_draft_is_public_its_link_leads_to_the_check(client, draft, start, reviewer):
    draft.publish(reviewer, waiver="A test.")
    assert client.get(start)["Location"] == "/check/twitching/"
    assert client.get(f"{start}1/").status_code == 404
