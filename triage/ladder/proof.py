"""The safety proof. It looks at every path there is, and returns what an editor has to put right.

Each property is a function whose docstring states it as a sentence and names the test that breaks it on purpose. A
finding blocks publication unless it says otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from triage.ladder.graph import TooTangled
from triage.ladder.model import (
    MAX_QUESTIONS,
    NO,
    NONE,
    NOT_SURE,
    AdviceKind,
    Choice,
    Effect,
    Gate,
    Kind,
    Ladder,
    Option,
    Question,
    Urgency,
    Vignette,
)
from triage.ladder.survey import Survey, shown_causes
from triage.ladder.walk import Fault, Step, fault_in, replay

PROPERTIES = {
    1: "Every name is unique and every reference leads somewhere.",
    2: "Every combination of answers ends in an outcome.",
    3: "Nothing in the checklist is out of every reader's reach.",
    4: "A red flag is never talked down.",
    5: "The emergency screen comes first and nobody passes a red flag by.",
    6: "Saying more never leads to less.",
    7: "Not being sure never counts for less than “no”.",
    8: "Magnesium is suggested only where it is safe.",
    9: "Every level can be reached and says what to do.",
    10: "The worked cases come out as they should.",
}


@dataclass(frozen=True)
class Finding:
    """What breaks which property, in words for an editor, and the row it concerns.

    `kind` is question, option, rule, advice, outcome, magnesium or vignette. `slug` is the row's own: `question/option`
    for an option, the level's word for an outcome, the gate's for magnesium. Both are empty for the ladder as a whole.
    """

    number: int
    message: str
    kind: str = ""
    slug: str = ""
    blocks: bool = True


@dataclass(frozen=True)
class Proof:
    """The findings, and what the proof counted. Without a count the ladder could not be walked at all."""

    findings: tuple[Finding, ...] = ()
    paths: int = 0
    longest: int = 0
    ends: dict[Urgency, int] = field(default_factory=dict)  # paths that end at each level
    gates: dict[Gate, int] = field(default_factory=dict)
    conditional: dict[str, tuple[Choice, ...]] = field(default_factory=dict)  # red flags not asked of all, and of whom

    @property
    def holds(self) -> bool:
        return not any(finding.blocks for finding in self.findings)

    def share(self, urgency: Urgency) -> Fraction:
        """The exact share of paths that end at `urgency`."""
        return Fraction(self.ends.get(urgency, 0), self.paths or 1)


def prove(ladder: Ladder) -> list[Finding]:
    """Everything that stands against publishing this ladder. Exhaustive: no path is left out."""
    return list(examine(ladder).findings)


def examine(ladder: Ladder) -> Proof:
    """Prove the ladder and count its paths."""
    if broken := list(names_and_references(ladder)):
        return Proof(tuple(broken))
    findings = [*complete_outcomes(ladder), *not_too_long(ladder)]
    try:
        survey = Survey(ladder)
        findings += [finding for check in CHECKS for finding in check(ladder, survey)]
    except TooTangled:
        message = (
            "Too many conditions and pair rules hang over too many questions to prove. Bring them closer together."
        )
        return Proof((*findings, Finding(2, message)))
    ends, gates = Counter(), Counter()
    for effect, count in survey.ends.items():
        ends[effect.urgency] += count
        gates[effect.gate] += count
    return Proof(
        findings=tuple(findings),
        paths=sum(ends.values()),
        longest=survey.graph.longest(0, (0, 0, 0)),
        ends={urgency: ends[urgency] for urgency in Urgency},
        gates={gate: gates[gate] for gate in Gate},
        conditional={
            question.slug: question.asked_if for question in ladder.questions if is_conditional_flag(ladder, question)
        },
    )


def names_and_references(ladder: Ladder) -> Iterator[Finding]:
    """Property 1: slugs are unique, every condition points to an earlier option, every question has options, and every
    pair rule, advice and vignette names what exists. Covered by test_property_1_names_and_references."""
    if not ladder.questions:
        yield Finding(1, "A checklist needs at least one question.")
    yield from repeated("question", [question.slug for question in ladder.questions])
    for question in ladder.questions:
        slugs = [option.slug for option in question.options]
        yield from repeated("option", [str(Choice(question.slug, slug)) for slug in slugs])
        if not set(slugs) - {NONE, NOT_SURE}:
            yield Finding(1, f"“{question.text or question.slug}” has no options.", "question", question.slug)
    yield from repeated("rule", [rule.slug for rule in ladder.rules])
    yield from repeated("advice", [advice.slug for advice in ladder.advices])
    yield from repeated("magnesium", [row.gate.word for row in ladder.magnesium])
    yield from repeated("vignette", [vignette.slug for vignette in ladder.vignettes])
    yield from dangling(ladder)


def repeated(kind: str, slugs: Iterable[str]) -> Iterator[Finding]:
    for slug, count in Counter(slugs).items():
        if count > 1:
            yield Finding(1, f"There are {count} rows called “{slug}”.", kind, slug)


def dangling(ladder: Ladder) -> Iterator[Finding]:
    """References to what does not exist, or comes too late."""
    advices = {advice.slug for advice in ladder.advices}
    earlier: set[Choice] = set()
    for question in ladder.questions:
        for choice in question.asked_if:
            if choice not in earlier:
                message = f"“{name(question)}” depends on “{choice}”, which is no option of an earlier question."
                yield Finding(1, message, "question", question.slug)
        for option in ladder.choices[question.slug]:
            earlier.add(Choice(question.slug, option.slug))
            for advice in set(option.advices) - advices:
                row = str(Choice(question.slug, option.slug))
                yield Finding(
                    1, f"“{name(option)}” points to the advice “{advice}”, which does not exist.", "option", row
                )
    for rule in ladder.rules:
        if len(set(rule.choices)) < 2:
            yield Finding(1, f"The pair rule “{rule.slug}” needs at least two options.", "rule", rule.slug)
        for choice in set(rule.choices) - earlier:
            yield Finding(1, f"The pair rule “{rule.slug}” names “{choice}”, which does not exist.", "rule", rule.slug)
    for vignette in ladder.vignettes:
        for choice in set(vignette.choices) - earlier:
            message = f"The worked case “{vignette.slug}” names “{choice}”, which does not exist."
            yield Finding(1, message, "vignette", vignette.slug)
        for card in set(vignette.cards) - advices:
            message = f"The worked case “{vignette.slug}” expects the advice “{card}”, which does not exist."
            yield Finding(1, message, "vignette", vignette.slug)


def complete_outcomes(ladder: Ladder) -> Iterator[Finding]:
    """Property 1: every level has one complete outcome. Covered by test_property_1_every_level_has_one_outcome."""
    for urgency in Urgency:
        outcomes = [outcome for outcome in ladder.outcomes if outcome.urgency == urgency]
        if len(outcomes) != 1:
            yield Finding(1, f"“{urgency}” needs one outcome and has {len(outcomes)}.", "outcome", urgency.word)
        for outcome in outcomes:
            for field_name in ("heading", "next_steps", "self_help"):
                if not getattr(outcome, field_name):
                    message = f"The outcome “{urgency}” is not finished: {field_name.replace('_', ' ')} is empty."
                    yield Finding(1, message, "outcome", urgency.word)


def not_too_long(ladder: Ladder) -> Iterator[Finding]:
    """Property 2: a checklist has no more questions than a reader can bear.
    Covered by test_property_2_too_many_questions."""
    if (count := len(ladder.questions)) > MAX_QUESTIONS:
        yield Finding(2, f"There are {count} questions. A checklist has at most {MAX_QUESTIONS}.")


def every_path_ends(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 2: every combination of answers ends in an outcome. Covered by
    test_property_2_every_path_ends_in_an_outcome, and by test_property_2_too_tangled_to_prove where nobody can tell."""
    for urgency in sorted({effect.urgency for effect in survey.ends}):
        if ladder.outcome(urgency) is None:
            count = sum(count for effect, count in survey.ends.items() if effect.urgency == urgency)
            message = f"{count:,} combinations of answers end at “{urgency}”, which has no outcome."
            yield Finding(2, message, "outcome", urgency.word)


