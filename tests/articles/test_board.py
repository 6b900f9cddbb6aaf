"""The desk's front page: each piece of work stands where somebody looks for it, one click away."""

import datetime as dt

import pytest
from django.utils import timezone

from articles.desk.board import sections
from articles.models import Article, ArticleEdition
from tests.articles.typing import take
from tests.factories import (
    make_article,
    make_draft,
    make_editor,
    make_form,
    make_form_draft,
    make_reference,
    make_reviewer,
    make_topic,
)

pytestmark = pytest.mark.django_db


def listed(user) -> dict[str, list[str]]:
    return {section.slug: [line.address for line in section.lines] for section in sections(user)}


def page(edition):
    return f"/admin/{edition._meta.app_label}/{edition._meta.model_name}/{edition.pk}/change/"


def test_each_state_has_its_list(editor, reviewer):
    draft, waiting, ready = make_draft(), make_draft(), make_form_draft("malate")
    waiting.submit()
    ready.submit()
    ready.approve(reviewer)
    coming = make_draft()
    coming.publish(waiver="A test.", at=timezone.now() + dt.timedelta(days=2))
    lists = listed(editor)
    assert (lists["drafts"], lists["review"], lists["approved"]) == ([page(draft)], [page(waiting)], [page(ready)])
    assert lists["scheduled"] == [page(coming)]
    assert page(coming) not in lists.get("latest", [])


def test_what_was_sent_back_says_so_on_its_authors_desk(editor, reviewer, sign_in):
    draft = make_draft()
    draft.saved_by(editor)
    draft.submit()
    assert take(sign_in(reviewer), draft, "send-back", {"because": ""}).status_code == 200
    assert take(sign_in(reviewer), draft, "send-back", {"because": "Name the trial."}).status_code == 302
    (line,) = next(section for section in sections(editor) if section.slug == "drafts").lines
    assert "Name the trial." in line.note
    assert "ruth" in line.note
    assert b"Name the trial." in sign_in(editor).get(page(draft)).content
    draft.refresh_from_db()
    draft.submit()
    assert draft.returned_because == ""


def test_reviews_that_are_due_in_sixty_days_are_listed_the_latest_overdue_first(editor):
    today = timezone.localdate()
    soon, late, far = make_article(), make_form("citrate"), make_article()
    for edition, days in ((soon, 60), (late, -1), (far, 61)):
        edition.reviews.update(reviewed_on="2020-01-01", next_due=today + dt.timedelta(days=days))
    (due,) = [section for section in sections(editor) if section.slug == "due"]
    assert [line.address for line in due.lines] == [page(late), page(soon)]
    assert [line.is_late for line in due.lines] == [True, False]


def test_what_was_published_alone_stays_until_somebody_else_agrees(reviewer, sign_in, settings):
    draft = make_draft()
    draft.saved_by(make_editor("eve"))
    client = sign_in(reviewer)
    assert take(client, draft, "publish-alone", {"waiver": ""}).status_code == 200
    assert take(client, draft, "publish-alone", {"waiver": "It was wrong."}).status_code == 302
    assert listed(reviewer)["alone"] == [page(draft)]
    assert take(client, draft, "approve-late").status_code == 409  # who published it is no second person
    other = make_reviewer("rob")
    assert take(sign_in(other), draft, "approve-late", {"note": "Read it."}).status_code == 302
    assert "alone" not in listed(reviewer)
    assert draft.late_approval.approved_by == other
    assert take(sign_in(other), draft, "approve-late").status_code == 409


def test_an_author_cannot_approve_late_either(reviewer):
    author = make_reviewer("rob")
    draft = make_draft()
    draft.saved_by(author)
    draft.publish(reviewer, waiver="In a hurry.")
    from articles.editions import Refused

    with pytest.raises(Refused):
        draft.approve_late(author)


def test_a_source_that_no_longer_holds_is_listed_while_something_rests_on_it(editor):
    used, unused = make_reference("used"), make_reference("unused", status="retracted")
    make_article(body="Text.[^used]")
    assert "sources" not in listed(editor)
    used.status = "retracted"
    used.save()
    assert listed(editor)["sources"] == [f"/admin/articles/reference/{used.pk}/used/"]
    assert unused.status == "retracted"


def test_many_drafts_are_counted_and_cost_no_more_queries(editor, sign_in, django_assert_max_num_queries):
    for _ in range(15):
        make_draft()
    (drafts,) = [section for section in sections(editor) if section.slug == "drafts"]
    assert (len(drafts.lines), drafts.more) == (12, 3)
    client = sign_in(editor)
    client.get("/admin/")  # notes that the session is in use, which is written once a minute
    with django_assert_max_num_queries(21):
        response = client.get("/admin/")
    assert response.status_code == 200


