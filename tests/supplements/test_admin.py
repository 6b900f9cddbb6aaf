"""Forms and plain rows in the admin."""

import pytest

from supplements.models import Interaction, SupplementEdition, Use
from tests.articles.typing import take
from tests.factories import form_fields, make_form, make_form_draft, make_interaction, make_reference, make_use

pytestmark = pytest.mark.django_db


def post(edition, **changes):
    data = {k: v for k, v in form_fields(name=edition.name).items() if k != "number"}
    counts = {"reviews-TOTAL_FORMS": 0, "reviews-INITIAL_FORMS": 0}
    return data | {"opened_version": edition.version} | counts | changes


def page(edition):
    return f"/admin/supplements/supplementedition/{edition.pk}/change/"


def test_a_draft_is_saved_with_its_sources(editor, sign_in):
    make_reference("study")
    draft = make_form_draft()
    response = sign_in(editor).post(page(draft), post(draft, cautions="Careful.[^study]"))
    assert response.status_code == 302, response.context["errors"]
    draft.refresh_from_db()
    assert draft.cautions == "Careful.[^study]"
    assert [reference.key for reference in draft.references.all()] == ["study"]


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("cautions", "Careful.[^nobody]", "nobody"),
        ("cautions", "", "required"),
        ("elemental_low", "90", "between the lowest and the highest"),
        ("elemental_percent", "0", "greater than or equal"),
        ("route", "moon", "valid choice"),
        ("name", "a\0b", "Null characters"),
    ],
)
def test_what_is_wrong_with_a_draft_is_said(editor, sign_in, field, value, says):
    draft = make_form_draft()
    response = sign_in(editor).post(page(draft), post(draft, **{field: value}))
    assert response.status_code == 200
    assert says in str(response.context["adminform"].form.errors)


def test_a_published_form_is_read_only_and_starts_a_draft(editor, sign_in):
    live = make_form(uses=["sleep"])
    client = sign_in(editor)
    assert client.post(page(live), post(live)).status_code == 409
    take(client, live, "start-draft")
    draft = live.document.open_edition
    assert [use.slug for use in draft.uses.all()] == ["sleep"]
    assert client.get(page(draft)).status_code == 200


def test_a_plain_row_is_for_reviewers_and_names_its_sources(editor, reviewer, sign_in):
    make_reference("study")
    row = make_interaction("lithium")
    path = f"/admin/supplements/interaction/{row.pk}/change/"
    fields = ("slug", "kind", "name", "examples", "direction", "what_happens", "hours_apart", "severity", "position")
    data = {name: getattr(row, name) for name in fields} | {"what_to_do": "Ask.[^study]"}
    assert sign_in(editor).post(path, data).status_code == 403
    assert sign_in(reviewer).post(path, data).status_code == 302
    assert Interaction.objects.get().references.get().key == "study"


def test_a_source_shows_every_kind_of_row_that_rests_on_it(superuser, sign_in):
    source = make_reference("study")
    make_form(cautions="Careful.[^study]", name="Magnesium citrate")
    make_interaction("lithium", what_to_do="Ask.[^study]", name="Lithium")
    shown = sign_in(superuser).get(f"/admin/articles/reference/{source.pk}/used/").content
    assert b"Magnesium citrate" in shown
    assert b"Lithium" in shown
    sign_in(superuser).post(f"/admin/articles/reference/{source.pk}/delete/", {"post": "yes"})
    assert SupplementEdition.objects.get().references.get() == source


@pytest.mark.parametrize("model", ["supplement", "interaction", "food", "intakereference", "use"])
def test_lists_and_forms_open(superuser, sign_in, model):
    make_form()
    make_interaction()
    client = sign_in(superuser)
    assert client.get(f"/admin/supplements/{model}/").status_code == 200
    assert client.get(f"/admin/supplements/{model}/?q=x").status_code == 200
    assert client.get(f"/admin/supplements/{model}/add/").status_code == 200


def test_a_use_that_a_form_has_is_not_deleted(superuser, sign_in):
    edition = make_form(uses=["sleep"])
    used, unused = edition.uses.get(), make_use("energy")
    client = sign_in(superuser)
    for use in (used, unused):
        client.post(f"/admin/supplements/use/{use.pk}/delete/", {"post": "yes"})
    assert list(Use.objects.all()) == [used]
