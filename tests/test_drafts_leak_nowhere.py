"""A word that stands only in drafts is found nowhere that the public reaches: page, list, count, file, mail or 304."""

import pytest
from django.urls import get_resolver

from articles.models import Article, ArticleEdition
from supplements.models import Supplement, SupplementEdition
from tests.factories import form_fields, make_article, make_checklist, make_form, make_topic
from tests.test_roles import PARAMETER, routes
from triage.models import Checklist

CANARY = "canary-in-a-draft"
ADMIN, PREVIEW = "admin/", "preview/"

pytestmark = pytest.mark.django_db


def words_of(model, **given):
    """The canary in every field of words that an editor fills in."""
    fields = {field.name: field for field in model._meta.concrete_fields if field.editable and not field.flatchoices}
    texts = [name for name, field in fields.items() if field.get_internal_type() in ("CharField", "TextField")]
    return {name: f"{CANARY} {name}"[: fields[name].max_length or 200] for name in texts} | given


@pytest.fixture
def published():
    """A page of each kind as readers have it: article, form and checklist, with nothing of the drafts'."""
    live = make_article("calves").document, make_form("citrate").document
    return *live, make_checklist()


@pytest.fixture
def drafts(published):
    """Drafts, waiting, approved and scheduled: of documents that are live, and of some that never were."""
    made = []
    new = Article.objects.create(slug="unborn"), Supplement.objects.create(slug="unborn")
    for document in [*published, *new, Checklist.objects.create(slug="unborn")]:
        model = document._meta.get_field("editions").related_model
        number = document.editions.count() + 1
        values = {"number": number, "document": document}
        if model is ArticleEdition:
            values["topic"] = make_topic()
        if model is SupplementEdition:
            values |= {key: value for key, value in form_fields().items() if key not in SupplementEdition.cited_fields}
            values |= {"name": f"{CANARY} name", "formula": CANARY, "number": number}
        edition = model.objects.create(**words_of(model) | values)
        made.append(edition)
    article, form, check = made[:3]
    article.faqs.create(question=f"{CANARY}?", answer=CANARY)
    article.typeset()
    check.questions.create(slug="q", position=1, kind="one", text=CANARY).options.create(slug="no", label=CANARY)
    check.advices.create(slug="a", kind="cause", title=CANARY, text=CANARY)
    form.submit()
    type(made[3]).objects.filter(pk=made[3].pk).update(state="published", published_at="2099-01-01T00:00Z")
    return made


def public_addresses() -> list[str]:
    """Every address outside of the admin, for each slug and number that there is."""
    found = []
    for route in routes(get_resolver()):
        if route.startswith((ADMIN, PREVIEW, "media/")):
            continue
        for slug, number in (("calves", 1), ("calves", 2), ("citrate", 2), ("twitching", 2), ("unborn", 1)):
            values = {"slug": slug, "number": str(number), "n": "1", "key": "study"}
            found.append("/" + PARAMETER.sub(lambda part, values=values: values[part[1] or part[2]], route))
    queries = ["/supplements/?q=canary", "/supplements.csv?q=canary", "/supplements.json?q=canary", "/search/?q=canary"]
    return sorted({*found, *queries, "/supplements/compare/?form=citrate&form=unborn"})


def test_the_words_of_drafts_are_on_no_public_page(client, published, drafts):
    for address in public_addresses():
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(address, headers=headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            assert CANARY.encode() not in body, address
            assert CANARY not in str(response.headers), address


def test_a_draft_changes_no_public_page_and_no_304(client, published, request):
    """What a reader's browser kept stays right: neither a count nor a list nor a stamp moves with a draft."""
    before = {address: client.get(address) for address in public_addresses() if "unborn" not in address}
    before = {address: response for address, response in before.items() if response.status_code == 200}
    request.getfixturevalue("drafts")
    for address, response in before.items():
        after = client.get(address)
        assert after.content == response.content or "csrfmiddlewaretoken" in after.content.decode(), address
        if etag := response.headers.get("ETag"):
            assert client.get(address, headers={"If-None-Match": etag}).status_code == 304, address
