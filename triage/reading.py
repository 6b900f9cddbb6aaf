"""From the rows of a seed file to a ladder. Pure: it asks no database, and leaves what is wrong to the proof."""

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
    Word,
)


def ladder_of(seed: dict) -> Ladder:
    """The ladder that a seed file describes. Raises KeyError, TypeError or ValueError for a row that is not one."""
    return Ladder(
        questions=tuple(question_of(row) for row in seed["questions"]),
        rules=tuple(rule_of(row) for row in seed["rules"]),
        advices=tuple(Advice(**frozen(row | {"kind": AdviceKind(row["kind"])})) for row in seed["advices"]),
        outcomes=tuple(Outcome(**frozen(row | {"urgency": Urgency.of(row["urgency"])})) for row in seed["outcomes"]),
        magnesium=tuple(Magnesium(**frozen(row | {"gate": Gate.of(row["gate"])})) for row in seed["magnesium"]),
        vignettes=tuple(vignette_of(row) for row in seed["vignettes"]),
    )


def question_of(row: dict) -> Question:
    parts = {
        "kind": Kind(row["kind"]),
        "words": tuple(Word(**word) for word in row.get("words", [])),
        "asked_if": choices_of(row.get("asked_if", [])),
        "options": tuple(Option(**frozen(with_effect(option))) for option in row.get("options", [])),
    }
    return Question(**row | parts)


def rule_of(row: dict) -> PairRule:
    rest = {key: value for key, value in row.items() if key != "together"}
    return PairRule(choices=choices_of(row["together"]), **frozen(with_effect(rest)))


def vignette_of(row: dict) -> Vignette:
    parts = {
        "choices": choices_of(row["choices"]),
        "urgency": Urgency.of(row["urgency"]),
        "gate": Gate.of(row["gate"]),
    }
    return Vignette(**frozen(row | parts))


def with_effect(row: dict) -> dict:
    """The row with its floor and its gate read."""
    scales = {"floor": Urgency, "gate": Gate}
    return {key: scales[key].of(value) if key in scales else value for key, value in row.items()}


def choices_of(texts: list[str]) -> tuple[Choice, ...]:
    return tuple(Choice.of(text) for text in texts)


def frozen(row: dict) -> dict:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}
