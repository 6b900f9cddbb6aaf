"""What a question finds, in which order, and why."""

import pytest

from articles.models import Findable, Synonym
from articles.search import index, kinds
from articles.search.finding import A_PAGE, CANDIDATES, DEEPEST, OF_EACH_KIND, find, suggest
from articles.search.kinds import Entry
from tests.factories import make_checklist
from triage.models import Option, Question, ladder_of

pytestmark = pytest.mark.django_db


def put(title, kind="articles", **words):
    """Let something be found. The address is made of its title."""
    entry = Entry(source=f"test:{title}", address=f"/{title.replace(' ', '-')}/", title=title, **words)
    index.replace(kinds.registered[kind], [entry], Findable.objects.none())


def addresses(text, **asked) -> list[str]:
    return [hit.found.address for group in find(text, **asked).groups for hit in group.hits]


def test_the_title_counts_more_than_a_heading_and_that_more_than_the_text():
    put("c", body=["A cramp in the calf."])
    put("b", headings=["A cramp"])
    put("a cramp")
    assert addresses("cramp") == ["/a-cramp/", "/b/", "/c/"]


@pytest.mark.parametrize("text", ["sleeping", "SLEEP", "slept", "sleap", "slepe", "slee", "“sleep", "sleep?"])
def test_other_forms_one_slip_and_a_beginning_find_a_word(text):
    put("About sleep")
    assert addresses(text) == ["/About-sleep/"]


def test_a_beginning_is_only_ever_the_last_word():
    put("About sleep")
    put("About magnesium and sleep")
    assert addresses("sle magnesium") == ["/About-magnesium-and-sleep/"]
    assert find("sle magnesium").question.unknown == ["sle"]


def test_a_synonym_finds_what_is_meant_but_not_the_other_way_round():
    put("Restless legs")
    put("About RLS")
    Synonym.objects.create(said="RLS", meant="restless legs")
    assert addresses("rls") == ["/About-RLS/", "/Restless-legs/"]
    assert addresses("restless legs") == ["/Restless-legs/"]


def test_a_synonym_of_several_words_stands_for_them_together():
    put("Sulfate")
    put("Salt on food")
    Synonym.objects.create(said="Epsom salts", meant="sulfate")
    assert addresses("epsom salt") == ["/Sulfate/"]
    assert addresses("salt") == ["/Salt-on-food/"]


def test_what_has_some_of_the_words_is_shown_where_hardly_anything_has_all():
    put("Toes", body=["They twitch."])
    put("Cramps")
    for n in range(6):
        put(f"Filler {n}")
    results = find("toes cramps")
    assert addresses("toes cramps") == ["/Cramps/", "/Toes/"]
    assert (results.with_all, results.total) == (0, 2)


def test_a_word_that_stands_nowhere_is_named_and_left_out():
    put("Toes")
    results = find("toes xylophone")
    assert (results.question.unknown, results.total) == (["xylophone"], 1)


def test_the_excerpt_is_the_passage_with_most_of_the_words_and_marks_them():
    put("Toes", summary=["About feet."], body=["Nothing here.", "Magnesium and sleeping help.", "Magnesium."])
    (hit,) = find("magnesium sleep").groups[0].hits
    assert hit.excerpt == [("Magnesium", True), (" and ", False), ("sleeping", True), (" help.", False)]
    assert hit.where


def test_a_long_passage_is_cut_around_the_word():
    put("Toes", body=[" ".join(["before"] * 100 + ["magnesium"] + ["after"] * 100)])
    (hit,) = find("magnesium").groups[0].hits
    text = "".join(piece for piece, _ in hit.excerpt)
    assert "magnesium" in text
    assert text.startswith("…")
    assert text.endswith("…")
    assert len(text) < 260


def test_one_kind_can_be_leafed_through_and_the_others_are_still_counted():
    for n in range(A_PAGE + 3):
        put(f"Cramp {n}")
    put("Cramp", kind="forms")
    everything = find("cramp")
    assert everything.totals == {"articles": A_PAGE + 3, "forms": 1}
    assert {group.kind.slug: len(group.hits) for group in everything.groups} == {"articles": OF_EACH_KIND, "forms": 1}
    pages = [addresses("cramp", kind="articles", page=page) for page in (1, 2)]
    assert [len(page) for page in pages] == [A_PAGE, 3]
    assert len({*pages[0], *pages[1]}) == A_PAGE + 3
    assert find("cramp", kind="articles", page=99).page == 2
    assert find("cramp", kind="articles").totals == everything.totals
    assert DEEPEST % A_PAGE == 0


