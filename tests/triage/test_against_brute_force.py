"""The engine against a second, plain reading of the rules that walks every path one by one."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.triage import brute
from tests.triage.strategies import answers_to, ladders
from triage.ladder import Kind, Result, Step, examine, prove, replay, step_at
from triage.ladder.graph import graph_of
from triage.ladder.survey import Survey, shown_causes

thorough = settings(max_examples=100, deadline=None, derandomize=True, database=None)
FEW = 3_000  # paths that are still walked one by one in reasonable time


def few_paths(ladder, most=FEW):
    count = 1
    for question in ladder.questions:
        count *= len(brute.answers(ladder, question))
    assume(count <= most)


def slugs(path):
    return {answered.question.slug: tuple(option.slug for option in answered.options) for answered in path}


@thorough
@given(st.data())
def test_replay_is_the_plain_walk(data):
    ladder = data.draw(ladders())
    given_answers = data.draw(answers_to(ladder))
    path, stop = brute.walk(ladder, given_answers)
    end = replay(ladder, given_answers)
    assert slugs(end.path) == path
    if stop is not None:
        assert isinstance(end, Step)
        assert end.question.slug == stop
        assert end.position == len(path) + 1
        assert (end.fault is None) == (stop not in given_answers)
        return
    assert isinstance(end, Result)
    assert (end.urgency, end.gate) == brute.level(ladder, path)
    shown = brute.shown(ladder, path)
    assert [advice.slug for advice in end.causes] == shown["cause"]
    assert [advice.slug for advice in end.notices] == shown["notice"]
    assert [advice.slug for advice in end.places] == shown["place"]
    assert end.may_suggest_supplement == (brute.level(ladder, path) == (0, 0))


@thorough
@given(st.data())
def test_at_most_is_the_longest_path_that_is_left(data):
    ladder = data.draw(ladders())
    few_paths(ladder)
    given_answers = data.draw(answers_to(ladder))
    end = replay(ladder, given_answers)
    if isinstance(end, Step):
        begun = slugs(end.path)
        assert end.at_most == max(len(path) for path in brute.paths(ladder, begun))


@thorough
@given(ladders())
def test_the_proof_counts_every_path(ladder):
    few_paths(ladder)
    every = brute.paths(ladder)
    ends = [brute.level(ladder, path) for path in every]
    proof = examine(ladder)
    assert proof.paths == len(every)
    assert proof.longest == max(map(len, every))
    assert proof.ends == {urgency: sum(end[0] == urgency for end in ends) for urgency in proof.ends}
    assert proof.gates == {gate: sum(end[1] == gate for end in ends) for gate in proof.gates}


@thorough
@given(ladders())
def test_the_proof_knows_the_least_that_each_option_and_rule_leads_to(ladder):
    few_paths(ladder)
    lowest, of_rule = {}, {}
    for path in brute.paths(ladder):
        end = brute.level(ladder, path)
        for choice in brute.chosen(path):
            old = lowest.get(choice, end)
            lowest[choice] = (min(old[0], end[0]), min(old[1], end[1]))
        for number, rule in enumerate(ladder.rules):
            if brute.chosen(path) >= set(rule.choices):
                old = of_rule.get(number, end)
                of_rule[number] = (min(old[0], end[0]), min(old[1], end[1]))
    survey = Survey(ladder)
    assert survey.lowest == lowest
    assert survey.lowest_of_rule == of_rule
    assert not [finding for finding in prove(ladder) if finding.number == 4]


@thorough
@given(ladders(ticks=3))
def test_the_proof_finds_everything_out_of_reach(ladder):
    few_paths(ladder)
    every = brute.paths(ladder)
    asked = {slug for path in every for slug in path}
    shown = {slug for path in every for kind in brute.shown(ladder, path).values() for slug in kind}
    fired = {rule.slug for rule in ladder.rules if any(brute.chosen(path) >= set(rule.choices) for path in every)}
    found = {(finding.kind, finding.slug) for finding in prove(ladder) if finding.number == 3}
    expected = {("question", question.slug) for question in ladder.questions if question.slug not in asked}
    expected |= {("advice", advice.slug) for advice in ladder.advices if advice.slug not in shown}
    expected |= {("rule", rule.slug) for rule in ladder.rules if rule.slug not in fired}
    assert found == expected


@thorough
@given(ladders(most=3, ticks=3, mild=True))
def test_the_proof_finds_every_cause_that_is_crowded_out(ladder):
    few_paths(ladder)
    every = brute.paths(ladder)
    assert shown_causes(graph_of(ladder)) == {slug for path in every for slug in brute.shown(ladder, path)["cause"]}


@thorough
@given(ladders(most=4, ticks=1))
def test_the_proof_finds_every_change_that_lowers(ladder):
    few_paths(ladder, 300)
    expected = brute.changes_that_lower(ladder)
    for number, slug, before, _ in expected:
        question = next(question for question in ladder.questions if question.slug == slug)
        assert number == 7 or question.kind == Kind.ONE or before == "none", "a further tick can never lower anything"
    found = {(finding.number, finding.slug) for finding in prove(ladder) if finding.number in (6, 7)}
    assert found == {(number, f"{slug}/{after}") for number, slug, _, after in expected}


@thorough
@given(ladders(most=2, ticks=3))
def test_further_ticks_never_lower_anything(ladder):
    few_paths(ladder, 300)
    for number, slug, before, _ in brute.changes_that_lower(ladder):
        question = next(question for question in ladder.questions if question.slug == slug)
        assert number == 7 or question.kind == Kind.ONE or before == "none"


@thorough
@given(st.data())
def test_every_journey_ends(data):
    """Answering, going back and changing answers as one likes: from anywhere, answering what is asked ends."""
    ladder = data.draw(ladders(most=5))
    answers = {}
    for _ in range(data.draw(st.integers(0, 8))):
        here = step_at(ladder, answers, data.draw(st.integers(0, 6)))
        if isinstance(here, Step):
            assert here.position <= here.at_most
            offered = [option.slug for option in here.choices]
            answers[here.question.slug] = data.draw(st.lists(st.sampled_from(offered), max_size=2))
    for _ in ladder.questions:
        here = replay(ladder, answers)
        if isinstance(here, Step):
            offered = [option.slug for option in here.choices]
            answers[here.question.slug] = [data.draw(st.sampled_from(offered))]
    end = replay(ladder, answers)
    assert isinstance(end, Result)
    for position, answered in enumerate(end.path, 1):
        seen = step_at(ladder, answers, position)
        assert (seen.question, seen.position) == (answered.question, position)
        assert set(seen.given) == {option.slug for option in answered.options}
    assert step_at(ladder, answers, len(end.path) + 1) == end


@thorough
@given(st.data())
def test_one_more_tick_or_a_higher_answer_never_ends_lower(data):
    """Property 6 as a reader meets it, on ladders that the proof accepts on this point."""
    ladder = data.draw(ladders(most=4))
    assume(not [finding for finding in prove(ladder) if finding.number == 6])
    answers = {
        question.slug: list(data.draw(st.sampled_from(brute.answers(ladder, question))))
        for question in ladder.questions
    }
    question = data.draw(st.sampled_from(ladder.questions))
    offered = brute.offered(ladder, question)
    more = data.draw(st.sampled_from([slug for slug in offered if slug != "none" or question.kind == Kind.ONE]))
    given_before = answers[question.slug]
    if question.kind == Kind.MANY:
        raised = [more] if given_before == ["none"] else list(dict.fromkeys([*given_before, more]))
    else:
        assume(brute.at_least_as_high(offered[more], offered[given_before[0]]))
        raised = [more]
    before, after = replay(ladder, answers), replay(ladder, answers | {question.slug: raised})
    assert after.urgency >= before.urgency
    assert after.gate >= before.gate
