"""How long the proof and a page may take, measured on ladders that nothing is known of yet."""

from dataclasses import replace
from time import process_time

from tests.triage.generated import long_ladder
from tests.triage.load import ladder_of, seed
from tests.triage.mutate import change_option
from triage.ladder import Urgency, diff, examine, replay


def seconds(work):
    started = process_time()
    result = work()
    return process_time() - started, result


def test_the_seed_is_proved_in_under_a_second():
    took, proof = seconds(lambda: examine(ladder_of(seed())))
    assert proof.holds
    assert took < 1


def test_a_thousand_questions_are_proved_in_under_ten_seconds():
    took, proof = seconds(lambda: examine(long_ladder(1_000)))
    assert [finding.message for finding in proof.findings] == ["There are 1000 questions. A checklist has at most 60."]
    assert proof.longest == 1_000
    assert proof.paths > 10**1_000
    assert took < 10


def test_sixty_questions_are_proved_while_an_editor_waits():
    took, proof = seconds(lambda: examine(long_ladder(60)))
    assert proof.findings == ()
    assert took < 1


def test_editions_are_compared_in_under_a_second():
    old, new = ladder_of(seed()), ladder_of(seed())
    new = replace(change_option(new, "today/palpitations", floor=Urgency.SELF_CARE), rules=new.rules[2:])
    took, difference = seconds(lambda: diff(old, new))
    assert len(difference.examples) == 3
    assert took < 1


def test_a_step_of_a_known_ladder_takes_no_time():
    ladder = ladder_of(seed())
    replay(ladder, {})
    took, _ = seconds(lambda: replay(ladder, {"emergency": ["none"], "too-much-magnesium": ["no"]}))
    assert took < 0.1
