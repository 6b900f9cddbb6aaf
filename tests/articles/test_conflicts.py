"""Two people on one draft: nothing that either of them typed is lost, and nothing is stored unseen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from articles.models import ArticleEdition, Faq
from tests.articles.typing import typed
from tests.factories import make_draft, make_editor

pytestmark = pytest.mark.django_db


def page(edition):
    return f"/admin/articles/articleedition/{edition.pk}/change/"


@pytest.fixture
def draft():
    draft = make_draft(title="Old title", body="Old words.\n\nMore of them.\n")
    draft.faqs.create(position=0, question="Why?", answer="Because.")
    draft.faqs.create(position=1, question="When?", answer="Then.")
    return draft


@pytest.fixture
def mine(editor, sign_in):
    return sign_in(editor)


@pytest.fixture
def theirs(db, sign_in):
    return sign_in(make_editor("eve"))


def saved(client, draft, data, **changes):
    response = client.post(page(draft), data | changes)
    assert response.status_code == 302, response.context["errors"]


def fields_of(response):
    return {field.name: field.value() for field in response.context["adminform"].form}


def again(response, **changes):
    """What a browser would send from the page that shows the conflict."""
    data = {}
    for form in [
        response.context["adminform"].form,
        *(
            form
            for inline in response.context["inline_admin_formsets"]
            for form in (inline.formset.management_form, *inline.formset.forms)
        ),
    ]:
        for field in form:
            if (value := field.value()) not in (None, False, ""):
                data[field.html_name] = value
            if field.field.show_hidden_initial:
                data[field.html_initial_name] = form.data.get(field.html_initial_name, "")
    return data | changes


def test_a_field_that_both_changed_stands_side_by_side_and_keeps_what_was_typed(draft, mine, theirs):
    opened = typed(mine, page(draft))
    saved(theirs, draft, typed(theirs, page(draft)), body="Her words.")
    response = mine.post(page(draft), opened | {"body": "My words."})
    (clash,) = response.context["merged"].clashes
    assert (clash.label, clash.theirs, clash.yours) == ("Body", "Her words.", "My words.")
    assert fields_of(response)["body"] == "My words."
    draft.refresh_from_db()
    assert draft.body == "Her words."
    saved(mine, draft, again(response, body="Both words."))
    draft.refresh_from_db()
    assert draft.body == "Both words."


def test_fields_that_only_one_of_them_changed_are_put_together(draft, mine, theirs):
    opened = typed(mine, page(draft))
    saved(theirs, draft, typed(theirs, page(draft)), title="Her title")
    response = mine.post(page(draft), opened | {"body": "My words."})
    assert response.context["merged"].clashes == []
    assert response.context["merged"].taken_over == ["Title"]
    saved(mine, draft, again(response))
    draft.refresh_from_db()
    assert (draft.title, draft.body) == ("Her title", "My words.")


def test_line_ends_are_no_change(draft, mine, theirs):
    opened = {
        key: value.replace("\n", "\r\n") if isinstance(value, str) else value
        for key, value in typed(mine, page(draft)).items()
    }
    saved(theirs, draft, typed(theirs, page(draft)), title="Her title")
    response = mine.post(page(draft), opened | {"title": "My title"})
    assert [clash.label for clash in response.context["merged"].clashes] == ["Title"]
    saved(mine, draft, again(response, body="One.\r\n\r\nTwo."))
    draft.refresh_from_db()
    assert draft.body == "One.\n\nTwo."


def test_a_row_that_both_changed(draft, mine, theirs):
    opened = typed(mine, page(draft))
    saved(theirs, draft, typed(theirs, page(draft)), **{"faqs-0-answer": "Hers."})
    response = mine.post(page(draft), opened | {"faqs-0-answer": "Mine.", "faqs-1-question": "When then?"})
    (clash,) = response.context["merged"].clashes
    assert (clash.theirs, clash.yours) == ("Hers.", "Mine.")
    saved(mine, draft, again(response))
    assert set(draft.faqs.values_list("question", "answer")) == {("Why?", "Mine."), ("When then?", "Then.")}


def test_a_row_that_somebody_added_stays_and_is_named(draft, mine, theirs):
    opened = typed(mine, page(draft))
    more = {"faqs-TOTAL_FORMS": "3", "faqs-2-question": "Whose?", "faqs-2-answer": "Hers.", "faqs-2-position": "2"}
    saved(theirs, draft, typed(theirs, page(draft)) | more)
    response = mine.post(page(draft), opened | {"title": "Mine"})
    assert any("Whose?" in label for label in response.context["merged"].taken_over)
    saved(mine, draft, again(response))
    assert draft.faqs.count() == 3


def test_a_row_that_somebody_deleted_while_it_was_typed_into_becomes_a_new_one(draft, mine, theirs):
    opened = typed(mine, page(draft))
    saved(theirs, draft, typed(theirs, page(draft)), **{"faqs-0-DELETE": "on"})
    response = mine.post(page(draft), opened | {"faqs-0-answer": "A long answer of mine."})
    assert b"A long answer of mine." in response.content
    assert draft.faqs.count() == 1
    saved(mine, draft, again(response))
    assert set(draft.faqs.values_list("question", "answer")) == {("Why?", "A long answer of mine."), ("When?", "Then.")}


def test_a_row_deleted_here_and_changed_there_is_a_clash(draft, mine, theirs):
    opened = typed(mine, page(draft))
    saved(theirs, draft, typed(theirs, page(draft)), **{"faqs-0-answer": "Hers."})
    response = mine.post(page(draft), opened | {"faqs-0-DELETE": "on"})
    (clash,) = response.context["merged"].clashes
    assert "Why?" in clash.label
    assert Faq.objects.filter(answer="Hers.").exists()


@pytest.mark.django_db(transaction=True)
def test_of_twelve_saves_at_once_as_many_are_stored_as_acknowledged(draft, mine, sign_in, editor):
    """Each of twelve people opens the same version; one save wins, and every other one is shown the conflict.

    Where SQLite is busy with the others for longer than it waits, a save is 503 and not stored either.
    """
    clients = [sign_in(editor) for _ in range(12)]
    for client in clients:
        client.raise_request_exception = False
    opened = typed(mine, page(draft))
    start = Barrier(12)

    def save(number):
        start.wait(timeout=10)
        try:
            return clients[number].post(page(draft), opened | {"title": f"Title {number}"})
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        responses = list(pool.map(save, range(12)))
    acknowledged = [number for number, response in enumerate(responses) if response.status_code == 302]
    draft.refresh_from_db()
    assert [f"Title {number}" for number in acknowledged] == [draft.title]
    assert ArticleEdition.objects.get().version == 1
    refused = [response for response in responses if response.status_code != 302]
    assert all(response.status_code == 503 or response.context["merged"] for response in refused)


def test_a_save_that_changes_nothing_writes_nothing(draft, reviewer, sign_in):
    draft.submit()
    draft.approve(reviewer)
    client = sign_in(reviewer)
    saved(client, draft, typed(client, page(draft)))
    draft.refresh_from_db()
    assert (draft.state, list(draft.authors.all())) == ("approved", [])
    saved(client, draft, typed(client, page(draft)), **{"faqs-0-answer": "Something else."})
    draft.refresh_from_db()
    assert (draft.state, list(draft.authors.all())) == ("draft", [reviewer])


@pytest.mark.parametrize("became", ["published", "discarded"])
def test_what_is_sent_too_late_is_shown_and_not_lost(draft, mine, reviewer, became):
    opened = typed(mine, page(draft))
    if became == "published":
        draft.reviews.create(reviewed_on="2026-01-01", next_due="2099-01-01")
        draft.publish(reviewer, waiver="A test.")
    else:
        draft.delete()
    response = mine.post(page(draft), opened | {"body": "My words, at last."})
    assert response.status_code == 409
    assert ("body", "My words, at last.") in response.context["fields"]
    assert not ArticleEdition.objects.filter(body="My words, at last.").exists()


def test_a_browser_cannot_say_that_nothing_changed(draft, mine, reviewer, editor):
    """What a form was opened with comes from the browser: it helps to merge, and decides nothing."""
    draft.submit()
    draft.approve(reviewer)
    forged = typed(mine, page(draft)) | {"body": "Evil.", "initial-body": "Evil."}
    mine.post(page(draft), forged)
    draft.refresh_from_db()
    assert (draft.body, draft.state, draft.approved_by) == ("Evil.", "draft", None)
    assert list(draft.authors.all()) == [editor]


@pytest.mark.parametrize("counts", [("9999999999", "9999999999"), ("abc", "1"), ("3", "x" * 5000)])
def test_hostile_counts_of_rows_are_no_error_of_ours(draft, mine, counts):
    rows = dict(zip(("faqs-INITIAL_FORMS", "faqs-TOTAL_FORMS"), counts, strict=True))
    assert mine.post(page(draft), typed(mine, page(draft)) | rows).status_code in (200, 400)
