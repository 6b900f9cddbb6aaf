"""Articles to take along: Markdown that is whole without the site, and the catalogue."""

import json
import re

import pytest

from articles import copies, markdown
from tests.articles.test_pages import fill
from tests.articles.test_pictures import make_figure, make_picture
from tests.factories import make_article, make_draft, make_reference

BODY = """Words.[^trial]

## Why

See [the other page](/articles/other/#why), [a part](#s-why) and [elsewhere](https://example.org/a).

!!! urgent "Today"
    If it spreads.[^sheet]

    - Call.

After the box.

!!! tip
    Sleep.
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def article():
    make_reference("sheet", title="A fact sheet?", authors="NHS", year=None, kind="fact-sheet")
    make_reference("trial", title="A trial", doi="10.1000/x", status="superseded")
    make_reference("unused")
    make_article("other", body="## Why\n\nWords.")
    draft = make_draft(body=BODY, key_points="One point.[^sheet]\nAnother.")
    draft.faqs.create(question="Why?", answer="Because.[^trial]")
    draft.typeset()
    draft.publish(waiver="A test.")
    return draft


def taken(client, slug: str) -> str:
    response = client.get(f"/articles/{slug}.md")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    return response.content.decode()


def test_the_markdown_is_whole_and_in_order(client, article):
    text = taken(client, article.document.slug)
    headings = re.findall(r"^#+ .*", text, re.MULTILINE)
    assert headings[0] == f"# {article.title}"
    assert [heading for heading in headings if heading in ("## Key points", "## Why", "### Why?", "## Sources")] == [
        *("## Key points", "## Why", "### Why?", "## Sources")
    ]
    assert article.quick_answer in text
    assert "- One point.[^sheet]\n- Another." in text


def test_every_source_is_defined_once_in_the_order_of_the_page(client, article):
    text = taken(client, article.document.slug)
    assert re.findall(r"^\[\^([\w-]+)\]: ", text, re.MULTILINE) == ["sheet", "trial"]
    assert set(re.findall(r"\[\^([\w-]+)\](?!:)", text)) == {"sheet", "trial"}
    assert "[^sheet]: NHS. A fact sheet? A journal. <https://example.org/>" in text
    assert "(superseded) <https://doi.org/10.1000/x>" in text


def test_links_lead_back_to_the_site(client, article):
    text = taken(client, article.document.slug)
    assert "](http://testserver/articles/other/#why)" in text
    assert "](#s-why)" in text
    assert "](https://example.org/a)" in text
    assert "](/" not in text
    assert f"<http://testserver{article.permalink}>" in text


def test_a_box_is_a_quotation_with_the_words_of_its_level(client, article):
    text = taken(client, article.document.slug)
    words = markdown.LEVELS["urgent"]
    assert f"\n\n> **{words} Today**\n>\n> If it spreads.[^sheet]\n>\n> - Call.\n\nAfter the box.\n\n> Sleep.\n" in text
    assert "!!!" not in text


def test_a_figure_shows_its_picture_and_says_what_it_tells(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    draft = make_draft(body="## Where\n\n![](arm)\n\n![](leg)")
    make_figure(make_picture("png", (40, 30)), edition=draft)
    text = copies.as_markdown(draft_of(draft), "https://example.org{}".format)
    assert re.search(r"!\[An arm at rest\]\(https://example\.org/media/figures/\w+\.png\)", text)
    assert "leg" not in text


def draft_of(edition):
    """The edition as the view reads it, with a time as if it had come out."""
    found = type(edition).objects.for_reading().with_review().get(pk=edition.pk)
    found.published_at = found.saved_at
    return found


def test_the_reviewer_is_named_only_where_there_is_one(client):
    edition = make_article("toes")
    assert "Not yet reviewed by a clinician." in taken(client, "toes")
    edition.reviews.update(reviewer="Dr A. Lee")
    assert "by Dr A. Lee" in taken(client, "toes")
    assert "Not yet reviewed by a clinician." not in taken(client, "toes")


def test_the_markdown_takes_four_queries(client, article, django_assert_num_queries):
    with django_assert_num_queries(4):  # edition with its review, questions, sources, figures
        client.get(f"/articles/{article.document.slug}.md")


def test_only_a_live_article_has_one(client, sign_in, editor):
    draft = make_draft()
    make_article("gone").document.withdraw("A figure was wrong.")
    make_article("about", is_site_page=True)
    gone = client.get("/articles/gone.md")
    assert gone.status_code == 410
    assert b"A figure was wrong." in gone.content
    for slug in (draft.document.slug, "about", "nothing"):
        assert sign_in(editor).get(f"/articles/{slug}.md").status_code == 404, slug


def test_the_page_leads_to_it_and_it_back(client, article):
    slug = article.document.slug
    page = client.get(f"/articles/{slug}/").content.decode()
    assert f'<link rel="alternate" href="/articles/{slug}.md" type="text/markdown"' in page
    assert page.count(f'href="/articles/{slug}.md"') == 2
    link = client.get(f"/articles/{slug}.md")["Link"]
    assert link == f'<http://testserver/articles/{slug}/>; rel="canonical"'
    make_article("about", is_site_page=True)
    assert "about.md" not in client.get("/about/").content.decode()


def test_the_catalogue_names_every_live_article_with_its_edition_and_checks(client):
    edition = make_article("toes", title="Toes & “feet”")
    edition.reviews.update(reviewer="Dr A. Lee")
    edition.refresh_from_db()
    make_article("about", is_site_page=True)
    make_article("gone").document.withdraw("Wrong.")
    make_draft()
    response = client.get("/articles.json")
    assert response["Content-Type"] == "application/json"
    (row,) = json.loads(response.content)["articles"]
    assert row == {
        "slug": "toes",
        "title": "Toes & “feet”",
        "description": edition.description,
        "topic": "Topic",
        "address": "http://testserver/articles/toes/",
        "markdown": "http://testserver/articles/toes.md",
        "edition": 1,
        "published": edition.published_at.isoformat(),
        "reviewed_on": "2026-11-22",
        "next_review_due": "2031-11-22",
        "reviewer": "Dr A. Lee",
        "words": edition.word_count,
    }
    assert client.get("/articles.json", headers={"If-None-Match": response["ETag"]}).status_code == 304


def test_the_catalogue_takes_one_query(client, django_assert_num_queries):
    assert json.loads(client.get("/articles.json").content)["articles"] == []
    fill(12)
    with django_assert_num_queries(1):  # the live editions with their reviews
        rows = json.loads(client.get("/articles.json").content)["articles"]
    assert len(rows) == 12
    assert rows[0]["reviewed_on"] is None
