"""The desk: what editors and reviewers can do there, and what is refused."""

import datetime as dt
from io import BytesIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from articles.models import Article
from tests.articles.typing import take
from tests.factories import make_article, make_draft, make_reference, make_topic

pytestmark = pytest.mark.django_db

LIST = "/admin/articles/article/"


def page(edition):
    return f"/admin/articles/articleedition/{edition.pk}/change/"


def verb(edition, name):
    return f"/admin/articles/articleedition/{edition.pk}/do/{name}/"


def form(edition=None, faqs=(), **changes):
    """What a browser would post: the edition's fields as they are, and `changes` typed over them."""
    fields = ("title", "description", "quick_answer", "key_points", "body", "change_note")
    data = {name: getattr(edition, name) for name in fields} | {"opened_version": edition.version} if edition else {}
    data |= {"topic": edition.topic_id} if edition else {"topic": make_topic().pk}
    data |= {
        "faqs-TOTAL_FORMS": len(faqs),
        "faqs-INITIAL_FORMS": 0,
        "figures-TOTAL_FORMS": 0,
        "figures-INITIAL_FORMS": 0,
    }
    data |= {"reviews-TOTAL_FORMS": 0, "reviews-INITIAL_FORMS": 0}
    for number, (question, answer) in enumerate(faqs):
        data |= {
            f"faqs-{number}-question": question,
            f"faqs-{number}-answer": answer,
            f"faqs-{number}-position": number,
        }
    return data | changes


def test_an_editor_writes_an_article_and_a_reviewer_publishes_it(editor, reviewer, sign_in, client):
    make_reference("ods")
    desk, review = sign_in(editor), sign_in(reviewer)
    added = desk.post(f"{LIST}add/", {"slug": "calves"})
    document = Article.objects.get(slug="calves")
    assert added["Location"] == f"/admin/articles/articleedition/add/?document={document.pk}"
    words = {
        "document": document.pk,
        "title": "Calves",
        "description": "About calves.",
        "quick_answer": "They twitch. It passes.",
        "key_points": "One.",
        "body": "## Why\n\nText.[^ods]",
        "change_note": "First.",
    }
    response = desk.post(added["Location"], form(faqs=[("Why?", "Because.[^ods]")], **words))
    assert response.status_code == 302, response.context["errors"]
    draft = document.editions.get()
    assert "source-1" in draft.body_html
    assert "source-1" in draft.faqs.get().answer_html
    assert list(draft.authors.all()) == [editor]
    dates = {"reviewed_on": "2026-11-22", "next_due": "2027-11-22", "reviewer": "", "note": "All.", "whole_page": "on"}
    assert take(review, draft, "record-review", dates).status_code == 302
    assert take(desk, draft, "submit").status_code == 302
    assert take(review, draft, "approve").status_code == 302
    assert take(review, draft, "publish").status_code == 302
    assert b"Calves" in client.get("/articles/calves/").content
    assert LogEntry.objects.filter(change_message="Publish now", user=reviewer).exists()


@pytest.mark.parametrize(
    "name", ["approve", "publish", "schedule", "publish-alone", "send-back", "withdraw", "record-review"]
)
def test_an_editor_may_not_review(editor, sign_in, name):
    assert take(sign_in(editor), make_draft(), name).status_code == 403


@pytest.mark.parametrize("name", ["approve", "publish", "schedule", "cancel-schedule", "withdraw", "start-draft"])
def test_a_step_that_is_not_open_is_refused_with_its_reason(superuser, sign_in, name):
    draft = make_draft()
    response = take(sign_in(superuser), draft, name, {"reason": "x"})
    assert response.status_code == 409
    assert b"this edition is draft" in response.content


def test_a_refusal_of_the_state_machine_is_shown(reviewer, sign_in):
    draft = make_draft()
    draft.saved_by(reviewer)
    draft.submit()
    response = take(sign_in(reviewer), draft, "approve")
    assert response.status_code == 409
    assert b"somebody else has to approve" in response.content
    assert not LogEntry.objects.filter(change_message="Approve").exists()


