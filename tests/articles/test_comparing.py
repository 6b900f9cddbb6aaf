"""Two editions side by side: every difference is found, and the marks lead from one text to the other."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.comparing import compare, runs
from articles.models import ArticleEdition
from tests.factories import make_article, make_form, make_form_draft, make_reference

WORDS = st.lists(st.sampled_from(["calf", "eye", "toe", "twitch", "\n", "\n\n", " ", "[^x]"]), max_size=30)
TEXTS = WORDS.map(" ".join)


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_the_marks_rebuild_both_texts(old, new):
    """But for space, which is no difference, and for what is left out because it stayed."""
    marked = list(runs(old, new))
    was = "".join(run.text for run in marked if run.mark in ("same", "removed")).split()
    now = "".join(run.text for run in marked if run.mark in ("same", "added")).split()
    if not any(run.paragraphs for run in marked):
        assert (was, now) == (old.split(), new.split())
    assert len(old.split()) - len(was) == len(new.split()) - len(now)


@pytest.mark.parametrize(
    "text", ["x\n" * 20_000, "x\n\n" * 5_000, "x y\n\nz\n\n" * 3_000], ids=["lines", "blank", "pairs"]
)
def test_texts_of_many_equal_parts_take_no_time(text):
    assert list(runs(text, text.replace("x", "w") + "x"))


def test_two_rows_of_one_name_are_told_apart(pair):
    live, draft = pair
    draft.faqs.create(question="When?", answer="Take ten times as much.")
    assert [(change.what, change.title) for change in compare(live, draft)] == [("added", "When?")]


def test_only_the_changed_word_of_a_sentence_is_marked():
    marked = {(run.mark, run.text) for run in runs("Most twitches pass.", "Most small twitches pass.")}
    assert {text.strip() for mark, text in marked if mark == "added"} == {"small"}
    assert not [text for mark, text in marked if mark == "removed"]


def test_a_text_too_long_for_words_is_still_compared():
    old, new = " ".join(f"a{n}" for n in range(5000)), " ".join(f"b{n}" for n in range(5000))
    assert [run.mark for run in runs(old, new)] == ["removed", "added"]


@pytest.fixture
def pair(db, editor):
    """A live edition with two answers, and a draft copied from it."""
    make_reference("study")
    live = make_article(title="Calves", body="One.[^study]\n\nTwo.")
    ArticleEdition.objects.filter(pk=live.pk).update(state="draft", published_at=None)
    live.refresh_from_db()
    live.faqs.create(question="Why do calves twitch at night?", answer="Nobody knows exactly why they do.")
    live.faqs.create(question="When?", answer="Then.")
    live.publish(waiver="A test.")
    return live, live.document.start_draft(editor)


def test_a_copy_is_the_same(pair):
    assert compare(*pair) == []


def test_fields_and_children_are_matched(pair):
    live, draft = pair
    draft.title = "Why calves twitch"
    draft.save()
    reworded = draft.faqs.get(question__startswith="Why")
    reworded.question = "Why do calves twitch in bed?"
    reworded.save()
    draft.faqs.get(question="When?").delete()
    draft.faqs.create(question="Is magnesium any good?", answer="Rarely.")
    changes = {(change.what, change.title) for change in compare(live, draft)}
    assert changes == {
        ("changed", ""),
        ("changed", "Why do calves twitch in bed?"),
        ("removed", "When?"),
        ("added", "Is magnesium any good?"),
    }


def test_what_follows_from_the_words_is_no_difference(pair):
    live, draft = pair
    draft.body = "One.\n\nTwo."
    draft.save()
    draft.typeset()
    (change,) = compare(live, draft)
    assert [difference.label for difference in change.differences] == ["Body"]


@pytest.mark.django_db
def test_a_choice_is_compared_by_its_words_and_a_list_by_its_names():
    old = make_form("citrate", uses=["sleep"], gut="gentle")
    new = make_form_draft("citrate", uses=["sleep", "energy"], gut="mild-laxative", number=2)
    (change,) = compare(old, new)
    found = {difference.label: difference.runs for difference in change.differences}
    assert found.keys() == {"Effect on the gut", "Good for"}
    assert "mild laxative" in "".join(run.text for run in found["Effect on the gut"])
