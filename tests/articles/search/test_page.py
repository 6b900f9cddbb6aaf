"""The page of the search."""

import time

import pytest

from articles.models import Synonym
from tests.articles.search.test_finding import put
from tests.factories import make_article, make_form

pytestmark = pytest.mark.django_db

ODD = {
    "unmatched quotes": "\"cramp 'toe",
    "operators": "cramp AND NEAR( OR NOT * - ^ : { } title:cramp",
    "only operators": 'NEAR( * - " AND',
    "nul": "cra\0mp",
    "long": "x" * 10_000,
    "long and not Latin": "ё" * 10_000,
    "many words": "cramp toe " * 900,
    "spaces": "   \t\n ",
    "arabic": "تشنج عضلي",
    "japanese": "筋肉のけいれん",
    "devanagari": "मांसपेशी",
    "emoji": "😱 cramp 🦵🏽",
    "sql": "'; DROP TABLE articles_findable; --",
    "html": "<script>alert(1)</script><b>cramp</b>",
    "combining": "e\u0301" * 50,
    "percent": "%' OR 1=1 %s %(x)s",
    "backslash": "\\cramp\\'",
    "ligature": "ﬁnger ²",
    "stop words": "the and of to",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_whatever_is_typed_is_answered_soon_and_escaped(client, text):
    put("A cramp in the toe", body=["Magnesium and a cramp."])
    client.get("/search/?q=warm")
    before = time.process_time()
    response = client.get("/search/", {"q": text})
    assert time.process_time() - before < 0.2
    assert response.status_code == 200
    page = response.content.decode()
    assert "<script>alert" not in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff%fe", "q=%ED%A0%80", "q=a&kind=%00", "q=a&page=%00", "kind=x", "page=-1"]
)
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "suggestions"}])
def test_bytes_that_are_no_text_are_answered_too(client, query, headers):
    assert client.get(f"/search/?{query}", headers=headers).status_code == 200


def test_results_are_grouped_counted_and_marked(client):
    make_article("toes", title="Why toes cramp")
    make_form("citrate", name="Citrate for a cramp")
    page = client.get("/search/?q=cramps").content.decode()
    assert '<h2 id="found-articles">' in page
    assert '<h2 id="found-forms">' in page
    assert "<mark>cramp</mark>" in page
    assert "2 results" in page
    only = client.get("/search/?q=cramps&kind=forms").content.decode()
    assert 'id="found-articles"' not in only
    assert 'href="?q=cramps"' in only


def test_without_a_question_or_a_result_there_is_somewhere_to_go(client):
    for query in ("", "?q=", "?q=xylophone"):
        assert 'aria-labelledby="instead"' in client.get(f"/search/{query}").content.decode()


def test_a_kind_without_results_says_so_and_leads_to_the_others(client):
    put("A cramp")
    page = client.get("/search/?q=cramp&kind=forms").content.decode()
    assert 'id="found-' not in page
    assert page.count('href="?q=cramp"') == 2


@pytest.mark.parametrize(("first", "says"), [("check", "Start the check"), ("crisis", "ending your life")])
def test_what_alarms_is_answered_with_numbers_to_call_before_the_results(client, first, says):
    Synonym.objects.create(said="chest pain", first=first)
    put("Pain")
    page = client.get("/search/?q=chest pain").content.decode()
    assert page.index("tel:") < page.index('id="found-articles"')
    assert says in page
    part = client.get("/search/?q=chest pain", headers={"HX-Request": "true", "HX-Target": "suggestions"}).content
    assert b'href="/check/"' in part


@pytest.mark.parametrize("query", ["q=zebra", "q=cramp toe", "q=cramp&kind=forms"])
def test_the_page_takes_at_most_four_queries(client, django_assert_max_num_queries, query):
    put("A cramp", kind="sources")
    with django_assert_max_num_queries(4):  # words, synonyms, what has all, what has some
        client.get(f"/search/?{query}")


def test_only_a_page_of_results_is_kept_out_of_search_engines(client):
    assert "noindex" not in client.get("/search/").content.decode()
    assert "noindex" in client.get("/search/?q=toes").content.decode()


def test_htmx_gets_the_suggestions_alone_and_caches_are_told(client):
    put("A cramp in the toe")
    plain = client.get("/search/?q=cra")
    assert {"HX-Request", "HX-Target"} <= {name.strip() for name in plain["Vary"].split(",")}
    part = client.get("/search/?q=cra", headers={"HX-Request": "true", "HX-Target": "suggestions"})
    assert part["Vary"] == plain["Vary"]
    assert b"<main" not in part.content
    assert part.content.count(b'role="option"') == 1
    other = client.get("/search/?q=cra", headers={"HX-Request": "true", "HX-Target": "results"})
    assert b"<main" in other.content


@pytest.mark.parametrize("path", ["/", "/articles/", "/supplements/", "/search/", "/nothing/"])
def test_every_page_has_one_search_that_needs_no_script(client, path):
    page = client.get(path).content.decode()
    assert page.count('role="search"') == 1
    assert 'action="/search/"' in page


@pytest.mark.parametrize(
    "values",
    [{"said": "the", "meant": "toe"}, {"said": "toe"}, {"said": "toe", "meant": "?"}, {"said": "", "meant": "x"}],
)
def test_a_synonym_needs_words_that_can_be_looked_up(client, sign_in, reviewer, values):
    sign_in(reviewer).post("/admin/articles/synonym/add/", values)
    assert not Synonym.objects.exists()


def test_a_reviewer_adds_and_deletes_a_synonym(sign_in, reviewer):
    client = sign_in(reviewer)
    client.post("/admin/articles/synonym/add/", {"said": "Charley horse", "meant": "cramp"})
    put("A cramp")
    assert "1 result " in client.get("/search/?q=charley horses").content.decode()
    client.post(f"/admin/articles/synonym/{Synonym.objects.get().pk}/delete/", {"post": "yes"})
    assert not Synonym.objects.exists()