def test_every_verb_says_what_it_does_before_it_does_it(superuser, sign_in):
    draft = make_draft()
    response = sign_in(superuser).get(verb(draft, "submit"))
    assert response.status_code == 200
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert sign_in(superuser).get(verb(draft, "sing")).status_code == 404
    assert sign_in(superuser).put(verb(draft, "submit")).status_code == 405


def test_scheduling_needs_a_time_to_come(reviewer, sign_in):
    draft = make_draft()
    draft.submit()
    draft.approve(reviewer)
    past, later = timezone.now() - dt.timedelta(days=1), timezone.now() + dt.timedelta(days=1)
    at = {"at_0": f"{past:%Y-%m-%d}", "at_1": f"{past:%H:%M}"}
    assert take(sign_in(reviewer), draft, "schedule", at).status_code == 409
    at = {"at_0": f"{later:%Y-%m-%d}", "at_1": f"{later:%H:%M}"}
    assert take(sign_in(reviewer), draft, "schedule", at).status_code == 302
    draft.refresh_from_db()
    assert draft.standing == "scheduled"


def test_a_published_edition_is_read_only(superuser, sign_in):
    live = make_article()
    client = sign_in(superuser)
    shown = client.get(page(live))
    assert shown.status_code == 200
    assert b'name="title"' not in shown.content
    assert client.post(page(live), form(live, title="Something else")).status_code == 409
    assert client.post(f"/admin/articles/articleedition/{live.pk}/delete/", {"post": "yes"}).status_code == 403


def test_start_a_draft_and_discard_it(editor, sign_in):
    live = make_article()
    client = sign_in(editor)
    started = take(client, live, "start-draft")
    draft = live.document.open_edition
    assert started["Location"] == page(draft)
    assert take(client, draft, "discard")["Location"] == f"{LIST}{live.document.pk}/change/"
    assert live.document.open_edition is None


def test_withdraw_gives_a_public_reason(reviewer, sign_in, client):
    live = make_article("gone")
    assert take(sign_in(reviewer), live, "withdraw", {"reason": ""}).status_code == 200
    assert take(sign_in(reviewer), live, "withdraw", {"reason": "It was wrong."}).status_code == 302
    assert client.get("/articles/gone/").status_code == 410


@pytest.mark.parametrize("field", ["body", "quick_answer", "key_points"])
def test_an_unknown_source_is_an_error_at_the_field_that_cites_it(editor, sign_in, field):
    draft = make_draft()
    response = sign_in(editor).post(page(draft), form(draft, **{field: "Text.[^nobody]"}))
    assert response.status_code == 200
    assert "nobody" in str(response.context["adminform"].form.errors[field])


def test_an_unknown_source_in_an_answer_is_an_error_there(editor, sign_in):
    draft = make_draft()
    response = sign_in(editor).post(page(draft), form(draft, faqs=[("Why?", "Because.[^nobody]")]))
    assert "nobody" in str(response.context["inline_admin_formsets"][0].formset.forms[0].errors["answer"])


def test_too_many_key_points(editor, sign_in):
    draft = make_draft()
    response = sign_in(editor).post(page(draft), form(draft, key_points="\n".join("abcdefg")))
    assert "key_points" in response.context["adminform"].form.errors


@pytest.mark.parametrize(
    "body", ["x\0y", "[" * 6000, "- " * 900 + "x", "x" * 100_001], ids=["nul", "slow", "deep", "long"]
)
def test_a_text_that_cannot_become_a_page_is_an_error_of_the_form(editor, sign_in, body):
    draft = make_draft()
    response = sign_in(editor).post(page(draft), form(draft, body=body))
    assert response.status_code == 200
    assert "body" in response.context["adminform"].form.errors


