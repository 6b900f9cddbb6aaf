"""All answers of a ladder at once. Answers that do the same are counted together, so nothing is left out or sampled.

An answer matters later in four ways only: by its urgency and gate, by the conditional questions that it opens, and by
the pair rules that it keeps possible. Two readers who agree in these are in the same *state*, however they got there,
and there are few states even where there are 10^15 combinations of answers.

Effects are coded as the numbers 0 to 15 here, and sets of questions and rules as bits, for speed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from triage.ladder.model import NO, NONE, NOT_SURE, Choice, Effect, Gate, Kind, Ladder, Question, Urgency

MAX_GROUPS = 50_000  # different effects that the answers to one question have
MAX_MOVES = 500_000  # steps from state to state in one survey or comparison: a few seconds

State = tuple[int, int, int]  # effect, opened later questions, rules that are still possible
GATES = len(Gate)
START: State = (0, 0, 0)
EMERGENCY = Urgency.EMERGENCY * GATES + Gate.NEVER
ENDED: State = (EMERGENCY, 0, 0)


class TooTangled(Exception):
    """More states than can be gone through: too many conditions and pair rules hang over too many questions."""


class Reading(NamedTuple):
    """What an answer does in one ladder; `items` are its options that occur in pair rules."""

    effect: int
    opens: int
    items: int


class Move(NamedTuple):
    """All answers to a question that do the same: how many, the shortest, and which options occur in any of them."""

    effect: int
    opens: int
    completes: int  # rules whose options in this question are all chosen
    count: int = 1
    example: tuple[str, ...] = ()
    members: int = 0


class Group(NamedTuple):
    count: int
    example: tuple[str, ...]
    members: int

    def merged(self, other: "Group | None") -> "Group":
        if other is None:
            return self
        example = self.example if length(self.example) < length(other.example) else other.example
        return Group(self.count + other.count, example, self.members | other.members)


@dataclass(frozen=True)
class Station:
    """One question as the graph sees it. `bit` is 0 where it is asked of everybody."""

    question: Question
    bit: int
    readings: dict[str, Reading]
    join: list[list[int]]
    needs: tuple[tuple[int, int], ...]  # of each rule with options here: its bit, and those options as items
    touched: int  # rules with options here,
    starts: int  # with their first options here,
    closes: int  # with their last options here

    @property
    def quiet(self) -> Reading:
        """The answer of a reader to whom nothing applies."""
        slugs = (NONE,) if self.question.kind == Kind.MANY else (NO, NONE, NOT_SURE)
        return next(self.readings[slug] for slug in slugs if slug in self.readings)

    def add(self, first: Reading | None, second: Reading | None) -> Reading | None:
        """Two answers given together; None stands for an option that this ladder does not have."""
        if first is None or second is None:
            return first or second
        return Reading(self.join[first.effect][second.effect], first.opens | second.opens, first.items | second.items)

    def completed(self, items: int) -> int:
        return sum(rule for rule, needed in self.needs if items & needed == needed)

    def move(self, reading: Reading, group: Group = Group(1, (), 0)) -> Move:  # noqa: B008 it is immutable
        return Move(reading.effect, reading.opens, self.completed(reading.items), *group)


class Graph:
    """The stations of a ladder and the ways between them."""

    def __init__(self, ladder: Ladder):
        self.ladder = ladder
        self.join = [[code(ladder.combine(first, second)) for second in EFFECTS] for first in EFFECTS]
        self.place = {question.slug: place for place, question in enumerate(ladder.questions)}
        self.rule_effects = [code(rule.effect) for rule in ladder.rules]
        self.opens: dict[Choice, int] = {}  # by option, the later questions that it opens
        for place, question in enumerate(ladder.questions):
            for choice in question.asked_if:
                self.opens[choice] = self.opens.get(choice, 0) | 1 << place
        self.rules_at: dict[int, set[int]] = {}  # by question, the rules with options there
        for number, rule in enumerate(ladder.rules):
            for choice in rule.choices:
                self.rules_at.setdefault(self.place[choice.question], set()).add(number)
        self.stations = [self._station(question) for question in ladder.questions]
        self.moves = [self._moves(station) for station in self.stations]
        self._longest: dict[tuple[int, State], int] = {}

    @property
    def join_is_lawful(self) -> bool:
        """Whether joining never lowers anything, and never turns a higher effect into a lower one."""
        return all(
            EFFECTS[self.join[a][b]].covers(EFFECTS[a])
            and EFFECTS[self.join[a][b]].covers(EFFECTS[b])
            and all(
                EFFECTS[self.join[c][b]].covers(EFFECTS[self.join[a][b]])
                for c in range(len(EFFECTS))
                if EFFECTS[c].covers(EFFECTS[a])
            )
            for a in range(len(EFFECTS))
            for b in range(len(EFFECTS))
        )

    def asks(self, place: int, state: State) -> bool:
        bit = self.stations[place].bit
        return state != ENDED and (not bit or bool(state[1] & bit))

    def after(self, place: int, state: State, move: Move | None) -> tuple[State, int]:
        """The state after an answer (None: not asked), and the rules that it completed."""
        effect, opened, possible = state
        station = self.stations[place]
        if move is None:
            return (effect, opened, possible & ~station.touched), 0
        effect = self.join[effect][move.effect]
        possible = (possible | station.starts) & (~station.touched | move.completes)
        fired = possible & station.closes
        for rule in bits(fired):
            effect = self.join[effect][self.rule_effects[rule]]
        if effect // GATES == Urgency.EMERGENCY:
            return ENDED, fired
        return (effect, (opened | move.opens) & ~station.bit, possible & ~station.closes), fired

    def ways(self, place: int, state: State) -> Iterator[tuple[Move | None, State, int]]:
        """Every move from `state`, where it leads, and the rules that it completes."""
        for move in self.moves[place] if self.asks(place, state) else (None,):
            yield move, *self.after(place, state, move)

    def longest(self, place: int, state: State) -> int:
        """How many questions can at most still be asked, from `place` on. Only what is open counts, not the effect."""
        state = state if state == ENDED else (0, *state[1:])
        if (place, state) not in self._longest:
            self._longest[place, state] = self._count_longest(place, state)
        return self._longest[place, state]

    def _count_longest(self, place: int, state: State) -> int:
        lengths = {state: 0}
        for here in range(place, len(self.stations)):
            then: dict[State, int] = {}
            for before, asked in lengths.items():
                asks = self.asks(here, before)
                for _, after, _ in self.ways(here, before):
                    key = after if after == ENDED else (0, *after[1:])
                    then[key] = max(then.get(key, 0), asked + asks)
            lengths = then
        return max(lengths.values())

    def _station(self, question: Question) -> Station:
        here = self.place[question.slug]
        offered = [option.slug for option in self.ladder.choices[question.slug]]
        rules = {number: self.ladder.rules[number] for number in sorted(self.rules_at.get(here, ()))}
        needs = {
            number: {choice.option for choice in rule.choices if choice.question == question.slug}
            for number, rule in rules.items()
        }
        items = {slug: 1 << number for number, slug in enumerate(offered) if slug in set().union(*needs.values())}
        places = {number: [self.place[choice.question] for choice in rule.choices] for number, rule in rules.items()}
        return Station(
            question=question,
            bit=1 << here if question.asked_if else 0,
            readings={
                option.slug: Reading(
                    code(option.effect),
                    self.opens.get(Choice(question.slug, option.slug), 0),
                    items.get(option.slug, 0),
                )
                for option in self.ladder.choices[question.slug]
            },
            join=self.join,
            needs=tuple((1 << number, sum(items[slug] for slug in slugs)) for number, slugs in needs.items()),
            touched=sum(1 << number for number in rules),
            starts=sum(1 << number for number in rules if min(places[number]) == here),
            closes=sum(1 << number for number in rules if max(places[number]) == here),
        )

    def _moves(self, station: Station) -> list[Move]:
        slugs = [option.slug for option in self.ladder.choices[station.question.slug]]
        moves: dict[tuple, Group] = {}
        for (reading,), group in tally(station.question.kind, slugs, [station]).items():
            key = (reading.effect, reading.opens, station.completed(reading.items))
            moves[key] = group.merged(moves.get(key))
        return [Move(*key, *group) for key, group in moves.items()]


def graph_of(ladder: Ladder) -> Graph:
    """The graph of `ladder`, made once."""
    if "graph" not in ladder.memo:
        ladder.memo["graph"] = Graph(ladder)
    return ladder.memo["graph"]


def tally(
    kind: Kind, slugs: Sequence[str], stations: Sequence[Station], forced: frozenset[str] = frozenset()
) -> dict[tuple[Reading, ...], Group]:
    """Every answer to a question out of the options `slugs`, grouped by how each station reads it.

    One station for a proof, two for a comparison: a station that lacks an option hears the others, or else the quiet
    answer. `forced` options have to be among those chosen.
    """
    groups: dict[tuple, Group] = {}
    if kind == Kind.ONE:
        for number, slug in enumerate(slugs):
            if forced <= {slug}:
                key = tuple(station.readings.get(slug, station.quiet) for station in stations)
                groups[key] = Group(1, (slug,), 1 << number).merged(groups.get(key))
        return groups
    for subset, group in subsets(slugs, stations, forced).items():
        key = tuple(reading or station.quiet for reading, station in zip(subset, stations, strict=True))
        groups[key] = group.merged(groups.get(key))
    if forced <= {NONE}:
        key = tuple(station.quiet for station in stations)
        groups[key] = Group(1, (NONE,), 1 << slugs.index(NONE)).merged(groups.get(key))
    return groups


def subsets(slugs: Sequence[str], stations: Sequence[Station], forced: frozenset[str]) -> dict[tuple, Group]:
    """Every set of ticks but the empty one, grouped; built tick by tick, so that 2^n sets cost only their groups."""
    nothing = (None,) * len(stations)
    groups = {nothing: Group(1, (), 0)}
    if NONE in forced:
        return {}
    for number, slug in enumerate(slugs):
        if slug == NONE:
            continue
        heard = [station.readings.get(slug) for station in stations]
        then = {} if slug in forced else dict(groups)
        for key, group in groups.items():
            ticked = tuple(station.add(a, b) for station, a, b in zip(stations, key, heard, strict=True))
            more = Group(group.count, (*group.example, slug), group.members | 1 << number)
            then[ticked] = more.merged(then.get(ticked))
        groups = then
        if len(groups) > MAX_GROUPS:
            raise TooTangled
    groups.pop(nothing, None)
    return groups


def length(example: tuple[str, ...]) -> int:
    """How much a reader has to say for this answer: "no" and "none of these" say nothing."""
    return 0 if example[0] in (NO, NONE) else len(example)


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def code(effect: Effect) -> int:
    return effect.urgency * GATES + effect.gate


def joined(ladder: Ladder, effects: Sequence[Effect]) -> Effect:
    """The effect of one answer: that of its options together."""
    return reduce(ladder.combine, effects)


EFFECTS = [Effect(urgency, gate) for urgency in Urgency for gate in Gate]
