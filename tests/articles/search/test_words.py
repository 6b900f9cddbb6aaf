"""Words as the search compares them."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.search import words

letters = st.text(string.ascii_lowercase, min_size=4, max_size=12)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sleeping", "sleep"),
        ("Twitches", "twitching"),
        ("calves", "calf"),
        ("naïve", "NAIVE"),
        ("cramps", "cramp"),
    ],
)
def test_forms_of_a_word_share_its_stem(one, other):
    assert words.stems(one) == words.stems(other)


@given(st.text(max_size=300))
def test_any_text_becomes_words_that_a_full_text_index_can_hold(text):
    for word in words.folded(text):
        assert word.isalnum()
        assert len(word) <= words.LONGEST_WORD
        assert words.stem(word).isalnum()


@given(letters, st.integers(0, 11), st.sampled_from(string.ascii_lowercase), st.sampled_from(["drop", "add", "change"]))
def test_one_slip_is_seen_and_found_through_what_both_share(word, place, letter, slip):
    place %= len(word)
    before, after = word[:place], word[place + 1 :]
    typed = {"drop": before + after, "add": before + letter + word[place:], "change": before + letter + after}[slip]
    assert words.is_one_slip_away(typed, word) == (typed != word and typed[0] == word[0])
    if len(typed) >= words.SHORTEST_WITH_SLIPS:
        assert {typed, *words.shortened(typed)} & {word, *words.shortened(word)}


@given(letters, st.integers(0, 10))
def test_two_letters_that_changed_places_are_one_slip(word, place):
    place %= len(word) - 1
    typed = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    assert words.is_one_slip_away(typed, word) == (typed != word and typed[0] == word[0])


@pytest.mark.parametrize(
    ("typed", "word"), [("magnsum", "magnesium"), ("leg", "legs2"), ("abcd", "wxyz"), ("a", "abc")]
)
def test_two_slips_are_not_forgiven(typed, word):
    assert not words.is_one_slip_away(typed, word)
