"""The pages beside the table: one form, side by side, dose, medicines, foods."""

import re

import pytest

from supplements.models import Food, IntakeReference
from tests.factories import (
    make_article,
    make_form,
    make_form_draft,
    make_interaction,
    make_reference,
    make_stage,
)

pytestmark = pytest.mark.django_db


def test_a_form_has_a_page_with_cautions_before_proof_before_uses(client):
    make_reference("study")
    make_interaction("kidney-disease", kind="condition", severity="do-not-use", name="Kidney disease")
    make_interaction("statins", severity="low", name="Statins")
    form = make_form(evidence_note="One trial.[^study]")
    form.articles.add(make_article(title="An article about it").document)
    page = client.get("/supplements/citrate/").content.decode()
    places = [page.index(f'id="{name}"') for name in ("cautions", "evidence", "facts", "uses", "clashes", "sources")]
    assert places == sorted(places)
    assert "An article about it" in page
    assert "Kidney disease" in page
    assert "Statins" not in page
    assert "11.3 to 16.2%" in page


def test_a_form_takes_five_queries(client, django_assert_num_queries):
    make_reference("study")
    make_form(evidence_note="One trial.[^study]", uses=["sleep"])
    with django_assert_num_queries(5):  # edition with review, interactions, route cautions, sources, articles
        client.get("/supplements/citrate/")


def test_an_article_names_the_forms_that_it_discusses(client):
    article = make_article("toes")
    make_form().articles.add(article.document)
    assert b"/supplements/citrate/" in client.get("/articles/toes/").content


def test_withdrawn_draft_history_and_unknown(client, sign_in, editor):
    draft = make_form_draft("malate")
    assert client.get("/supplements/malate/").status_code == 404
    assert client.get("/supplements/malate/history/").status_code == 404
    assert sign_in(editor).get("/supplements/malate/").status_code == 200
    draft.publish(waiver="A test.")
    assert client.get("/supplements/malate/history/").status_code == 200
    assert client.get("/supplements/malate/history/1/").status_code == 200
    draft.document.withdraw("It was wrong.")
    for suffix in ("", "history/", "history/1/"):
        assert client.get(f"/supplements/malate/{suffix}").status_code == 410
    assert client.get("/supplements/nothing/").status_code == 404


@pytest.fixture
def three():
    make_form("citrate", route="oral", gut="mild-laxative", cautions="The same.")
    make_form("oxide", route="oral", gut="strong-laxative", cautions="The same.")
    make_form("malate", route="oral", gut="gentle", cautions="The same.")


def test_compare_marks_in_words_what_differs(client, three):
    response = client.get("/supplements/compare/?form=oxide&form=citrate")
    lines = {line["title"]: line["differs"] for line in response.context["lines"]}
    assert lines["Effect on the gut"] is True
    assert lines["How it is taken"] is False
    page = response.content.decode()
    assert "Differs" in page
    assert "The same" in page


@pytest.mark.parametrize("slugs", [[], ["oxide"], ["oxide", "oxide"], ["oxide", "nothing"], ["oxide"] * 9])
def test_compare_says_how_many_it_takes(client, three, slugs):
    response = client.get("/supplements/compare/", {"form": slugs})
    assert response.status_code == 200
    assert b"compares 2 to 4" in response.content
    assert response.context["chosen"] == set(slugs) & {"oxide"}


def test_compare_takes_no_more_than_four(client):
    for number in range(9):
        make_form(f"form-{number}")
    response = client.get("/supplements/compare/", {"form": [f"form-{n}" for n in range(9)]})
    assert b"You chose 9 forms" in response.content


def dose(client, stage, *products):
    data = {"product-TOTAL_FORMS": 3, "product-INITIAL_FORMS": 0, "stage": stage.pk if stage else ""}
    for number, product in enumerate(products):
        fields = zip(("form", "amount", "unit", "states", "times"), product, strict=True)
        data |= {f"product-{number}-{name}": value for name, value in fields}
    return client.post("/supplements/dose/", data)


