"""What a new edition changes: against a plain walk over every combined path, and on the real checklist."""

from dataclasses import replace

from hypothesis import assume, given, settings

from tests.triage import brute
from tests.triage.load import twitching
from tests.triage.mutate import change_option, change_question, without_option, without_question
from tests.triage.strategies import ladders
from triage.ladder import Choice, Gate, Urgency, diff
from triage.ladder.difference import MAX_EXAMPLES, Pairing, changed_rows

thorough = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@thorough
@given(ladders(most=3, ticks=1), ladders(most=3, ticks=1, shuffled=True))
def test_the_difference_counts_every_combined_path(old, new):
    every = combined(old, new)
    difference = diff(old, new)
    assert difference.paths == len(every)
    assert difference.lowered == sum(after[0] < before[0] for _, before, after in every)
    assert difference.raised == sum(after[0] > before[0] for _, before, after in every)
    assert difference.gates_lowered == sum(after[1] < before[1] for _, before, after in every)
    assert sum(difference.levels.values()) == sum(difference.gates.values()) == len(every)


@thorough
@given(ladders(most=3, ticks=1), ladders(most=3, ticks=1, shuffled=True))
def test_the_difference_has_a_shortest_example_of_every_changed_row(old, new):
    every = combined(old, new)
    shortest = {}
    for path, before, after in every:
        for row in changed_rows(Pairing(old, new)) if before[0] != after[0] else ():
            key = (after[0] > before[0], row.kind, row.slug)
            if row.kind != "question" and row.explains(before[0], after[0]) and is_through(path, row):
                shortest[key] = min(shortest.get(key, 99), words(path))
    found = {
        (example.new > example.old, example.kind, example.slug): sum(len(said) for _, said in example.answers)
        for example in diff(old, new).examples
        if example.kind != "question"
    }
    for key in [key for key in shortest if key[0] and (False, *key[1:]) in shortest]:
        del shortest[key]  # one example a row, and the less urgent one
    assert found == shortest


def combined(old, new):
    """Every combined path, of editions that have few."""
    count = 1
    for ladder in (old, new):
        for question in ladder.questions:
            count *= len(brute.answers(ladder, question))
    assume(count <= 4_000)
    return brute.combined_paths(old, new)


def is_through(path, row):
    return any(all(set(path.get(name, ())) >= some for name, some in forced.items()) for forced in row.forced)


def words(path):
    return sum(len(answer) for answer in path.values() if answer[0] not in ("no", "none"))


def only_example(difference):
    (example,) = difference.examples
    return example.kind, example.slug, example.old.word, example.new.word


def test_an_edition_differs_in_nothing_from_itself():
    difference = diff(twitching(), twitching())
    assert difference.changed == 0
    assert difference.gates_lowered == 0
    assert difference.examples == ()


def test_a_lowered_option():
    new = change_option(twitching(), "today/long-cramp", floor=Urgency.SELF_CARE)
    difference = diff(twitching(), new)
    assert only_example(difference) == ("option", "today/long-cramp", "urgent", "self-care")
    assert ("today", ("long-cramp",)) in difference.examples[0].answers
    assert difference.lowered == difference.changed > 0


def test_a_rule_taken_away():
    ladder = twitching()
    difference = diff(ladder, replace(ladder, rules=ladder.rules[1:]))
    assert only_example(difference) == ("rule", "acid-reducers-and-cramp", "urgent", "self-care")


def test_a_red_flag_taken_away_counts_as_if_it_could_not_be_said():
    difference = diff(twitching(), without_option(twitching(), "emergency/heart"))
    assert only_example(difference) == ("option", "emergency/heart", "emergency", "self-care")


def test_a_question_taken_away():
    difference = diff(twitching(), without_question(twitching(), "speech-and-swallowing"))
    assert [example.slug for example in difference.examples] == [
        "speech-and-swallowing/yes",
        "speech-and-swallowing/not-sure",
    ]


def test_a_question_asked_of_everybody():
    difference = diff(twitching(), change_question(twitching(), "both-eyes", asked_if=()))
    assert only_example(difference) == ("question", "both-eyes", "self-care", "see-a-doctor")
    assert difference.lowered == 0


def test_a_question_that_moved_changes_nothing():
    ladder = twitching()
    *first, second, third, last = ladder.questions
    assert diff(ladder, replace(ladder, questions=(*first, last, third, second))).changed == 0


def test_less_urgent_examples_come_first():
    new = change_option(twitching(), "today/long-cramp", floor=Urgency.SEE_A_DOCTOR)
    new = change_option(new, "today/palpitations", floor=Urgency.SELF_CARE)
    new = change_option(new, "effort/exercise", floor=Urgency.URGENT)
    difference = diff(twitching(), new)
    assert [example.slug for example in difference.examples] == [
        "today/palpitations",
        "today/long-cramp",
        "effort/exercise",
    ]


def test_at_most_twenty_examples():
    new = twitching()
    for question in new.questions:
        for option in question.options:
            if option.floor == Urgency.SEE_A_DOCTOR:
                new = change_option(new, str(Choice(question.slug, option.slug)), floor=Urgency.SELF_CARE)
    difference = diff(twitching(), new)
    assert len(difference.examples) == MAX_EXAMPLES
    assert all(example.is_lowered for example in difference.examples)


def test_a_wider_gate_is_counted():
    new = change_option(twitching(), "medicines/lithium", gate=Gate.OPEN)
    difference = diff(twitching(), new)
    assert difference.changed == 0
    assert difference.gates_lowered > 0
