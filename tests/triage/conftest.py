"""The seeded checklist in the database, and what a reader does with it."""

import tomllib
from functools import cache

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

from articles import seeding as words
from articles.models import Reference
from triage import models, seeding
from triage.reading import ladder_of

SEED = seeding.HERE / "twitching.toml"


@pytest.fixture(autouse=True)
def fresh_ladders():
    """Rows of one test may have the keys of another's: nothing that was read may outlive its test."""
    forget_ladders()


def forget_ladders():
    models.ladder_of.cache_clear()
    models.proof_of.cache_clear()
    models.diff_of.cache_clear()


@pytest.fixture
def rows():
    """The seed file, to be changed at will."""
    return tomllib.loads(SEED.read_text(encoding="utf-8"))


@cache
@transaction.atomic
def rows_of_the_seed() -> list[tuple[type, list[dict]]]:
    """Every row of the seeded checklist, as the loader makes them; made once, for it takes a second."""
    for reference in words.read().references:
        reference.save()
    document = models.Checklist.objects.create(slug="twitching")
    seeding.load_checklist(document, tomllib.loads(SEED.read_text(encoding="utf-8")))
    made = [Reference, *apps.get_app_config("triage").get_models(include_auto_created=True)]
    forget_ladders()  # loading read them, and the first test to ask would find them
    kept = [(model, list(model.objects.values())) for model in made]
    for model in reversed(made):
        model.objects.all()._raw_delete(model.objects.db)
    return kept


@pytest.fixture
def edition(db):
    """The seeded checklist, live."""
    kept = rows_of_the_seed()
    with transaction.atomic():
        for model, values in kept:
            model.objects.bulk_create(model(**row) for row in values)
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [model for model, _ in kept]):
            cursor.execute(sql)
    return models.Checklist.objects.get().live_edition


@pytest.fixture
def reader(client, edition):
    return Reader(client, edition.ladder)


class Reader:
    """Somebody who answers what they are asked: `says` by question, else none, no or the first option."""

    def __init__(self, client, ladder, root="/check/twitching/"):
        self.client, self.ladder, self.root = client, ladder, root
        shown = client.get(f"{root}1/", follow=True).context or {}
        self.stamp = shown.get("stamp", "")

    def answer(self, question, *options, n=1):
        return self.client.post(f"{self.root}{n}/", {"edition": self.stamp, "question": question, "option": options})

    def usual(self, question):
        offered = [option.slug for option in self.ladder.choices[question.slug]]
        return next((slug for slug in ("none", "no") if slug in offered), offered[0])

    def go(self, start=1, **says):
        """Answer until the walk ends; the answers by question with _ for -. Returns the page at its end."""
        says = {question.replace("_", "-"): options for question, options in says.items()}
        response = self.client.get(f"{self.root}{start}/", follow=True)
        for _ in range(100):
            step = response.context.get("step")
            if step is None:
                return response
            slug = step.question.slug
            options = says.get(slug, self.usual(step.question))
            options = options.split() if isinstance(options, str) else options
            answer = {"edition": response.context["stamp"], "question": slug, "option": options}
            response = self.client.post(response.request["PATH_INFO"], answer, follow=True)
        raise AssertionError("the walk does not end")


@pytest.fixture
def seeded_ladder(rows):
    return ladder_of(rows)