@pytest.mark.parametrize(
    ("products", "words", "standing"),
    [
        ([("citrate", "1000", "mg", "compound", "1")], "113 to 162 mg", "within"),
        ([("citrate", "2.2", "g", "compound", "1")], "249 to 356 mg", "may-be-above"),
        ([("citrate", "200", "mg", "elemental", "2")], "400 mg", "above"),
        ([("citrate", "100", "mg", "elemental", "1"), ("oxide", "400", "mg", "compound", "1")], "341 mg", "within"),
    ],
)
def test_dose_adds_up_the_magnesium(client, products, words, standing):
    make_form("citrate")
    make_form("oxide", elemental_percent="60.3", elemental_low="60.3", elemental_high="60.3")
    response = dose(client, make_stage(), *products)
    assert response.context["assessment"].standing == standing
    assert words in re.search(r"<h2 id=\"answer\">(.*?)</h2>", response.content.decode())[1]
    assert "no-store" in response["Cache-Control"]
    assert b'role="img"' in response.content


@pytest.mark.parametrize(
    ("product", "field"),
    [
        (("citrate", "-5", "mg", "elemental", "1"), "amount"),
        (("citrate", "0", "mg", "elemental", "1"), "amount"),
        (("citrate", "lots", "mg", "elemental", "1"), "amount"),
        (("citrate", "NaN", "mg", "elemental", "1"), "amount"),
        (("citrate", "9" * 12, "mg", "elemental", "1"), "amount"),
        (("citrate", "", "mg", "elemental", "1"), "amount"),
        (("citrate", "5\0", "mg", "elemental", "1"), "amount"),
        (("", "100", "mg", "elemental", "1"), "form"),
        (("moon-dust", "100", "mg", "elemental", "1"), "form"),
        (("citrate", "100", "stone", "elemental", "1"), "unit"),
        (("citrate", "100", "mg", "elemental", "0"), "times"),
        (("citrate", "100", "mg", "elemental", "1.5"), "times"),
        (("citrate", "100", "mg", "elemental", "500"), "times"),
    ],
)
def test_dose_refuses_beside_the_field_and_keeps_the_rest(client, product, field):
    make_form("citrate")
    response = dose(client, make_stage(), product)
    assert response.status_code == 200
    assert "assessment" not in response.context
    assert field in response.context["products"].errors[0]
    page = response.content.decode()
    assert f'href="#id_product-0-{field}"' in page
    assert f'id="id_product-0-{field}_error"' in page
    assert page.count("<title>Error") == 1


def test_dose_asks_for_a_product_and_a_life_stage(client):
    make_form("citrate")
    response = dose(client, None)
    assert response.context["products"].non_form_errors()
    assert response.context["stage"].errors["stage"]
    tampered = client.post("/supplements/dose/", {"product-TOTAL_FORMS": "x"})
    assert tampered.status_code == 200


def test_dose_offers_only_what_is_swallowed(client):
    make_form("citrate")
    make_form("spray", route="topical")
    page = client.get("/supplements/dose/").content
    assert b'value="citrate"' in page
    assert b'value="spray"' not in page


def test_the_share_of_each_form_is_drawn_and_written(client, django_assert_num_queries):
    make_reference("fda-mgo-label")
    make_form("citrate", elemental_percent="16.2", elemental_low="11.3", elemental_high="16.2")
    make_form("oxide", elemental_percent="60.3", elemental_low="60.3", elemental_high="60.3")
    make_form("spray", route="topical")
    make_form_draft("secret")
    with django_assert_num_queries(3):  # forms, the source of the label, life stages
        page = client.get("/supplements/dose/").content.decode()
    chart = re.search(r'<section aria-labelledby="shares">.*?</section>', page, re.DOTALL)[0]
    assert re.findall(r'href="/supplements/([\w-]+)/"', chart)[:1] == ["oxide"], "most first"
    assert set(re.findall(r'href="/supplements/([\w-]+)/"', chart)) == {"oxide", "citrate", "spray"}
    assert "16.2% (11.3 to 16.2%, by hydrate)" in chart
    assert re.search(r"<title[^>]*>.+</title><desc[^>]*>.*Oxide, 60.3%;", chart)
    assert '<rect class="low" y="23" width="36.2" height="8" /><rect class="high" x="36.2" y="23" width="15.6"' in chart
    assert "style=" not in chart
    assert 'id="source-1"' in page


