"""What a new edition of a ladder changes for its readers: how many paths, and one short example per changed row.

Both editions are answered together. A *combined path* answers every question that either edition asks, out of the
options that either offers. An edition that lacks a chosen option hears the other ticks, or else "none of these", "no"
or "not sure". So a red flag that was taken away counts as if the reader had not been able to say it.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import count

from triage.ladder.graph import (
    EFFECTS,
    MAX_MOVES,
    START,
    Group,
    Move,
    State,
    Station,
    TooTangled,
    graph_of,
    length,
    tally,
)
from triage.ladder.model import Choice, Effect, Gate, Ladder, Option, PairRule, Urgency

MAX_EXAMPLES = 20

Memory = tuple[tuple[str, Move], ...]  # answers that the other edition, which asks in another order, has yet to hear
Node = tuple[State, State, Memory]  # where the two editions stand
Draw = tuple[Move | None, Move | None, Group]  # a group of answers, and how each edition hears it
Forced = dict[str, frozenset[str]]  # by stop, options that an example has to choose
Answers = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Example:
    """A shortest combined path through a changed row, with the level it ended at before and the level it ends at now.

    The row is an option, a rule, or a question whose conditions changed. `answers` are those that say something; the
    rest is "none of these" and "no".
    """

    kind: str
    slug: str
    answers: Answers
    old: Urgency
    new: Urgency

    @property
    def is_lowered(self) -> bool:
        return self.new < self.old


@dataclass(frozen=True)
class Diff:
    """Exact counts of combined paths by what they came to before and now, and examples, the less urgent first."""

    paths: int
    levels: dict[tuple[Urgency, Urgency], int]
    gates: dict[tuple[Gate, Gate], int]
    examples: tuple[Example, ...] = ()

    @property
    def lowered(self) -> int:
        return sum(ways for (old, new), ways in self.levels.items() if new < old)

    @property
    def raised(self) -> int:
        return sum(ways for (old, new), ways in self.levels.items() if new > old)

    @property
    def changed(self) -> int:
        """The number of paths that change level."""
        return self.lowered + self.raised

    @property
    def gates_lowered(self) -> int:
        """The number of paths on which the gate for magnesium is wider open than before."""
        return sum(ways for (old, new), ways in self.gates.items() if new < old)


@dataclass(frozen=True)
class Stop:
    """A question as the two editions come to it, together or one alone.

    A question that moved has two stops of the same name. One that only one edition has, or that changed its kind, is
    named after that edition.
    """

    name: str
    slug: str
    old: int | None = None  # its place in the old edition, if that edition comes to it here
    new: int | None = None
    has_second: bool = False  # a question that moved: the other edition comes to it later


@dataclass(frozen=True)
class Row:
    """What changed, and its floor before and now.

    An example chooses all of one of `forced`, or is asked the question by one edition only. It is an example of *this*
    row: the floor that changed is above the level at which the path ends without it.
    """

    kind: str
    slug: str
    old: Urgency
    new: Urgency
    forced: tuple[Forced, ...] = ({},)
    asked_by_one: str = ""

    def explains(self, old: Urgency, new: Urgency) -> bool:
        return self.old > new if new < old else self.new > old


class Pairing:
    """Two editions, gone through side by side."""

    def __init__(self, old: Ladder, new: Ladder):
        self.old = graph_of(old)
        self.new = graph_of(new)
        self.stops = list(schedule(old, new))
        self.levels: list[dict[Node, int]] = [{(START, START, ()): 1}]  # before each stop: the nodes, the ways to each
        self.draws: dict[tuple[str, frozenset[str]], list[Draw]] = {}
        moves = 0
        for stop in self.stops:
            then: dict[Node, int] = {}
            for node, ways in self.levels[-1].items():
                for after, group in self.ways(stop, node):
                    then[after] = then.get(after, 0) + ways * (group.count if group else 1)
                    moves += 1
                if moves > MAX_MOVES:
                    raise TooTangled
            self.levels.append(then)

    def ends(self) -> Iterator[tuple[Effect, Effect, int]]:
        """What the combined paths come to in the old and in the new edition, and how many of each there are."""
        for (old, new, _), ways in self.levels[-1].items():
            yield EFFECTS[old[0]], EFFECTS[new[0]], ways

    def asks(self, stop: Stop, node: Node) -> tuple[bool, bool]:
        return (
            stop.old is not None and self.old.asks(stop.old, node[0]),
            stop.new is not None and self.new.asks(stop.new, node[1]),
        )

    def ways(self, stop: Stop, node: Node, forced: frozenset[str] = frozenset()) -> Iterator[tuple[Node, Group | None]]:
        """Every next node, with the answers that lead there (None: nobody is asked, or the answer is known)."""
        asks_old, asks_new = self.asks(stop, node)
        memory = dict(node[2])
        known = memory.pop(stop.name, None)
        if not (asks_old or asks_new):
            yield self._after(stop, node, None, None, memory), None
        elif known:
            yield self._after(stop, node, known, known, memory), None
        else:
            for old_move, new_move, group in self._answers(stop, forced):
                heard = memory | {stop.name: new_move if asks_old else old_move} if stop.has_second else memory
                after = self._after(stop, node, old_move if asks_old else None, new_move if asks_new else None, heard)
                yield after, group

    def _after(self, stop: Stop, node: Node, old_move: Move | None, new_move: Move | None, memory: dict) -> Node:
        old, new, _ = node
        if stop.old is not None:
            old, _ = self.old.after(stop.old, old, old_move)
        if stop.new is not None:
            new, _ = self.new.after(stop.new, new, new_move)
        return old, new, tuple(sorted(memory.items()))

    def _answers(self, stop: Stop, forced: frozenset[str]) -> list[Draw]:
        """Every answer to the question of `stop` that chooses all `forced` options, grouped by how it is heard."""
        if (stop.name, forced) not in self.draws:
            sides = [(self.old, f"old:{stop.slug}"), (self.new, f"new:{stop.slug}")]
            stations = [
                graph.stations[graph.place[stop.slug]] if stop.name in (stop.slug, alone) else None
                for graph, alone in sides
            ]
            self.draws[stop.name, forced] = draws(stations, forced)
        return self.draws[stop.name, forced]

    def leading_to(self, falls: bool) -> list[set[Node]]:
        """Before each stop, the nodes from which some path goes on to a lower, or else to a higher level."""
        good = [{node for node in self.levels[-1] if changes(node, falls)}]
        for stop, level in zip(reversed(self.stops), reversed(self.levels[:-1]), strict=True):
            then = good[-1]
            good.append({node for node in level if any(after in then for after, _ in self.ways(stop, node))})
        return good[::-1]

    def shortest(self, row: Row, forced: Forced, good: list[set[Node]]) -> tuple[int, Example] | None:
        """The combined path through a changed row that takes the fewest words, and how many; None if there is none."""
        order = count()  # so that equals are told apart
        queue = [(0, 0, next(order), 0, (START, START, ()), ())]
        seen: set[tuple[int, Node]] = set()
        while queue:
            words, asked, _, here, node, answers = heapq.heappop(queue)
            if (here, node) in seen or node not in good[here]:
                continue
            seen.add((here, node))
            if here == len(self.stops):
                old, new = (EFFECTS[side[0]].urgency for side in node[:2])
                if row.explains(old, new):
                    return words, Example(row.kind, row.slug, answers, old, new)
                continue
            stop = self.stops[here]
            needed = forced.get(stop.name, frozenset())
            asks = self.asks(stop, node)
            is_lost = not any(asks) and not stop.has_second and stop.name not in dict(node[2])
            if (needed and is_lost) or (row.asked_by_one == stop.name and asks[0] == asks[1]):
                continue
            for after, group in self.ways(stop, node, needed):
                more = length(group.example) if group else 0
                said = (*answers, (stop.slug, group.example)) if more else answers
                heapq.heappush(queue, (words + more, asked + any(asks), next(order), here + 1, after, said))
        return None


def diff(old: Ladder, new: Ladder) -> Diff:
    """What changes from `old` to `new`. Both have to be free of findings on property 1. Raises TooTangled."""
    pairing = Pairing(old, new)
    levels, gates = Counter(), Counter()
    for before, after, ways in pairing.ends():
        levels[before.urgency, after.urgency] += ways
        gates[before.gate, after.gate] += ways
    return Diff(levels.total(), dict(levels), dict(gates), tuple(examples(pairing)))


def examples(pairing: Pairing) -> list[Example]:
    """One example per changed row that changes a level, at most twenty, the less urgent first."""
    rows = list(changed_rows(pairing))
    found: dict[tuple[str, str], Example] = {}
    for falls in (True, False):
        good = pairing.leading_to(falls)
        for row in rows if good[0] else ():
            if len(found) < MAX_EXAMPLES and (row.kind, row.slug) not in found:
                paths = filter(None, (pairing.shortest(row, forced, good) for forced in row.forced))
                if best := min(paths, key=lambda path: path[0], default=None):
                    found[row.kind, row.slug] = best[1]
    return sorted(found.values(), key=lambda example: (not example.is_lowered, example.new, -example.old))


def changes(node: Node, falls: bool) -> bool:
    old, new = (EFFECTS[side[0]].urgency for side in node[:2])
    return new < old if falls else new > old


def draws(stations: list[Station | None], forced: frozenset[str]) -> list[Draw]:
    """The answers to one question, grouped by how two editions hear them. None: the edition does not have it."""
    present = [station for station in stations if station]
    slugs = list(dict.fromkeys(slug for station in present for slug in station.readings))
    merged: dict[tuple[Move | None, ...], Group] = {}
    for readings, group in tally(present[0].question.kind, slugs, present, forced).items():
        heard = iter(readings)
        moves = tuple(station and station.move(next(heard)) for station in stations)
        merged[moves] = group.merged(merged.get(moves))
    return [(*moves, group) for moves, group in merged.items()]


def schedule(old: Ladder, new: Ladder) -> Iterator[Stop]:
    """The questions of both editions in one order that respects the order of each."""
    kinds = {question.slug: question.kind for question in old.questions}
    common = {question.slug for question in new.questions if kinds.get(question.slug) == question.kind}
    slugs = [[question.slug for question in ladder.questions] for ladder in (old, new)]
    names = [
        [slug if slug in common else f"{side}:{slug}" for slug in its]
        for side, its in zip(("old", "new"), slugs, strict=True)
    ]
    blocks = SequenceMatcher(None, *names, autojunk=False).get_opcodes()
    together = {name for tag, start, end, _, _ in blocks if tag == "equal" for name in names[0][start:end]}
    moved = common - together
    for tag, old_start, old_end, new_start, new_end in blocks:
        if tag == "equal":
            places = zip(range(old_start, old_end), range(new_start, new_end), strict=True)
        else:
            places = [(place, None) for place in range(old_start, old_end)]
            places += [(None, place) for place in range(new_start, new_end)]
        for old_place, new_place in places:
            side, place = (0, old_place) if old_place is not None else (1, new_place)
            name, slug = names[side][place], slugs[side][place]
            yield Stop(name, slug, old_place, new_place, has_second=name in moved)
            moved.discard(name)


def changed_rows(pairing: Pairing) -> Iterator[Row]:
    old, new = pairing.old.ladder, pairing.new.ladder
    names = {stop.name: stop.slug for stop in pairing.stops}
    for name, slug in names.items():
        yield from changed_options(old, new, name, slug)
    together = {stop.name for stop in pairing.stops if stop.old is not None and stop.new is not None}
    yield from changed_conditions(old, new, together)
    yield from changed_rules(old, new, names.keys())


def changed_options(old: Ladder, new: Ladder, name: str, question: str) -> Iterator[Row]:
    """Options whose floor is another now, with those that came or went."""
    before, after = (
        {option.slug: option for option in ladder.choices[question]} if name in (question, alone) else {}
        for ladder, alone in ((old, f"old:{question}"), (new, f"new:{question}"))
    )
    for slug in dict.fromkeys([*before, *after]):
        old_floor, new_floor = floor_of(before.get(slug)), floor_of(after.get(slug))
        if old_floor != new_floor:
            yield Row("option", str(Choice(question, slug)), old_floor, new_floor, ({name: frozenset({slug})},))


def changed_conditions(old: Ladder, new: Ladder, together: set[str]) -> Iterator[Row]:
    """Questions that other readers are asked now. Any floor may come of that."""
    before = {question.slug: set(question.asked_if) for question in old.questions}
    for question in new.questions:
        if before.get(question.slug, set(question.asked_if)) != set(question.asked_if):
            alone = question.slug if question.slug in together else ""
            yield Row("question", question.slug, Urgency.EMERGENCY, Urgency.EMERGENCY, asked_by_one=alone)


def changed_rules(old: Ladder, new: Ladder, names: Collection[str]) -> Iterator[Row]:
    before, after = ({rule.slug: rule for rule in ladder.rules} for ladder in (old, new))
    for slug in dict.fromkeys([*before, *after]):
        versions = [(side, rules[slug]) for side, rules in (("old", before), ("new", after)) if slug in rules]
        contents = {(rule.floor, frozenset(rule.choices)) for _, rule in versions}
        if len(versions) < 2 or len(contents) > 1:
            forced = tuple(forced_by(rule, side, names) for side, rule in versions)
            yield Row("rule", slug, floor_of(before.get(slug)), floor_of(after.get(slug)), forced)


def forced_by(rule: PairRule, side: str, names: Collection[str]) -> Forced:
    """The options that a rule needs, by stop."""
    forced: Forced = {}
    for question, option in rule.choices:
        name = question if question in names else f"{side}:{question}"
        forced[name] = forced.get(name, frozenset()) | {option}
    return forced


def floor_of(row: Option | PairRule | None) -> Urgency:
    return row.floor if row else Urgency.SELF_CARE
