"""The picture for other sites: of released editions only, drawn once, whatever the title is."""

import datetime as dt
from io import BytesIO

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from articles import sharing
from tests.factories import make_article, make_draft


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    assert (image.format, image.size, image.mode) == ("PNG", (1200, 630), "P")
    assert len(content) < 40_000
    return image


@pytest.mark.django_db
def test_a_live_edition_has_a_picture_that_may_be_kept_for_ever(client):
    make_article("toes")
    response = client.get("/articles/toes/share-1.png")
    opened(response.content)
    assert response["Content-Type"] == "image/png"
    assert "immutable" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.django_db
def test_it_is_drawn_once(client, django_assert_num_queries):
    edition = make_article("toes")
    drawn = client.get("/articles/toes/share-1.png").content
    assert cache.get(sharing.key_of(edition)) == drawn
    cache.set(sharing.key_of(edition), b"kept")
    with django_assert_num_queries(1):  # whether the edition may be shown
        assert client.get("/articles/toes/share-1.png").content == b"kept" != drawn


@pytest.mark.django_db
def test_an_older_edition_keeps_its_picture(client, editor):
    first = make_article("toes")
    second = first.document.start_draft(editor)
    second.title, second.change_note = "Another title", "Renamed."
    second.save()
    assert client.get("/articles/toes/share-2.png").status_code == 404
    second.publish(waiver="A test.")
    assert client.get("/articles/toes/share-2.png").content != client.get("/articles/toes/share-1.png").content


@pytest.mark.django_db
def test_nothing_else_has_one(client, sign_in, editor):
    draft, gone, scheduled = make_draft(), make_article("gone"), make_article("later")
    gone.document.withdraw("Wrong.")
    type(scheduled).objects.filter(pk=scheduled.pk).update(published_at=timezone.now() + dt.timedelta(hours=1))
    for path in (draft.document.slug + "/share-1", "gone/share-1", "later/share-1", "later/share-9", "no/share-1"):
        assert sign_in(editor).get(f"/articles/{path}.png").status_code == 404, path
    for path in ("later/share-x", "later/share--1", f"later/share-{10**30}"):
        assert client.get(f"/articles/{path}.png").status_code == 404, path
    assert not any(cache.get(sharing.key_of(edition)) for edition in (draft, gone, scheduled))


@pytest.mark.django_db
def test_the_page_names_it_and_a_draft_names_none(client, sign_in, editor):
    make_article("toes", title="Toes & “feet”")
    draft = make_draft()
    page = client.get("/articles/toes/").content.decode()
    assert '<meta property="og:image" content="http://testserver/articles/toes/share-1.png">' in page
    assert '<meta property="og:title" content="Toes &amp; “feet”">' in page
    assert '<meta property="og:url" content="http://testserver/articles/toes/">' in page
    assert 'og:type" content="article"' in page
    for path in (f"/articles/{draft.document.slug}/", "/check/nothing/", "/nothing/"):
        assert "og:" not in sign_in(editor).get(path).content.decode(), path


@pytest.mark.django_db
def test_other_pages_share_the_site_s_own_picture(client):
    assert 'property="og:image" content="http://testserver/static/img/share.png"' in client.get("/").content.decode()
    with open(finders.find("img/share.png"), "rb") as file:
        opened(file.read())


@pytest.mark.parametrize(
    "title", ["W" * 80, "Naïve “café”: Łódź, ½ µg ≤ 3 – Ünïcödé", "Почему дёргается веко", "", "a " * 40]
)
def test_every_title_stands_inside_the_picture(title):
    image = opened(sharing.draw(title)).convert("L")
    paper = image.getpixel((0, 300))
    for box in (
        (0, 20, sharing.MARGIN - 4, 630),
        (sharing.WIDTH - sharing.MARGIN + 4, 20, 1200, 630),
        (0, 20, 1200, 60),
    ):
        assert {colour for _, colour in image.crop(box).getcolors()} == {paper}, box


def test_a_title_in_letters_that_the_font_lacks_is_left_out():
    assert sharing.draw("眼皮跳") == sharing.draw("")
    assert sharing.draw("Eyelids") != sharing.draw("")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=80))
def test_no_title_breaks_it_and_no_line_is_too_wide(title):
    font, lines = sharing.fitted(title)
    width, height = sharing.ROOM
    assert all(font.getlength(line) <= width for line in lines)
    assert len(lines) * font.size * sharing.LEADING <= height
    sharing.can_write(title)
