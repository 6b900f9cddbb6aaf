"""The table's page: whole, as an htmx answer, and taken away."""

import csv
import io
import json
import time
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from supplements.filters import PAGE_SIZE
from supplements.models import Supplement, SupplementEdition
from tests.factories import form_fields, make_form, make_form_draft, make_reference, make_use

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
BUSY = "?route=oral&gut=gentle&gut=mild-laxative&evidence=none&use=sleep&q=magnesium&sort=evidence&form=gone"


@pytest.fixture
def forms():
    make_reference("study", title="A study of uptake")
    return [
        make_form("citrate", ["sleep"], cautions="Kidneys first.[^study]", bioavailability_note="High.[^study]"),
        make_form("oxide", evidence="none", gut="strong-laxative", cautions="It purges."),
        make_form("malate", ["energy"], gut="gentle", evidence="none", cautions="Ask first."),
    ]


def names(response):
    return [row.name for row in response.context["rows"]]


def test_it_works(client, forms):
    response = client.get("/supplements/")
    page = response.content.decode()
    assert names(response) == ["Magnesium citrate", "Magnesium malate", "Magnesium oxide"]
    assert page.count("<h1>") == 1
    assert page.count("<table") == 1
    assert 'id="source-1"' in page
    assert "A study of uptake" in page
    assert not response.cookies


@pytest.mark.parametrize("query", ["", "?columns=none", "?columns=formula", "?gut=gentle", "?q=malate", "?page=9"])
def test_cautions_show_in_every_view(client, forms, query):
    response = client.get(f"/supplements/{query}")
    for row in response.context["rows"]:
        assert row.cautions.split("[")[0].encode() in response.content


def test_an_htmx_answer_is_the_partial_alone(client, forms):
    response = client.get("/supplements/?gut=gentle", headers=HTMX)
    page = response.content.decode()
    for absent in ("<html", "<header class", "<footer class", "<form", "<h1"):
        assert absent not in page
    assert 'id="results"' in page
    assert 'id="status" data-hx-swap-oob="innerHTML"' in page
    assert 'id="count-gut-gentle" data-hx-swap-oob="true">(1)' in page
    assert response["HX-Push-Url"] == "/supplements/?gut=gentle"
    assert "HX-Request" in response["Vary"]
    assert "HX-Request" in client.get("/supplements/")["Vary"]


@pytest.mark.parametrize("query", ["", "?gut=gentle", BUSY])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_any_filter_takes_at_most_six_queries(client, forms, django_assert_max_num_queries, query, headers):
    with django_assert_max_num_queries(6):  # uses, counts, rows, route cautions, sources, forms ticked elsewhere
        client.get(f"/supplements/{query}", headers=headers)


def test_five_thousand_forms_are_paged_with_exact_counts_in_the_same_queries(client, django_assert_max_num_queries):
    use = make_use("sleep")
    documents = Supplement.objects.bulk_create(Supplement(slug=f"form-{n}") for n in range(5000))
    live = {"state": "published", "published_at": timezone.now()}
    editions = SupplementEdition.objects.bulk_create(
        SupplementEdition(document=d, **form_fields(name=d.slug, gut="gentle" if n % 5 else "none-local"), **live)
        for n, d in enumerate(documents)
    )
    through = SupplementEdition.uses.through
    through.objects.bulk_create(through(supplementedition=edition, use=use) for edition in editions[::10])
    with django_assert_max_num_queries(6):
        response = client.get("/supplements/?gut=gentle&use=sleep&q=form")
    counts = {
        (facet["name"], choice["value"]): choice["count"]
        for facet in response.context["facets"]
        for choice in facet["choices"]
    }
    assert counts["gut", "gentle"] == 0
    assert counts["gut", "none-local"] == 500
    assert counts["use", "sleep"] == 0
    assert counts["evidence", "conflicting"] == 0
    page = client.get("/supplements/?gut=gentle&page=2")
    assert len(page.context["rows"]) == PAGE_SIZE
    assert page.context["page"].paginator.count == 4000


def test_an_empty_result_says_which_filter_to_lift(client, forms):
    response = client.get("/supplements/?gut=gentle&q=oxide")
    assert response.context["rows"] == []
    assert [(title, count) for title, count, _ in response.context["ways_out"]] == [
        ("Effect on the gut", 1),
        ("the search", 1),
    ]
    assert b"see 1 form<" in response.content


