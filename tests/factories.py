"""Plain functions that make rows for tests: named arguments override, nothing is random."""

import datetime as dt
from itertools import count

from django.contrib.auth.models import Group, User

from articles.groups import EDITORS, REVIEWERS
from articles.models import Article, ArticleEdition, Reference, Topic

numbers = count(1)
TODAY = dt.date(2026, 11, 22)


def make_user(name="alice", group=None, **fields):
    user = User.objects.create_user(name, password="a long pass phrase", is_staff=True, **fields)
    if group:
        user.groups.add(Group.objects.get(name=group))
    return user


def make_editor(name="edith"):
    return make_user(name, EDITORS)


def make_reviewer(name="ruth"):
    return make_user(name, REVIEWERS)


def make_topic(**fields):
    return Topic.objects.get_or_create(slug=fields.pop("slug", "topic"), defaults={"name": "Topic"} | fields)[0]


def make_reference(key="source", **fields):
    defaults = {"authors": "Doe J", "title": "A study", "year": 2020, "publisher": "A journal", "kind": "trial"}
    return Reference.objects.create(key=key, **defaults | {"url": "https://example.org/"} | fields)


def make_draft(document=None, **fields):
    """A draft with everything that publishing asks for."""
    document = document or Article.objects.create(slug=f"article-{next(numbers)}")
    defaults = {
        "title": f"About {document.slug}",
        "topic": fields.pop("topic", None) or make_topic(),
        "description": "What it is about.",
        "quick_answer": "The short answer. It is short.",
        "key_points": "One point.\nAnother point.",
        "body": "## A heading\n\nSome words.",
        "change_note": "First published.",
    }
    newest = document.editions.order_by("-number").first()
    edition = ArticleEdition(document=document, number=newest.number + 1 if newest else 1, **defaults | fields)
    edition.save()
    edition.reviews.create(reviewed_on=TODAY, next_due=TODAY.replace(year=TODAY.year + 5))
    edition.typeset()
    return edition


def make_article(slug=None, **fields):
    """A published article; returns its live edition."""
    document = Article.objects.create(
        slug=slug or f"article-{next(numbers)}", is_site_page=fields.pop("is_site_page", False)
    )
    edition = make_draft(document, **fields)
    edition.publish(waiver="A test.")
    return edition