def test_the_checklist_is_an_answer_of_its_own_and_comes_first_for_its_signs():
    put("Weakness in the legs")
    document = make_checklist()
    question = Question.objects.get()
    Option.objects.bulk_create(
        [
            Option(question=question, slug="weak", label="Sudden weakness", floor="emergency", reason="It matters."),
            Option(question=question, slug="tired", label="Tired legs", floor="self-care"),
        ]
    )
    ladder_of.cache_clear()  # which knows another test's edition by the same key
    index.refresh([document])
    results = find("sudden weakness")
    assert results.apart.found.address == "/check/twitching/"
    assert results.apart_comes_first
    assert "checks" not in results.totals
    tired = find("tired legs")
    assert tired.apart
    assert not tired.apart_comes_first
    assert [group.kind.slug for group in tired.groups] == ["articles"]


def test_suggestions_are_titles():
    put("Toe cramps")
    put("About magnesium", body=["toe"])
    for n in range(12):
        put(f"Calf {n}")
    assert [hit.found.title for hit in suggest("toe")["hits"]] == ["Toe cramps"]
    assert len(suggest("cal")["hits"]) == 8
    assert [hit.found.title for hit in suggest("toe c")["hits"]] == ["Toe cramps"]
    assert suggest("")["hits"] == suggest("xyz")["hits"] == []


@pytest.mark.parametrize("text", ["chest pain", "I have a chest that is in pain", "CHEST PAIN!"])
def test_what_alarms_comes_first_whatever_was_found(text):
    Synonym.objects.create(said="chest pain", first="check")
    for kind in ("articles", "sources"):
        put("Pain", kind=kind)
    assert find(text).question.first == "check"
    assert suggest(text)["first"] == "check"


def test_a_crisis_comes_before_all_else_and_a_part_of_the_words_alarms_nobody():
    Synonym.objects.create(said="chest pain", first="check")
    Synonym.objects.create(said="end my life", first="crisis")
    assert find("chest pain, I want to end my life").question.first == "crisis"
    assert find("what pain").question.first == find("the end of the night").question.first == ""


def test_a_long_alarming_word_may_have_a_slip():
    Synonym.objects.create(said="convulsion", first="check")
    assert find("a convultion").question.first == "check"


def test_a_word_of_two_or_three_letters_is_not_cut():
    put("By Smith J et al")
    assert find("ALS").total == 0


def test_a_word_with_another_first_letter_is_another_word():
    put("A rumour")
    assert (find("tumour").total, find("rumuor").total) == (0, 1)


def test_what_has_a_synonym_is_no_slip_of_something_else():
    put("Worse")
    put("A cramp")
    Synonym.objects.create(said="charley horse", meant="cramp")
    results = find("charley horse")
    assert (results.question.corrected, addresses("charley horse")) == ({}, ["/A-cramp/"])


def test_the_shortest_titles_are_chosen_where_more_fit_than_are_looked_at():
    for n in range(CANDIDATES + 5):
        put(f"Cramps and other things, number {n}")
    put("Cramps")
    assert addresses("cramps")[0] == "/Cramps/"
    assert suggest("cramps")["hits"][0].found.title == "Cramps"


@pytest.mark.parametrize("kind", ["", "articles"])
def test_a_search_takes_at_most_four_queries(django_assert_max_num_queries, kind):
    put("Toes twitch")
    put("Cramps at night")
    Synonym.objects.create(said="foot", meant="toe")
    for text in ("toes", "foot", "toes cramps", "twiching", "nothing at all"):
        with django_assert_max_num_queries(4):  # words, synonyms, what has all, what has some
            find(text, kind)
        with django_assert_max_num_queries(3):  # words, synonyms, titles
            suggest(text)


def test_the_index_may_be_empty():
    assert not Findable.objects.exists()
    assert find("toes").total == 0
