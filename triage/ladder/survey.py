"""What a whole ladder can come to: counted over every path, state by state."""

from collections import Counter
from collections.abc import Iterator

from triage.ladder.graph import (
    EFFECTS,
    EMERGENCY,
    ENDED,
    MAX_MOVES,
    START,
    Graph,
    Move,
    Reading,
    State,
    Station,
    TooTangled,
    bits,
    graph_of,
)
from triage.ladder.model import MAX_CAUSES, NONE, AdviceKind, Choice, Effect, Kind, Ladder, Question, Urgency

Low = tuple[int, int]  # the lowest urgency and the lowest gate; not always of the same path
MAX_KEPT = 1_000  # ways to the same state among which no best one can be told
Counts = tuple[int, ...]  # how many chosen options point to each cause


class Survey:
    """Every path of a ladder: how many, where they end, and the least that each option and rule can lead to.

    Raises TooTangled where the states are too many to go through.
    """

    def __init__(self, ladder: Ladder):
        self.ladder = ladder
        self.graph = graph_of(ladder)
        self.levels: list[dict[State, int]] = [{START: 1}]  # before each question: the states, and the ways to each
        self.ends: Counter[Effect] = Counter()
        self.lows: list[dict[State, Low]] = []  # before each question: the least that each state can end at
        self.lowest: dict[Choice, Low] = {}  # the least that a path with this option ends at
        self.lowest_of_rule: dict[int, Low] = {}
        self._moves_left = MAX_MOVES
        steps = [self._forward(place) for place in range(len(ladder.questions))]
        for state, ways in self.levels[-1].items():
            self.ends[EFFECTS[state[0]]] += ways
        self.lows.append({state: EFFECTS[state[0]] for state in self.levels[-1]} | {ENDED: EFFECTS[EMERGENCY]})
        for place in reversed(range(len(steps))):
            self.lows.insert(0, self._backward(place, steps[place], self.lows[0]))

    def is_asked(self, question: Question) -> bool:
        place = self.graph.place[question.slug]
        return any(self.graph.asks(place, state) for state in self.levels[place])

    def is_skipped(self, question: Question) -> bool:
        """Whether somebody who has no emergency is not asked this question."""
        place = self.graph.place[question.slug]
        return not all(self.graph.asks(place, state) for state in self.levels[place])

    def _forward(self, place: int) -> dict[State, list[tuple[Move | None, State, int]]]:
        """Go one question on: count the ways to each next state, and keep the steps for the way back."""
        then: dict[State, int] = {}
        steps = {}
        for state, ways in self.levels[place].items():
            steps[state] = list(self.graph.ways(place, state))
            self._moves_left -= len(steps[state])
            if self._moves_left < 0:
                raise TooTangled
            for move, after, _ in steps[state]:
                count = ways * (move.count if move else 1)
                if after == ENDED:
                    self.ends[EFFECTS[EMERGENCY]] += count
                else:
                    then[after] = then.get(after, 0) + count
        self.levels.append(then)
        return steps

    def _backward(self, place: int, steps: dict, then: dict[State, Low]) -> dict[State, Low]:
        """Carry the least ends one question back, and note them for the options and rules on the way."""
        lows: dict[State, Low] = {ENDED: EFFECTS[EMERGENCY]}
        by_move: list[Low | None] = [None] * len(self.graph.moves[place])
        for state, ways in steps.items():
            least = EFFECTS[EMERGENCY]
            for number, (move, after, fired) in enumerate(ways):
                low = then[after]
                least = lower(least, low)
                if move:
                    by_move[number] = lower(by_move[number], low)
                for rule in bits(fired):
                    self.lowest_of_rule[rule] = lower(self.lowest_of_rule.get(rule), low)
            lows[state] = least
        slug = self.ladder.questions[place].slug
        offered = self.ladder.choices[slug]
        for move, low in zip(self.graph.moves[place], by_move, strict=True):
            for number in bits(move.members) if low else ():
                choice = Choice(slug, offered[number].slug)
                self.lowest[choice] = lower(self.lowest.get(choice), low)
        return lows

    def can_fall(self, place: int, before: Move, after: Move) -> bool:
        """Whether changing one answer at `place` from `before` to `after` can lower what it all comes to.

        Two paths are followed side by side: the same answers wherever both are asked, any answer where only one is.
        Pairs in which the changed path cannot fall behind any more are let go, which takes a lawful join.
        """
        graph = self.graph
        if stays_above((before.effect, before.opens, before.completes), (after.effect, after.opens, after.completes)):
            return False
        pairs = {
            (graph.after(place, state, before)[0], graph.after(place, state, after)[0])
            for state in self.levels[place]
            if graph.asks(place, state)
        }
        for here in range(place + 1, len(self.levels)):
            pairs = {pair for pair in pairs if not stays_above(*pair)}
            if any(old == ENDED and self.lows[here][new] != EFFECTS[EMERGENCY] for old, new in pairs):
                return True
            pairs = {(old, new) for old, new in pairs if old != ENDED}
            if not pairs or here == len(self.graph.stations):
                break
            pairs = {after for old, new in pairs for after in self._together(here, old, new)}
        return bool(pairs)

    def _together(self, place: int, old: State, new: State) -> Iterator[tuple[State, State]]:
        graph = self.graph
        asks_old, asks_new = graph.asks(place, old), graph.asks(place, new)
        moves = graph.moves[place] if asks_old or asks_new else (None,)
        self._moves_left -= len(moves)
        if self._moves_left < 0:
            raise TooTangled
        for move in moves:
            yield (
                graph.after(place, old, move if asks_old else None)[0],
                graph.after(place, new, move if asks_new else None)[0],
            )


def lower(first: Low | None, second: Low) -> Low:
    return second if first is None else (min(first[0], second[0]), min(first[1], second[1]))


