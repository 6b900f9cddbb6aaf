"""Answers about the evidence and common mistakes: the page, the desk, and the files they come from."""

import pytest
from django.core.exceptions import ValidationError

from articles import seeding
from articles.desk.plain import AT_ONCE, KEPT
from articles.models import EvidenceRow, Misconception, Reference
from articles.seeding.reading import read_cited, read_rows
from tests.factories import make_answer, make_mistake, make_reference

pytestmark = pytest.mark.django_db

MISLEADING = set("C010 C011 C024 C037 C038 C039 C040 C041 C042 C044 C051 C055 C093 C160 C195 C220".split())  # noqa: SIM905


def test_the_table_shows_each_answer_with_its_sources(client):
    make_reference("study", kind="trial", year=2020)
    make_reference("sheet", kind="fact-sheet", year=None)
    make_answer("sleep", about="sleep", answer="A little.[^study]", people="155[^sheet]", certainty="low")
    make_mistake("oil", right="It does not.[^study]")
    page = client.get("/evidence/").content.decode()
    assert page.count("<table>") == page.count("<caption") == 1
    assert page.count('scope="col"') == 5
    assert 'id="answer-sleep"' in page
    assert 'id="mistake-oil"' in page
    assert page.count('href="#source-1"') == 2
    assert page.count('href="/sources/study/"') == 2, "in the row, and in the list below"
    assert page.index('id="source-1"') < page.index('id="source-2"')


def test_ids_are_unique_where_an_answer_and_a_mistake_share_a_slug(client):
    make_answer("cramps")
    make_mistake("cramps")
    page = client.get("/evidence/").content.decode()
    assert 'id="answer-cramps"' in page
    assert 'id="mistake-cramps"' in page


def test_an_empty_page_works(client):
    page = client.get("/evidence/")
    assert page.status_code == 200
    assert b"<table" not in page.content


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_takes_three_queries(client, django_assert_num_queries, count):
    for number in range(count):
        make_reference(f"study-{number}")
        make_answer(f"answer-{number}", answer=f"No.[^study-{number}]")
        make_mistake(f"mistake-{number}", right=f"No.[^study-{number}]")
    with django_assert_num_queries(3):  # answers, mistakes, their sources
        client.get("/evidence/")


def test_what_is_about_one_thing_stands_together(client):
    for slug, about in (("a", "sleep"), ("b", "cramps"), ("c", "sleep")):
        make_answer(slug, about=about, position=ord(slug))
    page = client.get("/evidence/").content.decode()
    places = [page.index(f'id="answer-{slug}"') for slug in "acb"]
    assert places == sorted(places)
    assert page.count('scope="rowgroup"') == 2


@pytest.mark.parametrize("model", [EvidenceRow, Misconception])
def test_rows_are_for_reviewers_keep_their_history_and_note_their_sources(model, editor, reviewer, sign_in):
    make_reference("study")
    row = make_answer() if model is EvidenceRow else make_mistake()
    words = "answer" if model is EvidenceRow else "right"
    path = f"/admin/articles/{model._meta.model_name}/{row.pk}/"
    data = {name: getattr(row, name) for name in seeding.fields_of(model)} | {words: "Better.[^study]"}
    assert sign_in(editor).post(f"{path}change/", data).status_code == 403
    client = sign_in(reviewer)
    assert client.post(f"{path}change/", data | {words: "Better.[^nobody]"}).status_code == 200
    assert client.post(f"{path}change/", data).status_code == 302
    assert [reference.key for reference in model.objects.get().references.all()] == ["study"]
    assert len(client.get(f"{path}history/").context["action_list"]) == 1
    assert client.post(f"{path}delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (EvidenceRow(certainty="low", answer="Yes.", people="None"), "answer"),
        (EvidenceRow(certainty="low", answer="Yes.", people="9[^study]"), None),
        (EvidenceRow(certainty="not-studied", answer="Nobody knows.", people="None"), None),
        (Misconception(claim="It is so.", right="It is not."), "right"),
        (Misconception(claim="It is so.", right="It is not.[^study]"), None),
    ],
)
def test_what_is_said_has_a_source_unless_nobody_studied_it(row, fault):
    if fault:
        with pytest.raises(ValidationError) as refusal:
            row.clean()
        assert list(refusal.value.message_dict) == [fault]
    else:
        row.clean()


