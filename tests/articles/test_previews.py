"""A draft for whoever has its link, and the text beside the field while it is typed."""

import datetime as dt

import pytest
from django.utils import timezone

from articles.models import ArticlePreviewLink
from supplements.models import SupplementPreviewLink
from tests.factories import make_article, make_draft, make_form_draft, make_reference

pytestmark = pytest.mark.django_db
TYPED = "/admin/articles/articleedition/typed/"


def links(edition):
    return f"/admin/{edition._meta.app_label}/{edition._meta.model_name}/{edition.pk}/links/"


@pytest.fixture
def draft():
    return make_draft(title="A secret of calves")


@pytest.fixture
def address(draft, editor, sign_in):
    """The address of a new link, as the page shows it this once."""
    return sign_in(editor).post(links(draft), {"make": "1"}).context["made"].removeprefix("http://testserver")


def test_whoever_has_the_link_reads_the_draft(address, client):
    response = client.get(address)
    assert response.status_code == 200
    assert b"A secret of calves" in response.content
    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response.cookies == {}


def test_the_token_itself_is_kept_nowhere(address):
    token = address.split("/")[2]
    link = ArticlePreviewLink.objects.get()
    assert token not in link.digest
    assert link.expires_at - link.made_at == pytest.approx(dt.timedelta(days=7), abs=dt.timedelta(seconds=5))


@pytest.mark.parametrize("spoil", ["forged", "short", "expired", "revoked", "other kind"])
def test_a_link_that_does_not_hold(address, client, editor, sign_in, draft, spoil):
    match spoil:
        case "forged":
            address = address[:-2] + ("x" if address[-2] != "x" else "y") + "/"
        case "short":
            address = address[:-3] + "/"
        case "expired":
            ArticlePreviewLink.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
        case "revoked":
            sign_in(editor).post(links(draft), {"revoke": str(ArticlePreviewLink.objects.get().pk)})
        case "other kind":
            address = address.replace("/preview/a", "/preview/s")
    assert client.get(address).status_code == 404


def test_it_opens_its_own_edition_and_no_other(address, client):
    other = make_draft(title="Another secret")
    assert b"Another secret" not in client.get(address).content
    assert client.get(f"/articles/{other.document.slug}/history/1/").status_code == 404


def test_once_the_edition_is_public_the_link_leads_to_its_page(address, client, draft, reviewer):
    draft.publish(reviewer, waiver="A test.")
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, draft.document.get_absolute_url())


def test_a_form_has_links_too(client, editor, sign_in):
    draft = make_form_draft("malate", name="Secret malate")
    made = sign_in(editor).post(links(draft), {"make": "1"}).context["made"]
    assert b"Secret malate" in client.get(made).content
    assert SupplementPreviewLink.objects.count() == 1


def test_only_who_may_write_makes_links_and_only_for_what_is_not_public(draft, editor, sign_in, client, db):
    from tests.factories import make_user

    assert sign_in(make_user("nobody")).post(links(draft), {"make": "1"}).status_code == 403
    assert client.post(links(draft), {"make": "1"}).status_code in (302, 403)
    sign_in(editor).post(links(make_article()), {"make": "1"})
    assert not ArticlePreviewLink.objects.exists()


def test_the_typed_text_is_shown_as_a_reader_will_see_it(editor, sign_in):
    make_reference("study")
    client = sign_in(editor)
    data = {
        "title": "T",
        "quick_answer": "Short.[^study]",
        "body": "## Why\n\n*So.*[^nobody]",
        "faqs-0-answer": "**Yes.**",
    }
    page = client.post(TYPED, data | {"faqs-0-question": "Is it?", "key_points": "One.\nTwo."})
    assert page.status_code == 200
    assert "<em>So.</em>" in page.context["body"]
    assert page.context["answers"][0][0] == "Is it?"
    assert page.context["unknown"] == ["nobody"]
    part = client.post(TYPED, data, headers={"HX-Request": "true"})
    assert b"<html" not in part.content
    assert b"<em>So.</em>" in part.content


@pytest.mark.parametrize("body", ["[" * 6000, "- " * 900 + "x"], ids=["slow", "deep"])
def test_a_text_that_cannot_become_a_page_says_so_in_the_preview(editor, sign_in, body):
    response = sign_in(editor).post(TYPED, {"body": body})
    assert response.status_code == 200
    assert response.context["reason"]


def test_the_preview_is_for_those_who_write(client, sign_in, db):
    from tests.factories import make_user

    assert client.post(TYPED, {"body": "x"}).status_code in (302, 403)
    assert sign_in(make_user("nobody")).post(TYPED, {"body": "x"}).status_code == 403
