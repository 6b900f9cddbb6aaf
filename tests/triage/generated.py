"""A sound ladder of any length, to measure with: ten kinds of questions in turn, with conditions and rules between."""

from triage.ladder import (
    Advice,
    AdviceKind,
    Choice,
    Gate,
    Kind,
    Ladder,
    Magnesium,
    Option,
    Outcome,
    PairRule,
    Question,
    Urgency,
    Vignette,
)

CAUSES = 40
KINDS = {kind.value: kind for kind in AdviceKind}
SEE = Urgency.SEE_A_DOCTOR


def outcomes() -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            urgency, "Heading", "Action", "Next", "Sooner if", ("Help",), numbers_first=urgency == Urgency.EMERGENCY
        )
        for urgency in Urgency
    )


def magnesium() -> tuple[Magnesium, ...]:
    return tuple(Magnesium(gate, "Heading", "Text", suggests_supplement=gate == Gate.OPEN) for gate in Gate)


def long_ladder(length: int) -> Ladder:
    """`length` questions, of which two in ten are conditional, and rules that reach up to 15 questions far."""
    questions = [question_at(place) for place in range(length)]
    rules = []
    for tens in range(0, length - 19, 10):
        cramp, lithium, later = (
            Choice(f"q{tens + 2}", "o3"),
            Choice(f"q{tens + 4}", "o0"),
            Choice(f"q{tens + 19}", "o1"),
        )
        rules.append(PairRule(f"near{tens}", (cramp, lithium), floor=Urgency.URGENT))
        rules.append(PairRule(f"far{tens}", (Choice(f"q{tens + 4}", "o1"), later), floor=Urgency.EMERGENCY))
        rules.append(PairRule(f"gate{tens}", (cramp, Choice(f"q{tens + 9}", "o1")), gate=Gate.NEVER))
    pointed_to = {slug for question in questions for option in question.options for slug in option.advices}
    advices = [Advice(slug, KINDS[slug.rstrip("0123456789")]) for slug in sorted(pointed_to)]
    quiet = Vignette("quiet", "Nothing at all.", (), Urgency.SELF_CARE, Gate.OPEN)
    return Ladder(tuple(questions), tuple(rules), tuple(advices), outcomes(), magnesium(), (quiet,))


def question_at(place: int) -> Question:
    slug = f"q{place}"
    if place == 0:
        return many(slug, [{"floor": Urgency.EMERGENCY}] * 8)
    unsure = {"slug": "not-sure", "floor": SEE}
    match place % 10:
        case 1:
            return one(slug, [{"slug": "no"}, {"slug": "yes", "floor": SEE}, unsure])
        case 2:
            return many(slug, [{"advices": ("place",)}] * 3 + [{}, {"floor": SEE}])
        case 3:
            asked_if = tuple(Choice(f"q{place - 1}", f"o{number}") for number in (0, 1, 4))
            return one(slug, [{"slug": "no"}, {"slug": "yes", "floor": SEE}, unsure], asked_if)
        case 4:
            return many(slug, [{"gate": Gate.ASK_FIRST, "advices": ("notice",)}] * 9)
        case 5:
            return many(slug, [{"advices": (f"cause{(place + number) % CAUSES}",)} for number in range(6)])
        case 6:
            return many(slug, [{"floor": SEE, "gate": Gate.NEVER}, {"gate": Gate.ASK_FIRST}, {}])
        case 7:
            asked_if = tuple(Choice(f"q{place - 3}", f"o{number}") for number in range(9))
            return one(slug, [{"slug": "no"}, {"slug": "yes", "floor": SEE}, unsure], asked_if)
        case 8:
            return one(slug, [{"slug": "none"}, {"slug": "some"}, {"slug": "much", "gate": Gate.STOP_AND_ASK}])
        case 9:
            return many(slug, [{"floor": Urgency.URGENT}, {}, {"floor": Urgency.EMERGENCY}])
        case _:
            return many(slug, [{"advices": (f"cause{(place // 10 + number) % CAUSES}",)} for number in range(12)])


def one(slug: str, options: list[dict], asked_if: tuple[Choice, ...] = ()) -> Question:
    return Question(slug, Kind.ONE, asked_if=asked_if, options=tuple(Option(**option) for option in options))


def many(slug: str, options: list[dict]) -> Question:
    rows = tuple(Option(**{"slug": f"o{number}"} | option) for number, option in enumerate(options))
    return Question(slug, Kind.MANY, options=rows)