def everything_can_be_shown(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 3: there is no question, option, pair rule or advice that can never be shown or apply.
    Covered by test_property_3_a_question_out_of_reach, test_property_3_a_rule_out_of_reach,
    test_property_3_an_advice_out_of_reach and test_property_3_a_cause_that_others_crowd_out."""
    for question in ladder.questions:
        if not survey.is_asked(question):
            message = f"“{name(question)}” and its options can never be shown: nobody can fulfil its conditions."
            yield Finding(3, message, "question", question.slug)
    for number, rule in enumerate(ladder.rules):
        if number not in survey.lowest_of_rule:
            message = f"The pair rule “{rule.slug}” can never apply: nobody can choose all its options."
            yield Finding(3, message, "rule", rule.slug)
    shown = shown_advices(ladder, survey)
    for advice in ladder.advices:
        if advice.slug not in shown:
            message = f"The {advice.kind} “{advice.title or advice.slug}” can never be shown."
            yield Finding(3, message, "advice", advice.slug)


def shown_advices(ladder: Ladder, survey: Survey) -> set[str]:
    """The advices that some path shows: notices short of an emergency, places up to see-a-doctor, causes at self-care,
    among the first three."""
    shown = shown_causes(survey.graph)
    highest = {AdviceKind.NOTICE: Urgency.URGENT, AdviceKind.PLACE: Urgency.SEE_A_DOCTOR}
    kinds = {advice.slug: advice.kind for advice in ladder.advices}
    for choice, (urgency, _) in survey.lowest.items():
        for slug in ladder.options[choice].advices:
            if kinds[slug] in highest and urgency <= highest[kinds[slug]]:
                shown.add(slug)
    return shown


def red_flags_dominate(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 4: every path through an option or a pair rule with floor F ends at F or above, and the same for gates.
    Covered by test_property_4_red_flags_dominate."""
    sources = [("option", str(choice), ladder.options[choice], low) for choice, low in survey.lowest.items()]
    sources += [
        ("rule", ladder.rules[number].slug, ladder.rules[number], low) for number, low in survey.lowest_of_rule.items()
    ]
    for kind, slug, source, (urgency, gate) in sources:
        if urgency < source.floor or gate < source.gate:
            message = (
                f"“{slug}” asks for {source.floor} and {source.gate}, "
                f"but can end at {Urgency(urgency)} and {Gate(gate)}."
            )
            yield Finding(4, message, kind, slug)


def nobody_passes_a_red_flag_by(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 5: the emergency screen comes first and is asked of everybody; every unconditional red flag lies on
    every path that is no emergency, so on every path to self-care; a question that carries a floor is conditional only
    on options with a floor, a gate or a place, and the proof names each. Covered by
    test_property_5_the_screen_comes_first and test_property_5_a_red_flag_behind_a_plain_answer."""
    screen = ladder.questions[0]
    if not any(option.floor == Urgency.EMERGENCY for option in screen.options):
        message = "The first question is the emergency screen, but none of its options is an emergency."
        yield Finding(5, message, "question", screen.slug)
    places = {advice.slug for advice in ladder.advices if advice.kind == AdviceKind.PLACE}
    for question in ladder.questions:
        if not carries_a_floor(ladder, question):
            continue
        if not question.asked_if and survey.is_skipped(question):
            yield Finding(5, f"“{name(question)}” can raise the urgency, but is left out.", "question", question.slug)
        for choice in question.asked_if:
            option = ladder.options[choice]
            if option.effect == Effect() and not places.intersection(option.advices):
                message = (
                    f"“{name(question)}” can raise the urgency, but is asked after “{choice}”, which has no floor, "
                    "gate or place. Ask it of everybody, or give that option one of these."
                )
                yield Finding(5, message, "question", question.slug)


def is_conditional_flag(ladder: Ladder, question: Question) -> bool:
    return bool(question.asked_if) and carries_a_floor(ladder, question)


def carries_a_floor(ladder: Ladder, question: Question) -> bool:
    """Whether an answer here can raise the urgency, by itself or through a pair rule."""
    ruled = {choice for rule in ladder.rules if rule.floor > Urgency.SELF_CARE for choice in rule.choices}
    return any(
        option.floor > Urgency.SELF_CARE or Choice(question.slug, option.slug) in ruled
        for option in ladder.choices[question.slug]
    )


def more_never_leads_to_less(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 6: with all other answers the same, adding a tick, or replacing a radio answer by one whose floor and
    gate are both at least as high, never lowers the urgency or the gate, whatever questions the change opens or closes
    and however those are answered. Covered by test_property_6_a_change_that_closes_a_red_flag,
    test_property_6_a_first_tick_that_closes_a_red_flag, test_property_6_a_change_that_loses_a_rule and
    test_property_6_a_join_that_forgets.

    Where joining is lawful, a tick added to other ticks opens, completes and raises whatever these did, and more. So
    only the first tick, in place of "none of these", needs to be followed, and every change of a radio answer.
    """
    if not survey.graph.join_is_lawful:
        yield Finding(6, "Two effects together can come to less than one of them.")
        return
    for question in ladder.questions:
        for before, after in raising_changes(ladder, question):
            yield from lowered_by(survey, question, before, after, 6)


def raising_changes(ladder: Ladder, question: Question) -> Iterator[tuple[Option, Option]]:
    offered = ladder.choices[question.slug]
    for before in offered:
        for after in offered:
            if before is after:
                continue
            first_tick = question.kind == Kind.MANY and before.slug == NONE
            if first_tick or (question.kind == Kind.ONE and after.effect.covers(before.effect)):
                yield before, after


def not_sure_counts_as_much_as_no(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 7: with all other answers the same, "not sure" never ends lower than "no" or "none of these", and "none
    of these" is refused together with anything else. Covered by test_property_7_not_sure_is_not_no and
    test_property_7_no_among_ticks."""
    for question in ladder.questions:
        offered = {option.slug: option for option in ladder.choices[question.slug]}
        for slug in (NO, NONE):
            if slug in offered:
                yield from lowered_by(survey, question, offered[slug], offered[NOT_SURE], 7)
        if question.kind == Kind.MANY:
            if NO in offered:
                message = f"“{name(question)}” has tick boxes: its answer for nothing is “{NONE}”, not “{NO}”."
                yield Finding(7, message, "option", str(Choice(question.slug, NO)))
            if any(fault_in(ladder, question, [NONE, slug]) != Fault.NONE_ALONE for slug in offered if slug != NONE):
                yield Finding(7, f"“{name(question)}” takes “none of these” with others.", "question", question.slug)


def lowered_by(survey: Survey, question: Question, before: Option, after: Option, number: int) -> Iterator[Finding]:
    """A finding if changing one option to another can lower the result, with what the change closes or loses."""
    graph = survey.graph
    place = graph.place[question.slug]
    station = graph.stations[place]
    old, new = (station.move(station.readings[option.slug]) for option in (before, after))
    if not survey.can_fall(place, old, new):
        return
    questions = [later for later in survey.ladder.questions if old.opens & ~new.opens & 1 << graph.place[later.slug]]
    rules = [rule for bit, rule in enumerate(survey.ladder.rules) if old.completes & ~new.completes & 1 << bit]
    lost = [f"the question “{name(later)}”" for later in questions] + [f"the pair rule “{rule.slug}”" for rule in rules]
    because = f", because it loses {' and '.join(lost)}" if lost else ""
    message = f"In “{name(question)}”, “{name(after)}” can end lower than “{name(before)}”{because}."
    yield Finding(number, message, "option", str(Choice(question.slug, after.slug)))


def magnesium_only_where_safe(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 8: a supplement is suggested only at self-care with an open gate; an emergency shows the numbers to call
    first, and nothing about magnesium. Covered by test_property_8_a_supplement_behind_a_gate,
    test_property_8_a_gate_without_words and test_property_8_numbers_first."""
    for urgency, gate in sorted(survey.ends):
        row = ladder.magnesium_for(urgency, gate)
        if row and row.suggests_supplement and (urgency, gate) != Effect():
            yield Finding(
                8, f"A supplement is suggested at “{urgency}” with the gate “{gate}”.", "magnesium", gate.word
            )
        if row and not row.text:
            yield Finding(8, f"The words on magnesium for the gate “{gate}” are missing.", "magnesium", gate.word)
    for gate in sorted({gate for urgency, gate in survey.ends if urgency < Urgency.EMERGENCY}):
        if gate not in {row.gate for row in ladder.magnesium}:
            yield Finding(8, f"There are no words on magnesium for the gate “{gate}”.", "magnesium", gate.word)
    emergency = ladder.outcome(Urgency.EMERGENCY)
    if emergency and not emergency.numbers_first:
        yield Finding(8, "In an emergency the numbers to call come first.", "outcome", Urgency.EMERGENCY.word)


def every_level_says_what_to_do(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 9: every outcome has an action and a safety net, and some path ends at each level.
    Covered by test_property_9_a_level_out_of_reach and test_property_9_no_safety_net."""
    reached = {effect.urgency for effect in survey.ends}
    for urgency in Urgency:
        if urgency not in reached:
            yield Finding(9, f"No combination of answers ends at “{urgency}”.", "outcome", urgency.word)
    for outcome in ladder.outcomes:
        if not outcome.action:
            message = f"The outcome “{outcome.urgency}” does not say what to do."
            yield Finding(9, message, "outcome", outcome.urgency.word)
        if not outcome.safety_net:
            message = f"The outcome “{outcome.urgency}” does not say when to get help sooner."
            yield Finding(9, message, "outcome", outcome.urgency.word)


def worked_cases_hold(ladder: Ladder, survey: Survey) -> Iterator[Finding]:
    """Property 10: every worked case reaches its urgency, its gate and its cards.
    Covered by test_property_10_worked_cases_hold and test_property_10_a_case_that_says_too_little."""
    if not ladder.vignettes:
        yield Finding(10, "There are no worked cases.", blocks=False)
    for vignette in ladder.vignettes:
        for message in against(ladder, vignette):
            yield Finding(10, f"Worked case “{vignette.slug}”: {message}", "vignette", vignette.slug)


def against(ladder: Ladder, vignette: Vignette) -> Iterator[str]:
    """What is wrong with a worked case."""
    end = replay(ladder, answers_of(ladder, vignette))
    if isinstance(end, Step):
        why = f"cannot be answered as given ({end.fault})" if end.fault else "needs an answer"
        yield f"“{name(end.question)}” {why}."
        return
    path = {answered.question.slug for answered in end.path}
    for question in dict.fromkeys(choice.question for choice in vignette.choices if choice.question not in path):
        yield f"it answers “{question}”, which is not asked."
    if end.urgency != vignette.urgency:
        yield f"it should end at {vignette.urgency}, but ends at {end.urgency}."
    if end.gate != vignette.gate:
        yield f"the gate should be {vignette.gate}, but is {end.gate}."
    shown = {advice.slug for advice in end.advices}
    for card in vignette.cards:
        if card not in shown:
            yield f"“{card}” should be shown, but is not."


def answers_of(ladder: Ladder, vignette: Vignette) -> dict[str, list[str]]:
    """A worked case's answers: those it names, else "none" and "no". Other radio questions have no plain answer."""
    answers: dict[str, list[str]] = {}
    for question in ladder.questions:
        slugs = [option.slug for option in ladder.choices[question.slug]]
        named = [choice.option for choice in vignette.choices if choice.question == question.slug]
        quiet = [slug for slug in (NO, NONE) if slug in slugs and (question.kind == Kind.ONE or slug == NONE)]
        if named or quiet:
            answers[question.slug] = named or quiet[:1]
    return answers


def name(row: Question | Option) -> str:
    return (row.text if isinstance(row, Question) else row.label) or row.slug


CHECKS = (
    every_path_ends,
    everything_can_be_shown,
    red_flags_dominate,
    nobody_passes_a_red_flag_by,
    more_never_leads_to_less,
    not_sure_counts_as_much_as_no,
    magnesium_only_where_safe,
    every_level_says_what_to_do,
    worked_cases_hold,
)
