"""Plain functions that make rows for tests: named arguments override, nothing is random."""

import datetime as dt
from itertools import count

from django.contrib.auth.models import Group, User
from django.utils import timezone
from django.utils.text import slugify

from articles.groups import EDITORS, REVIEWERS
from articles.models import Article, ArticleEdition, EvidenceRow, Misconception, Reference, Term, Topic
from supplements.models import IntakeReference, Interaction, Supplement, SupplementEdition, Use
from triage.models import Checklist

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


def make_term(name="cramp", *other_names, **fields):
    values = {"name": name, "slug": slugify(name), "other_names": "\n".join(other_names)}
    return Term.objects.create(**values | {"definition": f"What {name} means."} | fields)


def make_answer(slug="twitches", **fields):
    values = {"about": "twitching", "question": "Does it help?", "answer": "Nobody knows.", "people": "None"}
    row = EvidenceRow.objects.create(slug=slug, certainty=fields.pop("certainty", "not-studied"), **values | fields)
    row.note_references()
    return row


def make_mistake(slug="oil", **fields):
    row = Misconception.objects.create(slug=slug, **{"claim": "It is so.", "right": "It is not."} | fields)
    row.note_references()
    return row


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


def make_use(slug="sleep", **fields):
    return Use.objects.get_or_create(slug=slug, defaults={"name": slug} | fields)[0]


def form_fields(**fields):
    words = {name: f"Its {name.replace('_', ' ')}." for name in SupplementEdition.cited_fields}
    return (
        {
            "number": 1,
            "name": "Magnesium citrate",
            "formula": "Mg3(C6H5O7)2",
            "elemental_percent": "16.2",
            "elemental_low": "11.3",
            "elemental_high": "16.2",
            "hydrate_note": "Anhydrous.",
            "route": "oral",
            "solubility": "soluble",
            "bioavailability": "high",
            "gut": "mild-laxative",
            "evidence": "conflicting",
            "change_note": "First published.",
        }
        | words
        | fields
    )


def make_form_draft(slug="citrate", uses=(), **fields):
    """A draft of a form with everything that publishing asks for."""
    document = Supplement.objects.get_or_create(slug=slug)[0]
    edition = SupplementEdition(document=document, **form_fields(name=f"Magnesium {slug}") | fields)
    edition.save()
    edition.refresh_from_db()
    edition.uses.set(make_use(use) for use in uses)
    edition.note_references()
    edition.reviews.create(reviewed_on=TODAY, next_due=TODAY.replace(year=TODAY.year + 5))
    return edition


def make_form(slug="citrate", uses=(), **fields):
    """A published form; returns its live edition."""
    edition = make_form_draft(slug, uses, **fields)
    edition.publish(waiver="A test.")
    return edition


def make_interaction(slug="lithium", **fields):
    words = {"name": slug.capitalize(), "direction": "one to the other", "what_happens": "A.", "what_to_do": "Ask."}
    row = Interaction.objects.create(slug=slug, **{"kind": "medicine", "severity": "important"} | words | fields)
    row.note_references()
    return row


def make_stage(life_stage="Adults", **fields):
    values = {"sex": "both", "rda_mg": 400, "upper_mg": 350, "sources": "x"}
    return IntakeReference.objects.create(life_stage=life_stage, **values | fields)


def make_checklist(slug="twitching") -> Checklist:
    """A checklist of one question, live, with a row of each kind that has a page of its own."""
    document = Checklist.objects.create(slug=slug)
    edition = document.editions.create(number=1, title="Check", introduction="It asks.", limits="It cannot know.")
    edition.advices.create(slug="rest", kind="cause", title="Rest", text="Sleep.")
    edition.questions.create(slug="emergency", position=1, kind="many", text="Any of this?").options.create(
        slug="none", label="None of these"
    )
    for level in ("self-care", "see-a-doctor", "urgent", "emergency"):
        edition.outcomes.create(urgency=level, heading="Rest", action="Rest.", safety_net="Call.", next_steps="Wait.")
    edition.magnesium.create(gate="open", heading="Magnesium", text="Eat.")
    edition.rules.create(slug="both")
    edition.vignettes.create(slug="one", text="One.", urgency="self-care", gate="open")
    edition.reviews.create(reviewed_on="2026-01-01", next_due="2099-01-01")
    # What the proof says of it is not what is asked here.
    document.editions.update(state="published", published_at=timezone.now())
    return document
