"""The ladder's rules a second time, as plainly as they can be written: every path is walked, nothing is grouped.

Only for small ladders, and only to check the engine against. It shares the dataclasses with it and nothing else.
"""

from collections import Counter
from itertools import combinations, product

from triage.ladder import AdviceKind, Choice, Gate, Kind, Ladder, Option, Question, Urgency

Path = dict[str, tuple[str, ...]]
End = tuple[int, int]


def offered(ladder: Ladder, question: Question) -> dict[str, Option]:
    """The options of a question with what every question has on top, in the order of a page."""
    return dict(offered_at(question, question.slug == ladder.questions[0].slug))


def once(function):
    """Keep what was found for an object, by the object itself: to compare two takes longer than to find it again."""
    kept = {}

    def find(thing, *others):
        if len(kept) > 500:
            kept.clear()
        key = id(thing), *others
        if key not in kept:
            kept[key] = thing, function(thing, *others)  # the object stays alive, so that no other takes its id
        return kept[key][1]

    return find


@once
def offered_at(question: Question, is_first: bool) -> dict[str, Option]:
    options = {option.slug: option for option in question.options if option.slug != "not-sure"}
    if question.kind == Kind.MANY:
        none = options.pop("none", Option("none"))
        options["none"] = none
    row = next((option for option in question.options if option.slug == "not-sure"), Option("not-sure"))
    floor, gate = row.floor, row.gate
    if is_first and floor < Urgency.URGENT:
        floor = Urgency.URGENT
    if gate < Gate.ASK_FIRST and any(option.gate == Gate.NEVER for option in question.options):
        gate = Gate.ASK_FIRST
    options["not-sure"] = Option("not-sure", floor=floor, gate=gate, advices=row.advices)
    return options


def answers(ladder: Ladder, question: Question) -> list[tuple[str, ...]]:
    """Every valid answer."""
    slugs = list(offered(ladder, question))
    if question.kind == Kind.ONE:
        return [(slug,) for slug in slugs]
    ticks = [slug for slug in slugs if slug != "none"]
    return [("none",)] + [some for size in range(1, len(ticks) + 1) for some in combinations(ticks, size)]


def is_asked(question: Question, path: Path) -> bool:
    if not question.asked_if:
        return True
    return any(choice.option in path.get(choice.question, ()) for choice in question.asked_if)


def level(ladder: Ladder, path: Path) -> End:
    """The urgency and gate that a path has come to."""
    found = [
        offered(ladder, question)[slug]
        for question in ladder.questions
        if question.slug in path
        for slug in path[question.slug]
    ] + [
        rule for rule in ladder.rules if all(choice.option in path.get(choice.question, ()) for choice in rule.choices)
    ]
    urgency = max([row.floor for row in found], default=0)
    gate = max([row.gate for row in found], default=0)
    return (3, 3) if urgency == 3 else (int(urgency), int(gate))


def walk(ladder: Ladder, given: dict) -> tuple[Path, str | None]:
    """The path that answers lead along, and the question where it stops (None: at the end)."""
    path: Path = {}
    for question in ladder.questions:
        if is_asked(question, path):
            answer = given.get(question.slug)
            valid = [set(some) for some in answers(ladder, question)]
            if answer is None or len(set(answer)) < len(answer) or set(answer) not in valid:
                return path, question.slug
            path[question.slug] = tuple(slug for slug in offered(ladder, question) if slug in answer)
            if level(ladder, path)[0] == 3:
                break
    return path, None


def paths(ladder: Ladder, path: Path | None = None) -> list[Path]:
    """Every complete path that begins with `path`."""
    path = path or {}
    if path and level(ladder, path)[0] == 3:
        return [path]
    for question in ladder.questions:
        if question.slug not in path and is_asked(question, path):
            return [
                whole
                for answer in answers(ladder, question)
                for whole in paths(ladder, {**path, question.slug: answer})
            ]
    return [path]


def pointers(ladder: Ladder, path: Path) -> Counter:
    rows = {question.slug: offered(ladder, question) for question in ladder.questions}
    return Counter(
        advice for slug, answer in path.items() for option in answer for advice in set(rows[slug][option].advices)
    )


