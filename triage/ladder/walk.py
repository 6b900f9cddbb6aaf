"""Walk a ladder with the answers that a reader gave. Nothing is stored: the path follows from the answers each time."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from triage.ladder.graph import ENDED, START, State, graph_of, joined
from triage.ladder.model import (
    MAX_CAUSES,
    NONE,
    NOT_SURE,
    Advice,
    AdviceKind,
    Choice,
    Effect,
    Gate,
    Kind,
    Ladder,
    Magnesium,
    Option,
    Outcome,
    PairRule,
    Question,
    Urgency,
)

Answers = Mapping[str, list[str] | tuple[str, ...]]  # question slug -> slugs of the options chosen


class Fault(StrEnum):
    """Why an answer cannot be taken."""

    EMPTY = "empty"
    UNKNOWN = "unknown"  # an option that the question does not have, or no list of options at all
    REPEATED = "repeated"
    ONLY_ONE = "only-one"  # two radio buttons
    NONE_ALONE = "none-alone"  # "none of these" together with something


@dataclass(frozen=True)
class Answered:
    """A question on the path, and the options chosen there."""

    question: Question
    options: tuple[Option, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(Choice(self.question.slug, option.slug) for option in self.options)


@dataclass(frozen=True)
class Deciding:
    """An answer, or the answers of a pair rule, that set the urgency or the gate, and why."""

    choices: tuple[Choice, ...]
    reason: str
    rule: str = ""
    sets_urgency: bool = False
    sets_gate: bool = False


@dataclass(frozen=True)
class Step:
    """The question to ask. `given` is what was answered before, with a `fault` if that cannot be taken."""

    question: Question
    choices: tuple[Option, ...]
    position: int  # on this reader's path, from 1
    at_most: int  # questions on the longest path that is still open to this reader
    path: tuple[Answered, ...]
    given: tuple[str, ...] = ()
    fault: Fault | None = None
    shows_numbers: bool = False


@dataclass(frozen=True)
class Result:
    """The end of a path. The causes come with the likeliest first, and only at self-care."""

    urgency: Urgency
    gate: Gate
    deciding: tuple[Deciding, ...]
    path: tuple[Answered, ...]
    outcome: Outcome | None
    magnesium: Magnesium | None
    causes: tuple[Advice, ...] = ()
    notices: tuple[Advice, ...] = ()
    places: tuple[Advice, ...] = ()
    shows_numbers: bool = False

    @property
    def may_suggest_supplement(self) -> bool:
        return self.urgency == Urgency.SELF_CARE and self.gate == Gate.OPEN

    @property
    def advices(self) -> tuple[Advice, ...]:
        """Everything that is shown, places first."""
        return (*self.places, *self.causes, *self.notices)

    @property
    def articles(self) -> tuple[str, ...]:
        """What to read next, each once."""
        sources = [*self.advices, *filter(None, [self.magnesium, self.outcome])]
        return tuple(dict.fromkeys(slug for source in sources for slug in source.articles))


class Walk:
    """One reader's way up the ladder. It knows nothing of what lies ahead."""

    def __init__(self, ladder: Ladder):
        self.ladder = ladder
        self.effect = Effect()
        self.path: list[Answered] = []
        self.chosen: set[Choice] = set()
        self.fired: list[PairRule] = []

    @property
    def has_ended(self) -> bool:
        return self.effect.urgency == Urgency.EMERGENCY

    @property
    def shows_numbers(self) -> bool:
        """In an emergency, and for those who could not say that they have none of the urgent signs."""
        unsure = (option for answered in self.path for option in answered.options if option.slug == NOT_SURE)
        return self.has_ended or any(option.floor >= Urgency.URGENT for option in unsure)

    def asks(self, question: Question) -> bool:
        return not question.asked_if or not self.chosen.isdisjoint(question.asked_if)

    def take(self, question: Question, given) -> None:
        """Follow a valid answer: its effect first, then that of every pair rule which it completes."""
        answered = Answered(
            question, tuple(option for option in self.ladder.choices[question.slug] if option.slug in given)
        )
        self.path.append(answered)
        self.chosen.update(answered.choices)
        answer = joined(self.ladder, [option.effect for option in answered.options])
        self.effect = self.ladder.combine(self.effect, answer)
        for rule in self.ladder.rules:
            if rule not in self.fired and self.chosen.issuperset(rule.choices):
                self.fired.append(rule)
                self.effect = self.ladder.combine(self.effect, rule.effect)

    def state(self, place: int) -> State:
        """Where this walk stands in the graph before the question at `place`."""
        if self.has_ended:
            return ENDED
        graph = graph_of(self.ladder)
        state = START
        taken = {answered.question.slug: answered for answered in self.path}
        for here, station in enumerate(graph.stations[:place]):
            move = None
            if answered := taken.get(station.question.slug):
                reading = None
                for option in answered.options:
                    reading = station.add(reading, station.readings[option.slug])
                move = station.move(reading)
            state, _ = graph.after(here, state, move)
        return state

    def step(self, place: int, given: tuple[str, ...], fault: Fault | None) -> Step:
        question = self.ladder.questions[place]
        return Step(
            question=question,
            choices=self.ladder.choices[question.slug],
            position=len(self.path) + 1,
            at_most=len(self.path) + graph_of(self.ladder).longest(place, self.state(place)),
            path=tuple(self.path),
            given=given,
            fault=fault,
            shows_numbers=self.shows_numbers,
        )

    def result(self) -> Result:
        """What the whole path comes to. An emergency shuts the gate and hides every advice."""
        urgency = self.effect.urgency
        gate = Gate.NEVER if self.has_ended else self.effect.gate
        return Result(
            urgency=urgency,
            gate=gate,
            deciding=self.deciding(urgency, gate),
            path=tuple(self.path),
            outcome=self.ladder.outcome(urgency),
            magnesium=self.ladder.magnesium_for(urgency, gate),
            causes=self.causes() if urgency == Urgency.SELF_CARE else (),
            notices=self.pointed_to(AdviceKind.NOTICE) if urgency < Urgency.EMERGENCY else (),
            places=self.pointed_to(AdviceKind.PLACE) if urgency <= Urgency.SEE_A_DOCTOR else (),
            shows_numbers=self.shows_numbers,
        )

    def deciding(self, urgency: Urgency, gate: Gate) -> tuple[Deciding, ...]:
        """The answers and rules without which the result could be milder; those that set the urgency come first."""
        sources = [
            ((choice,), option, "")
            for answered in self.path
            for choice, option in zip(answered.choices, answered.options, strict=True)
        ] + [(rule.choices, rule, rule.slug) for rule in self.fired]
        found = [
            Deciding(
                choices=choices,
                reason=source.reason,
                rule=rule,
                sets_urgency=source.floor == urgency > Urgency.SELF_CARE,
                sets_gate=not self.has_ended and source.gate == gate > Gate.OPEN,
            )
            for choices, source, rule in sources
        ]
        found = [deciding for deciding in found if deciding.sets_urgency or deciding.sets_gate]
        return tuple(sorted(found, key=lambda deciding: not deciding.sets_urgency))

    def pointers(self) -> Counter[str]:
        """How many chosen options point to each advice."""
        return Counter(slug for answered in self.path for option in answered.options for slug in set(option.advices))

    def pointed_to(self, kind: AdviceKind) -> tuple[Advice, ...]:
        return tuple(self.ladder.advices_of(kind, self.pointers()))

    def causes(self) -> tuple[Advice, ...]:
        """The likeliest contributors: those that most answers point to, then in the ladder's order."""
        pointers = self.pointers()
        causes = sorted(self.pointed_to(AdviceKind.CAUSE), key=lambda advice: -pointers[advice.slug])
        return tuple(causes[:MAX_CAUSES])