def stays_above(old: State, new: State) -> bool:
    """Whether `new` ends at least as high as `old` under any answers: it is as high, and nothing that could still raise
    `old` is missing from it."""
    if new == ENDED:
        return True
    return EFFECTS[new[0]].covers(EFFECTS[old[0]]) and not old[1] & ~new[1] and not old[2] & ~new[2]


def shown_causes(graph: Graph) -> set[str]:
    """The causes that some path shows: it ends at self-care, and at most two others rank higher there."""
    causes = [advice.slug for advice in graph.ladder.advices if advice.kind == AdviceKind.CAUSE]
    offers = [offers_of(graph, place, causes, None) for place in range(len(graph.stations))]
    return {cause for number, cause in enumerate(causes) if is_shown(graph, causes, number, offers)}


Offer = tuple[Move, Counts]


def is_shown(graph: Graph, causes: list[str], wanted: int, offers: list[list[Offer]]) -> bool:
    """Search the paths to self-care for one that shows the wanted cause.

    Of the paths to a state only those are kept which no other beats: more for the wanted cause, less for the others.
    """
    reached: dict[State, list[Counts]] = {START: [(0,) * len(causes)]}
    for place, usual in enumerate(offers):
        here = offers_of(graph, place, causes, wanted) if points_to(graph, place, causes[wanted]) else usual
        then: dict[State, list[Counts]] = {}
        for state, counts in reached.items():
            if not graph.asks(place, state):
                after, _ = graph.after(place, state, None)
                keep_best(then.setdefault(after, []), counts, wanted)
                continue
            for move, gain in here:
                after, _ = graph.after(place, state, move)
                if EFFECTS[after[0]].urgency == Urgency.SELF_CARE:
                    more = [tuple(map(sum, zip(count, gain, strict=True))) for count in counts] if any(gain) else counts
                    keep_best(then.setdefault((0, *after[1:]), []), more, wanted)
        reached = then
    return any(rank(counts, wanted) < MAX_CAUSES for found in reached.values() for counts in found if counts[wanted])


def rank(counts: Counts, wanted: int) -> int:
    """How many causes are shown before the wanted one."""
    mine = counts[wanted]
    return sum(count > mine or (count == mine and number < wanted) for number, count in enumerate(counts))


def points_to(graph: Graph, place: int, cause: str) -> bool:
    return any(cause in option.advices for option in graph.ladder.choices[graph.ladder.questions[place].slug])


def offers_of(graph: Graph, place: int, causes: list[str], wanted: int | None) -> list[Offer]:
    """The answers to one question that can matter on the way to self-care, with what they add to each cause.

    A tick that neither opens a question nor points to the wanted cause only adds to the others, so it is left out,
    unless some tick is needed because "none of these" is not free of effects itself.
    """
    station = graph.stations[place]
    options = {option.slug: option for option in graph.ladder.choices[station.question.slug]}
    gains = {
        slug: tuple(int(cause in option.advices) for cause in causes)
        for slug, option in options.items()
        if option.floor == Urgency.SELF_CARE
    }
    single = [(station.readings[slug], gain) for slug, gain in gains.items()]
    if station.question.kind == Kind.ONE:
        return best_offers(station, single, wanted)
    none = [(station.readings[NONE], gains[NONE])] if NONE in gains else []
    answers: list[tuple[Reading | None, Counts]] = [(None, (0,) * len(causes))]
    for slug, gain in gains.items():
        opens = station.readings[slug].opens
        if slug != NONE and (opens or (wanted is not None and gain[wanted])):
            ticked = [
                (station.add(reading, station.readings[slug]), tuple(map(sum, zip(counts, gain, strict=True))))
                for reading, counts in answers
            ]
            answers = best_answers(answers + ticked, wanted)
    answers = [answer for answer in answers if answer[0]]
    return best_offers(station, none + single + answers, wanted)


def best_answers(answers: list[tuple[Reading | None, Counts]], wanted: int | None) -> list:
    """Of the answers that do the same, those that no other beats."""
    best: dict[Reading | None, list[Counts]] = {}
    for reading, counts in answers:
        key = reading and reading._replace(effect=0)
        keep_best(best.setdefault(key, []), [counts], wanted)
    return [(reading, counts) for reading, found in best.items() for counts in found]


def best_offers(station: Station, answers: list[tuple[Reading, Counts]], wanted: int | None) -> list[Offer]:
    """The same for whole answers. To complete less of a pair rule never stands in the way of self-care."""
    offers = [(Move(0, reading.opens, station.completed(reading.items)), counts) for reading, counts in answers]
    kept: list[Offer] = []
    for move, counts in sorted(offers, key=lambda offer: offer[0].completes.bit_count()):
        if not any(
            other.opens == move.opens and not other.completes & ~move.completes and beats(its, counts, wanted)
            for other, its in kept
        ):
            kept.append((move, counts))
    return kept


def keep_best(kept: list[Counts], more: list[Counts], wanted: int | None) -> None:
    """Add to `kept` what is not beaten by what it holds, and drop what the new ones beat."""
    for counts in more:
        if not any(beats(other, counts, wanted) for other in kept):
            kept[:] = [other for other in kept if not beats(counts, other, wanted)]
            kept.append(counts)
    if len(kept) > MAX_KEPT:
        raise TooTangled


def beats(first: Counts, second: Counts, wanted: int | None) -> bool:
    """Whether `first` is at least as good for showing the wanted cause: it leads every other by at least as much."""
    if first == second:
        return True
    mine, its = (first[wanted], second[wanted]) if wanted is not None else (0, 0)
    leads = all(
        mine - a >= its - b for number, (a, b) in enumerate(zip(first, second, strict=True)) if number != wanted
    )
    return mine >= its and leads