def shown(ladder: Ladder, path: Path) -> dict[str, list[str]]:
    """The slugs of the advices that the end of a path shows, by kind."""
    urgency, _ = level(ladder, path)
    count = pointers(ladder, path)
    rows = [advice for advice in ladder.advices if count[advice.slug]]
    found = {kind: [advice.slug for advice in rows if advice.kind == kind] for kind in AdviceKind}
    ranked = sorted(found["cause"], key=lambda slug: -count[slug])
    return {
        "cause": ranked[:3] if urgency == 0 else [],
        "notice": found["notice"] if urgency <= 2 else [],
        "place": found["place"] if urgency <= 1 else [],
    }


def chosen(path: Path) -> set[Choice]:
    return {Choice(slug, option) for slug, answer in path.items() for option in answer}


def agree(first: Path, second: Path, but: str) -> bool:
    """Whether two paths give the same answers wherever both are asked, `but` one question."""
    return all(first[slug] == second[slug] for slug in first if slug in second and slug != but)


def changes_that_lower(ladder: Ladder) -> set[tuple[int, str, str, str]]:
    """(property, question, before, after) for every change of one answer that must not lower a result and does."""
    everything = [(path, level(ladder, path)) for path in paths(ladder)]
    found = set()
    for question in ladder.questions:
        options = offered(ladder, question)
        here = [(path, end) for path, end in everything if question.slug in path]
        for before, end_before in here:
            for after, end_after in here:
                old, new = before[question.slug], after[question.slug]
                falls = end_after[0] < end_before[0] or end_after[1] < end_before[1]
                if old != new and falls and agree(before, after, but=question.slug):
                    key = (question.slug, "+".join(old), "+".join(new))
                    if question.kind == Kind.MANY and (set(old) < set(new) or (old == ("none",) and len(new) == 1)):
                        found.add((6, *key))
                    if question.kind == Kind.ONE and at_least_as_high(options[new[0]], options[old[0]]):
                        found.add((6, *key))
                    if new == ("not-sure",) and old in (("no",), ("none",)):
                        found.add((7, *key))
    return found


def at_least_as_high(option: Option, other: Option) -> bool:
    return option.floor >= other.floor and option.gate >= other.gate


def combined_paths(old: Ladder, new: Ladder) -> list[tuple[Path, End, End]]:
    """Every combined path of two editions with where it ends in each. A question that only one edition has, or that is
    of another kind in each, is answered for that edition alone."""
    names = {}
    for side, ladder, other in (("old", old, new), ("new", new, old)):
        kinds = {question.slug: question.kind for question in other.questions}
        for question in ladder.questions:
            shared = kinds.get(question.slug) == question.kind
            names.setdefault(question.slug if shared else f"{side}:{question.slug}", []).append((side, question))
    drawn = {name: union(old, new, sides) for name, sides in names.items()}
    found = {}
    for combination in product(*drawn.values()):
        full = dict(zip(drawn, combination, strict=True))
        ends, asked = [], set()
        for side, ladder in (("old", old), ("new", new)):
            heard = {}
            for name, sides in names.items():
                for its, question in sides:
                    if its == side:
                        heard[question.slug] = hear(ladder, question, full[name])
            path, _ = walk(ladder, heard)
            asked |= {slug if slug in names else f"{side}:{slug}" for slug in path}
            ends.append(level(ladder, path))
        said = {name: full[name] for name in names if name in asked}
        found[tuple(sorted(said.items()))] = (said, *ends)
    return list(found.values())


def union(old: Ladder, new: Ladder, sides: list[tuple[str, Question]]) -> list[tuple[str, ...]]:
    """Every answer out of the options that either side offers."""
    slugs = list(
        dict.fromkeys(slug for side, question in sides for slug in offered({"old": old, "new": new}[side], question))
    )
    if sides[0][1].kind == Kind.ONE:
        return [(slug,) for slug in slugs]
    ticks = [slug for slug in slugs if slug != "none"]
    return [("none",)] + [some for size in range(1, len(ticks) + 1) for some in combinations(ticks, size)]


def hear(ladder: Ladder, question: Question, answer: tuple[str, ...]) -> tuple[str, ...]:
    options = offered(ladder, question)
    heard = tuple(slug for slug in answer if slug in options)
    if heard:
        return heard
    if question.kind == Kind.MANY:
        return ("none",)
    return (next(slug for slug in ("no", "none", "not-sure") if slug in options),)
