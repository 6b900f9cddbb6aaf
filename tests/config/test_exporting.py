"""The zip with everything, from a button that superusers have."""

import re
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.test import Client, TestCase
from django.utils import timezone
from PIL import Image

from articles.models import Article
from tests.factories import make_article, make_draft, make_form, make_form_draft, make_reference

pytestmark = pytest.mark.django_db

PATH = "/admin/export/"
CANARY = "a-canary-sang-in-the-draft"


@pytest.fixture(autouse=True)
def article(settings, tmp_path):
    """A live article with a figure, beside words that nobody may read."""
    settings.MEDIA_ROOT = tmp_path / "media"
    make_reference("ods")
    draft = make_draft(Article.objects.create(slug="toes"), body="## Why?\n\n![](foot)\n\nText.[^ods]")
    picture = BytesIO()
    Image.new("RGB", (40, 30)).save(picture, "PNG")
    with TestCase.captureOnCommitCallbacks(execute=True):
        draft.figures.create(name="foot", image=ContentFile(picture.getvalue(), "foot.png"), alt="A foot")
    draft.typeset()
    draft.publish(waiver="A test.")
    make_form("citrate")
    make_draft(draft.document, title=CANARY, body=CANARY)
    make_form_draft("oxide", name=CANARY)
    make_article("knees", title=CANARY).document.withdraw(CANARY)
    return draft


def unpacked(response) -> dict[str, bytes]:
    with ZipFile(BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_only_superusers_get_in(client, editor, reviewer, superuser, sign_in):
    for method in ("get", "post"):
        assert getattr(client, method)(PATH).status_code == (302 if method == "get" else 403)
        for person in (editor, reviewer):
            response = getattr(sign_in(person), method)(PATH)
            assert response.status_code == 403
            assert not response.streaming
    assert sign_in(superuser).get(PATH).status_code == 200
    assert sign_in(superuser).head(PATH).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(superuser, sign_in, method):
    assert getattr(sign_in(superuser), method)(PATH).status_code == 405


def test_the_button_needs_its_token(superuser):
    client = Client(enforce_csrf_checks=True)
    client.force_login(superuser)
    assert client.post(PATH).status_code == 403


def test_the_page_says_what_the_zip_holds(superuser, sign_in):
    response = sign_in(superuser).get(PATH)
    assert [number for _, number in response.context["counts"]] == [1, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    assert re.search(rb'<form method="post">.*<input type="submit"', response.content, re.DOTALL)
    assert CANARY.encode() not in response.content


def test_the_zip_is_what_the_command_writes(superuser, sign_in, tmp_path):
    call_command("export_content", str(tmp_path / "out"), verbosity=0)
    response = sign_in(superuser).post(PATH)
    name = f"twitchwise-content-{timezone.localdate().isoformat()}.zip"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == "application/zip"
    assert "no-store" in response["Cache-Control"]
    assert response.streaming
    found = unpacked(response)
    written = {path.relative_to(tmp_path / "out").as_posix(): path for path in (tmp_path / "out").rglob("*")}
    assert {name.rstrip("/") for name in found} == written.keys()
    assert {"articles/toes.md", "articles/figures/toes.foot.png", "triage"} <= written.keys()
    for name, data in found.items():
        assert name.endswith("/") or data == written[name].read_bytes(), name
        assert CANARY.encode() not in data
        assert CANARY not in name


def test_two_zips_are_the_same(superuser, sign_in):
    client = sign_in(superuser)
    first, second = (b"".join(client.post(PATH).streaming_content) for _ in range(2))
    assert first == second
    with ZipFile(BytesIO(first)) as archive:  # also when they are an hour apart
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_what_was_left_out_is_named_in_the_zip(superuser, sign_in, article):
    knees = Article.objects.get(slug="knees")
    article.related.add(knees)
    assert b"knees" in unpacked(sign_in(superuser).post(PATH))["left-out.txt"]
    article.related.clear()
    assert "left-out.txt" not in unpacked(sign_in(superuser).post(PATH))


def test_a_picture_that_is_gone_is_named(superuser, sign_in, article):
    Path(article.figures.get().image.path).unlink()
    response = sign_in(superuser).post(PATH)
    assert response.status_code == 409
    assert any("“foot”" in line and "toes" in line for line in response.context["refusal"])
    assert b'role="alert"' in response.content