def replay(ladder: Ladder, answers: Answers) -> Step | Result:
    """Walk the path that `answers` give: to the first question without a valid answer, or to the result.

    Answers to questions that are not on the path are ignored. An emergency ends the walk at once, nothing else does.
    """
    walk = Walk(ladder)
    for place, question in enumerate(ladder.questions):
        if not walk.asks(question):
            continue
        if question.slug not in answers:
            return walk.step(place, (), None)
        given = answers[question.slug]
        if fault := fault_in(ladder, question, given):
            return walk.step(place, as_given(given), fault)
        walk.take(question, given)
        if walk.has_ended:
            break
    return walk.result()


def step_at(ladder: Ladder, answers: Answers, position: int) -> Step | Result:
    """The question at `position` of the path with what was answered there, to look at or change it.

    Nobody gets further than their answers lead: a position beyond that gives what `replay` gives.
    """
    reached = replay(ladder, answers)
    if not 1 <= position <= len(reached.path):
        return reached
    before = {answered.question.slug: answers[answered.question.slug] for answered in reached.path[: position - 1]}
    step = replay(ladder, before)
    return replace(step, given=as_given(answers[step.question.slug]))


def fault_in(ladder: Ladder, question: Question, given) -> Fault | None:
    """Why `given` is no answer to `question`, or None if it is one."""
    if not isinstance(given, list | tuple):
        return Fault.UNKNOWN
    if not given:
        return Fault.EMPTY
    offered = {option.slug for option in ladder.choices[question.slug]}
    if any(not isinstance(slug, str) or slug not in offered for slug in given):
        return Fault.UNKNOWN
    if len(given) > 1 and question.kind == Kind.ONE:
        return Fault.ONLY_ONE
    if len(set(given)) < len(given):
        return Fault.REPEATED
    if NONE in given and len(given) > 1 and question.kind == Kind.MANY:
        return Fault.NONE_ALONE
    return None


def as_given(given) -> tuple[str, ...]:
    """What can be shown again of an answer, whatever it was."""
    return tuple(slug for slug in given if isinstance(slug, str)) if isinstance(given, list | tuple) else ()