@pytest.mark.parametrize("model", ["evidencerow", "misconception", "reference", "term"])
def test_the_desk_says_who_keeps_plain_rows_and_that_readers_see_a_change_at_once(editor, reviewer, sign_in, model):
    path = f"/admin/articles/{model}/"
    assert KEPT in sign_in(editor).get(path).content.decode()
    client = sign_in(reviewer)
    assert KEPT not in client.get(path).content.decode()
    assert AT_ONCE in client.get(f"{path}add/").content.decode()


@pytest.mark.parametrize("model", ["evidencerow", "misconception"])
def test_lists_and_forms_of_the_desk_stay_cheap(reviewer, sign_in, model, django_assert_max_num_queries):
    for number in range(20):
        make_answer(f"a-{number}")
        make_mistake(f"m-{number}")
    client = sign_in(reviewer)
    pk = EvidenceRow.objects.first().pk if model == "evidencerow" else Misconception.objects.first().pk
    for page in ("", "?q=x", "add/", f"{pk}/change/"):
        with django_assert_max_num_queries(14, info=page):
            assert client.get(f"/admin/articles/{model}/{page}").status_code == 200


def test_the_site_begins_with_every_misleading_claim_put_right():
    seeds = seeding.Seeds()
    seeds.references = read_rows(seeding.HERE / "references.csv", Reference, seeds)
    answers = read_cited(seeding.HERE / "evidence.toml", "answers", EvidenceRow, seeds)
    mistakes = read_cited(seeding.HERE / "misconceptions.toml", "mistakes", Misconception, seeds)
    assert seeds.faults == []
    text = (seeding.HERE / "misconceptions.toml").read_text(encoding="utf-8")
    claims = [claim for claim in MISLEADING if text.count(f'"{claim}"') == 1]
    assert set(claims) == MISLEADING
    assert len(mistakes) == len(MISLEADING)
    assert all("[^" in row.right for row in mistakes)
    assert {row.about for row in answers} == set(EvidenceRow.About.values)
    assert all("[^" in row.answer for row in answers)


GOOD = '[[mistakes]]\nslug = "one"\nclaim = "It is."\nright = "It is not.[^study]"\nclaims = ["C001"]\n'


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("[^study]", "[^nobody]", 4, "nobody"),
        ("[^study]", "", 2, "source"),
        ('slug = "one"', 'slug = "on e"', 2, "slug"),
        ('"It is not.[^study]"', "5", 2, "right"),
        ('claim = "It is."', f'claim = "{"x" * 201}"', 2, "claim"),
        ("[[mistakes]]", "[[errors]]", 1, "errors"),
        ('"It is."', '"It is.', 3, "cannot be read"),
        ('claims = ["C001"]', "colour = 'red'", 2, "colour"),
    ],
)
def test_a_broken_row_is_named_with_its_line(tmp_path, old, new, line, says):
    seeds = seeding.Seeds(references=[make_reference("study")])
    path = tmp_path / "misconceptions.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert [row.slug for row in read_cited(path, "mistakes", Misconception, seeds)] == ["one"]
    assert seeds.faults == []
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    read_cited(path, "mistakes", Misconception, seeds)
    assert (seeds.faults[0].file, seeds.faults[0].line) == (path.name, line)
    assert says in seeds.faults[0].reason


def test_an_export_from_before_there_were_answers_loads(tmp_path):
    assert read_cited(tmp_path / "evidence.toml", "answers", EvidenceRow, seeding.Seeds()) == []