def test_applied_filters_are_listed_with_a_way_to_lift_each(client, forms):
    page = client.get("/supplements/?gut=gentle&evidence=none").content.decode()
    assert 'href="/supplements/?evidence=none"' in page
    assert 'href="/supplements/?gut=gentle"' in page


def test_what_was_ticked_stays_ticked_when_it_is_filtered_away(client, forms):
    page = client.get("/supplements/?gut=gentle&form=oxide&form=malate")
    assert [form.name for form in page.context["elsewhere"]] == ["Magnesium oxide"]


@pytest.mark.parametrize(
    "query",
    [
        "route=moon&gut=&evidence=%F0%9F%98%80",
        "columns=password&sort=-pk&page=-1",
        "page=99999999999999999999",
        "page=%D9%A3",
        "q=" + "%25" * 200,
        "q='%20OR%201=1--&q=<script>",
        "sort=name&sort=evidence&sort=nonsense",
        "form=%C3%A9&form=../../etc",
        "&".join(f"x{n}={n}" for n in range(900)),
    ],
)
def test_what_nobody_knows_is_dropped(client, forms, query):
    began = time.perf_counter()
    response = client.get(f"/supplements/?{query}")
    assert response.status_code == 200
    assert time.perf_counter() - began < 1
    assert b"<script>" not in response.content


@pytest.mark.parametrize("query", ["q=%00", "gut=%00", "q=%ff", "form=%ED%A0%80"])
def test_what_is_no_text_is_400(client, query):
    assert client.get(f"/supplements/?{query}").status_code == 400


def test_a_query_of_seventy_kilobytes_is_414(client):
    assert client.get("/supplements/?q=" + "x" * 70_000).status_code == 414


@pytest.mark.parametrize(
    "path", ["/supplements/", "/supplements.csv", "/supplements.json", "/supplements/compare/", "/supplements/foods/"]
)
def test_a_wrong_method_is_405(client, path):
    assert client.post(path).status_code == 405


def test_a_draft_leaks_nowhere(client, forms, editor):
    make_form_draft("canary", name="Canary form", formula="Cn")
    draft = forms[0].document.start_draft(editor)
    draft.name = draft.cautions = "Canary form"
    draft.change_note = "x"
    draft.save()
    paths = ["/supplements/", "/supplements/?q=canary", "/supplements.csv", "/supplements.json", "/supplements/canary/"]
    paths += [
        "/supplements/citrate/",
        "/supplements/compare/?form=canary&form=citrate",
        "/supplements/dose/",
        "/sitemap.xml",
    ]
    for path in paths:
        assert b"Canary" not in client.get(path).content, path
    assert client.get("/supplements/?q=canary").context["page"].paginator.count == 0
    assert client.get("/supplements/canary/").status_code == 404


def test_csv_is_the_filtered_view_with_sources_and_date(client, forms):
    response = client.get("/supplements.csv?gut=mild-laxative")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["name"] for row in rows] == ["Magnesium citrate"]
    assert rows[0]["sources"] == "study"
    assert rows[0]["cautions"] == "Kidneys first."
    assert rows[0]["taken_on"] == timezone.localdate().isoformat()
    assert rows[0]["address"] == "http://testserver/supplements/citrate/"


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_no_cell_of_the_csv_begins_a_formula(client, start):
    make_form("evil", cautions=f"{start}cmd|' /C calc'!A0")
    row = next(csv.DictReader(io.StringIO(client.get("/supplements.csv").content.decode())))
    assert row["cautions"].startswith("'")
    assert not any(value.startswith(tuple("=+-@")) for value in row.values())


def test_json_holds_the_sources_in_full(client, forms):
    held = json.loads(client.get("/supplements.json?gut=mild-laxative").content)
    assert [form["name"] for form in held["forms"]] == ["Magnesium citrate"]
    assert held["sources"][0]["title"] == "A study of uptake"
    assert "gut" in held["what"]


class Cells(HTMLParser):
    scopes = 0

    def handle_starttag(self, tag, attrs):
        if tag == "th":
            assert dict(attrs).get("scope") in ("row", "col")
            self.scopes += 1


def test_every_header_cell_has_a_scope(client, forms):
    cells = Cells()
    cells.feed(client.get("/supplements/").content.decode())
    assert cells.scopes > 6