def test_no_answer_of_a_tool_stays_anywhere(client):
    make_form("citrate")
    make_interaction("lithium")
    answers = [dose(client, make_stage(), ("citrate", "777", "mg", "elemental", "1"))]
    answers.append(client.post("/supplements/medicines/", {"taken": "lithium", "show": ""}))
    for response in answers:
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"]
        assert set(response.cookies) <= {"csrftoken"}
        assert response.cookies["csrftoken"]["max-age"] == "", "it ends with the browser"
        assert b"kept nowhere" in response.content


def test_medicines_show_what_clashes_and_keep_the_ticks(client):
    make_reference("study")
    make_interaction("lithium", what_to_do="Ask the clinic.[^study]", hours_apart="4")
    make_interaction("statins")
    response = client.post("/supplements/medicines/", {"taken": ["lithium"], "show": ""})
    assert [row.slug for row in response.context["clashes"]] == ["lithium"]
    page = response.content.decode()
    assert 'value="lithium" checked' in page
    assert "Hours apart: 4" in page
    found = client.post("/supplements/medicines/", {"taken": ["lithium"], "q": "STAT", "find": ""})
    assert {row.slug for row in found.context["found"]} == {"lithium", "statins"}
    nothing = client.post("/supplements/medicines/", {"q": "zzz", "find": ""})
    assert nothing.context["found"] == []


@pytest.mark.parametrize("data", [{"taken": "nothing"}, {"q": "a\0"}, {"q": "x" * 500}, {"taken": ["lithium", "x"]}])
def test_medicines_survive_any_answer(client, data):
    make_interaction("lithium")
    assert client.post("/supplements/medicines/", data | {"show": ""}).status_code == 200


def test_nothing_ticked_is_said(client):
    make_interaction("lithium")
    assert b"You ticked nothing" in client.post("/supplements/medicines/", {"show": ""}).content


def test_foods_are_sorted_and_needs_are_listed(client):
    make_reference("usda")
    for name, mg in (("Almonds", 80), ("Seeds", 156), ("Milk", 25)):
        values = {"serving": "1 oz", "group": "nuts", "daily_value_percent": mg // 4, "sources": "[^usda]"}
        Food.objects.create(name=name, magnesium_mg=mg, **values)
    make_stage("Infants", upper_mg=None)
    response = client.get("/supplements/foods/")
    assert [food.name for food in response.context["foods"]] == ["Seeds", "Almonds", "Milk"]
    by_name = client.get("/supplements/foods/?sort=name")
    assert [food.name for food in by_name.context["foods"]] == ["Almonds", "Milk", "Seeds"]
    assert client.get("/supplements/foods/?sort=password").context["sort"] == "magnesium"
    assert b"Not set: ask a doctor" in response.content
    seeds = re.search(r"<tr><th[^>]*>Seeds.*?</tr>", response.content.decode())[0]
    assert "39%" in seeds
    drawn = re.findall(r'<rect class="low"[^>]* width="([\d.]+)"', by_name.content.decode())
    assert drawn == ["124.8", "64.0", "19.2"], "of 320: the chart keeps its order"
    assert IntakeReference.objects.count() == 1


@pytest.mark.parametrize("slug", ["compare", "dose", "medicines", "foods"])
def test_the_address_of_a_tool_is_refused_for_a_form(superuser, sign_in, slug):
    response = sign_in(superuser).post("/admin/supplements/supplement/add/", {"slug": slug})
    assert "address of another page" in str(response.context["adminform"].form.errors)