def test_saving_an_approved_edition_makes_it_a_draft_again(editor, reviewer, sign_in):
    draft = make_draft()
    draft.submit()
    draft.approve(reviewer)
    sign_in(editor).post(page(draft), form(draft, title="Changed"))
    draft.refresh_from_db()
    assert (draft.state, draft.title, draft.approved_by) == ("draft", "Changed", None)


def test_the_list_tells_live_from_draft_and_overdue(editor, sign_in, django_assert_max_num_queries):
    live, late = make_article("live"), make_article("late")
    make_draft(Article.objects.create(slug="unborn"), title="Not yet born")
    live.document.start_draft(editor)
    late.reviews.update(reviewed_on="2020-01-01", next_due="2021-01-01")
    client = sign_in(editor)
    client.get(LIST)  # writes the session, as one request a minute does
    with django_assert_max_num_queries(9):
        shown = client.get(LIST).content
    assert b"overdue" in shown
    assert b"Not yet born" in shown
    for standing, found in (("live", 2), ("open", 2), ("overdue", 1)):
        assert client.get(f"{LIST}?standing={standing}").context["cl"].result_count == found


def test_a_source_names_where_it_is_used_and_stays_while_it_is(superuser, sign_in):
    source = make_reference("ods")
    edition = make_article(title="Toes", body="Text.[^ods]")
    client = sign_in(superuser)
    assert b"Toes" in client.get(f"/admin/articles/reference/{source.pk}/used/").content
    client.post(f"/admin/articles/reference/{source.pk}/delete/", {"post": "yes"})
    assert edition.references.get() == source


@pytest.mark.parametrize("values", [{"doi": "x"}, {"pmid": "x"}, {"url": ""}])
def test_a_source_that_cannot_be_found_is_refused(reviewer, sign_in, values):
    source = make_reference("ods")
    fields = ("authors", "title", "year", "publisher", "doi", "pmid", "url", "kind", "checked", "status")
    data = {name: getattr(source, name) for name in fields} | values
    assert sign_in(reviewer).post(f"/admin/articles/reference/{source.pk}/change/", data).status_code == 200


def test_editors_read_sources_and_reviewers_keep_them(editor, reviewer, sign_in):
    source = make_reference("ods")
    path = f"/admin/articles/reference/{source.pk}/change/"
    assert sign_in(editor).get(path).status_code == 200
    assert sign_in(editor).post(path, {}).status_code == 403
    assert b'name="title"' in sign_in(reviewer).get(path).content


@pytest.mark.parametrize("path", [LIST, "/admin/articles/reference/", "/admin/articles/articleedition/add/"])
def test_nobody_else_gets_in(client, path):
    assert client.get(path).status_code == 302
    assert client.get(path)["Location"].startswith("/admin/login/")


def test_a_figure_is_uploaded_and_shown_where_the_text_says(editor, sign_in, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    draft = make_draft()
    figure = {"figures-0-name": "muscle", "figures-0-alt": "A muscle at rest", "figures-0-caption": "At rest"}
    upload = {"figures-0-image": SimpleUploadedFile("muscle.png", picture.getvalue(), "image/png")}
    changes = figure | upload | {"figures-TOTAL_FORMS": 1, "body": "## Where\n\n![](muscle)"}
    response = sign_in(editor).post(page(draft), form(draft, **changes))
    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert 'alt="A muscle at rest"' in draft.body_html
    assert 'width="40"' in draft.body_html
    assert "<figcaption>At rest</figcaption>" in draft.body_html
    bad = changes | {"figures-0-image": SimpleUploadedFile("x.png", b"not a picture"), "figures-0-alt": ""}
    refused = sign_in(editor).post(page(make_draft()), form(make_draft(), **bad))
    errors = refused.context["inline_admin_formsets"][1].formset.forms[0].errors
    assert {"image", "alt"} <= errors.keys()
