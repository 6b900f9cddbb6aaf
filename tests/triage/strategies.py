"""Random ladders that hang together, and random answers that need not make sense."""

from functools import cache

from hypothesis import strategies as st

from tests.triage.generated import magnesium, outcomes
from triage.ladder import Advice, AdviceKind, Choice, Gate, Kind, Ladder, Option, PairRule, Question, Urgency

FLOORS = st.sampled_from([Urgency(number) for number in (0, 0, 0, 0, 1, 1, 2, 3)])
GATES = st.sampled_from([Gate(number) for number in (0, 0, 0, 1, 2, 3)])
ADVICES = (
    *(Advice(f"cause{number}", AdviceKind.CAUSE) for number in range(5)),
    Advice("notice", AdviceKind.NOTICE),
    Advice("place", AdviceKind.PLACE),
)
# Strategies are made once: hypothesis looks into each new one before it draws from it.
POINTERS = st.lists(st.sampled_from([advice.slug for advice in ADVICES]), max_size=4, unique=True)
ONE_IN_SIX = st.integers(0, 5)
EXTRAS = {
    Kind.MANY: st.lists(st.sampled_from(["none", "not-sure"]), max_size=2, unique=True),
    Kind.ONE: st.lists(st.sampled_from(["no", "none", "not-sure"]), max_size=2, unique=True),
}


@cache
@st.composite
def options(draw, slug: str, mild: bool = False) -> Option:
    advices = tuple(draw(POINTERS))
    if mild:
        return Option(slug, advices=advices)
    return Option(slug, floor=draw(FLOORS), gate=draw(GATES), advices=advices)


@st.composite
def questions(draw, slug: str, earlier: list[Choice], ticks: int, mild: bool) -> Question:
    """Of the same kind in most ladders that have this slug, so that editions can be compared."""
    kinds = list(Kind) if int(slug[1:]) % 2 else list(Kind)[::-1]
    kind = kinds[draw(ONE_IN_SIX) == 0]
    own = ["a", "b", "c"][: draw(st.integers(1, ticks))]
    extra = draw(EXTRAS[kind])
    asked_if = draw(st.lists(st.sampled_from(earlier), max_size=2, unique=True)) if earlier else []
    rows = tuple(draw(options(name, mild)) for name in (*extra, *own))
    return Question(slug, kind, asked_if=tuple(asked_if), options=rows)


@st.composite
def ladders(draw, most: int = 4, ticks: int = 2, mild: bool = False, shuffled: bool = False) -> Ladder:
    """Mild ladders raise nothing, so that all ends at self-care. In a shuffled one the slugs are out of order."""
    slugs = [f"q{number}" for number in range(draw(st.integers(max(1, most - 1), most)))]
    if shuffled:
        slugs = draw(st.permutations(slugs))
    asked: list[Question] = []
    choices: list[Choice] = []
    for slug in slugs:
        question = draw(questions(slug, choices, ticks, mild))
        asked.append(question)
        choices += [Choice(slug, option.slug) for option in Ladder((question,)).choices[slug]]
    together = st.lists(st.sampled_from(choices), min_size=2, max_size=3, unique=True)
    rules = tuple(
        PairRule(f"rule{number}", tuple(draw(together)), floor=draw(FLOORS), gate=draw(GATES))
        for number in range(draw(st.integers(0, 3)))
    )
    return Ladder(tuple(asked), rules, ADVICES, outcomes(), magnesium())


@st.composite
def answers_to(draw, ladder: Ladder) -> dict[str, list[str]]:
    """Answers to some questions: mostly valid, some not, some to questions that nobody asked."""
    given = {}
    for slug in [question.slug for question in ladder.questions] + ["nowhere"]:
        if draw(st.integers(0, 7)):
            offered = [option.slug for option in ladder.choices.get(slug, ())] + ["unheard-of"]
            some = st.lists(st.sampled_from(offered), max_size=3)
            given[slug] = draw(st.one_of(some, st.sampled_from([[name] for name in offered])))
    return given