def test_an_edition_is_restored_as_a_draft_of_the_newest_number(editor, reviewer, sign_in):
    first = make_article(title="The first")
    second = first.document.start_draft(editor)
    type(second).objects.filter(pk=second.pk).update(title="The second", change_note="Better.")
    second.refresh_from_db()
    second.publish(reviewer, waiver="A test.")
    client = sign_in(editor)
    assert take(client, second, "restore").status_code == 409
    history = f"/admin/articles/article/{first.document.pk}/history/"
    assert f"/admin/articles/articleedition/{first.pk}/do/restore/".encode() in client.get(history).content
    restored = take(client, first, "restore")
    draft = first.document.open_edition
    assert restored["Location"] == page(draft)
    assert (draft.number, draft.title) == (3, "The first")
    assert b"/do/restore/" not in client.get(history).content


def test_the_history_of_a_document_tells_who_did_what_to_which_edition(editor, reviewer, sign_in):
    draft = make_draft()
    client = sign_in(editor)
    take(client, draft, "submit")
    take(sign_in(reviewer), draft, "send-back", {"because": "Name the trial."})
    response = client.get(f"/admin/articles/article/{draft.document.pk}/history/")
    ((_, _, _, entries),) = response.context["editions"]
    assert [(entry.user.username, "trial" in entry.get_change_message()) for entry in entries] == [
        ("ruth", True),
        ("edith", False),
    ]
    take(client, draft, "discard")
    response = client.get(f"/admin/articles/article/{draft.document.pk}/history/")
    assert len(response.context["entries"]) == 1
    assert client.get(f"/admin/articles/articleedition/{draft.pk}/history/").status_code == 404


def test_two_editions_are_compared_by_their_numbers(editor, sign_in):
    live = make_article(title="Old")
    draft = live.document.start_draft(editor)
    type(draft).objects.filter(pk=draft.pk).update(title="New")
    client = sign_in(editor)
    for query in ("", "?with=1", "?with=99", "?with=x"):
        response = client.get(f"/admin/articles/articleedition/{draft.pk}/compare/{query}")
        assert [change.what for change in response.context["changes"]] == ["changed"]
    assert client.get(f"/admin/articles/articleedition/{live.pk}/compare/").context["other"] is None


def test_a_step_is_bound_to_the_words_that_were_seen(editor, reviewer, sign_in):
    """The reviewer's page is open while an author changes the words and submits them again."""
    draft = make_draft()
    draft.submit()
    client, address = sign_in(reviewer), f"/admin/articles/articleedition/{draft.pk}/do/approve/"
    seen = client.get(address).context["edition"].version
    draft.saved_by(editor)
    draft.submit()
    stale = client.post(address, {"version": seen})
    assert stale.status_code == 409
    draft.refresh_from_db()
    assert draft.state == "in-review"
    assert client.post(address).status_code == 409  # without a word about what was seen
    assert take(client, draft, "approve").status_code == 302


def test_ten_thousand_articles_make_no_page_longer(reviewer, sign_in, django_assert_max_num_queries):
    Article.objects.bulk_create(Article(slug=f"filler-{n:05}") for n in range(10_000))
    topic, documents = make_topic(), list(Article.objects.all())
    words = {"number": 1, "topic": topic, "description": "x", "quick_answer": "x", "body": "x", "state": "published"}
    ArticleEdition.objects.bulk_create(
        ArticleEdition(document=document, title=document.slug, published_at=timezone.now(), **words)
        for document in documents
    )
    draft = documents[0].start_draft(None)
    client = sign_in(reviewer)
    client.get("/admin/")
    pages = ["article/", "article/?standing=overdue", "article/?q=filler", "article/add/", "reference/", "topic/"]
    pages += [f"article/{draft.document.pk}/change/", f"articleedition/{draft.pk}/change/", "articleedition/add/"]
    for page in pages:
        with django_assert_max_num_queries(14, info=page):
            response = client.get(f"/admin/articles/{page}")
        assert response.content.count(b"<option") < 100, page


def test_a_review_is_of_today_or_before(reviewer, sign_in):
    draft = make_draft()
    data = {"reviewed_on": "2099-01-01", "next_due": "2099-06-01", "note": "All.", "whole_page": "on"}
    response = take(sign_in(reviewer), draft, "record-review", data)
    assert "reviewed_on" in response.context["form"].errors


@pytest.mark.parametrize(
    "path", ["articleedition/abc/history/", "article/abc/history/", "articleedition/add/?document=abc"]
)
def test_an_odd_address_is_no_error_of_ours(editor, sign_in, path):
    assert sign_in(editor).get(f"/admin/articles/{path}").status_code in (200, 404)


@pytest.mark.parametrize("key", ["abc", "\0", "9" * 30])
def test_a_key_that_is_none_is_refused(editor, sign_in, key):
    draft = make_draft()
    for path in (f"articleedition/{draft.pk}/change/", "articleedition/add/"):
        assert sign_in(editor).post(f"/admin/articles/{path}", {"related": key, "title": "x"}).status_code == 400
