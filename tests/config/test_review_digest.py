"""The weekly mail: who is told of which page, and that it does not stop before the page was reviewed."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests.factories import make_article, make_editor, make_form, make_reviewer

pytestmark = pytest.mark.django_db


def due(edition, days, owner=None):
    edition.reviews.update(reviewed_on="2020-01-01", next_due=timezone.localdate() + dt.timedelta(days=days))
    edition.document.owner = owner
    edition.document.save()
    return edition


@pytest.fixture
def owner(db):
    owner = make_editor("olga")
    owner.email = "olga@example.org"
    owner.save()
    return owner


@pytest.fixture
def told_reviewer(reviewer):
    reviewer.email = "ruth@example.org"
    reviewer.save()
    return reviewer


def test_owners_are_told_of_theirs_and_reviewers_of_what_nobody_owns(owner, told_reviewer, mailoutbox):
    late, form = due(make_article(title="Calves"), -3, owner), due(make_form(name="Citrate"), 10)
    due(make_article(title="Far off"), 61, owner)
    call_command("review_digest", site="https://example.org")
    mails = {mail.to[0]: mail.body for mail in mailoutbox}
    assert mails.keys() == {"olga@example.org", "ruth@example.org"}
    assert f"https://example.org/admin/articles/articleedition/{late.pk}/change/" in mails["olga@example.org"]
    assert f"/admin/supplements/supplementedition/{form.pk}/change/" in mails["ruth@example.org"]
    assert "Far off" not in mails["olga@example.org"]
    assert "Citrate" not in mails["olga@example.org"]


def test_it_repeats_until_the_page_was_reviewed(owner, mailoutbox):
    edition = due(make_article(), 5, owner)
    call_command("review_digest")
    call_command("review_digest")
    assert len(mailoutbox) == 2
    edition.reviews.create(reviewed_on=timezone.localdate(), next_due=timezone.localdate() + dt.timedelta(days=365))
    call_command("review_digest")
    assert len(mailoutbox) == 2


def test_an_owner_who_left_is_not_told_but_the_reviewers_are(owner, told_reviewer, mailoutbox):
    due(make_article(), 5, owner)
    owner.is_active = False
    owner.save()
    call_command("review_digest")
    assert [mail.to for mail in mailoutbox] == [["ruth@example.org"]]


def test_nobody_to_tell_is_an_error(mailoutbox):
    make_reviewer("rob")
    due(make_article(), 5)
    with pytest.raises(CommandError):
        call_command("review_digest")


def test_a_dry_run_sends_nothing(owner, mailoutbox, capsys):
    due(make_article(), 5, owner)
    call_command("review_digest", dry_run=True)
    assert mailoutbox == []
    assert "olga@example.org" in capsys.readouterr().out
