"""What a ladder is made of. Everything is frozen: an edition's ladder is built once and then only read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property
from typing import NamedTuple

MAX_QUESTIONS = 60
MAX_CAUSES = 3

NONE = "none"
NO = "no"
NOT_SURE = "not-sure"
RESERVED = (NONE, NOT_SURE, NO)


class Scale(IntEnum):
    """Ordered values that are written as words: `see-a-doctor`."""

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")

    @classmethod
    def of(cls, word: str):
        """The value that `word` stands for. Raises ValueError for an unknown word."""
        for value in cls:
            if value.word == word:
                return value
        raise ValueError(f"“{word}” is none of {', '.join(value.word for value in cls)}")

    def __str__(self) -> str:
        return self.word


class Urgency(Scale):
    """How soon to get help."""

    SELF_CARE = 0
    SEE_A_DOCTOR = 1
    URGENT = 2
    EMERGENCY = 3


class Gate(Scale):
    """Whether magnesium may be mentioned at all."""

    OPEN = 0
    ASK_FIRST = 1
    STOP_AND_ASK = 2
    NEVER = 3


class Kind(StrEnum):
    """`one` is answered with radio buttons, `many` with tick boxes and an exclusive "none of these"."""

    ONE = "one"
    MANY = "many"


class AdviceKind(StrEnum):
    CAUSE = "cause"  # a likely contributor: at self-care only, and no more than three
    NOTICE = "notice"  # shown whatever the urgency, short of an emergency
    PLACE = "place"  # a text for where it twitches: at self-care and see-a-doctor, not counted among the three


class Effect(NamedTuple):
    """What an answer does: the least urgency and the least gate that it leads to."""

    urgency: Urgency = Urgency.SELF_CARE
    gate: Gate = Gate.OPEN

    def covers(self, other: "Effect") -> bool:
        """Whether this is at least as high as `other`, in both."""
        return self.urgency >= other.urgency and self.gate >= other.gate


class Choice(NamedTuple):
    """One option of one question, written `where/eyelid`."""

    question: str
    option: str

    @classmethod
    def of(cls, text: str) -> "Choice":
        return cls(*text.split("/"))

    def __str__(self) -> str:
        return f"{self.question}/{self.option}"


@dataclass(frozen=True)
class Word:
    """A term that a question uses, and what it means."""

    term: str
    meaning: str


@dataclass(frozen=True)
class Option:
    slug: str
    label: str = ""
    floor: Urgency = Urgency.SELF_CARE
    gate: Gate = Gate.OPEN
    reason: str = ""  # one sentence, shown where this answer decides
    advices: tuple[str, ...] = ()
    references: tuple[str, ...] = ()

    @property
    def effect(self) -> Effect:
        return Effect(self.floor, self.gate)


@dataclass(frozen=True)
class Question:
    """`asked_if` holds options of earlier questions: one of them must be chosen. Empty means: asked of everybody.

    `options` are the rows that an editor wrote. "None of these" and "I'm not sure" need a row only where they have an
    effect or a label of their own; `Ladder.choices` is what a reader is offered.
    """

    slug: str
    kind: Kind = Kind.ONE
    text: str = ""
    hint: str = ""  # why we ask
    words: tuple[Word, ...] = ()
    asked_if: tuple[Choice, ...] = ()
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class PairRule:
    """A floor or a gate for options that mean more together than each alone."""

    slug: str
    choices: tuple[Choice, ...]
    floor: Urgency = Urgency.SELF_CARE
    gate: Gate = Gate.OPEN
    reason: str = ""
    references: tuple[str, ...] = ()

    @property
    def effect(self) -> Effect:
        return Effect(self.floor, self.gate)


@dataclass(frozen=True)
class Advice:
    slug: str
    kind: AdviceKind
    title: str = ""
    text: str = ""
    to_do: str = ""
    references: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What a reader is told at one level. `numbers_first`: the numbers to call stand above everything else."""

    urgency: Urgency
    heading: str = ""
    action: str = ""
    next_steps: str = ""
    safety_net: str = ""
    self_help: tuple[str, ...] = ()
    numbers_first: bool = False
    references: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Magnesium:
    """What is said about magnesium behind one gate."""

    gate: Gate
    heading: str = ""
    text: str = ""
    suggests_supplement: bool = False
    references: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vignette:
    """A worked case. Unnamed tick questions are answered "none", unnamed radio questions "no" or "none"."""

    slug: str
    text: str
    choices: tuple[Choice, ...]
    urgency: Urgency
    gate: Gate
    cards: tuple[str, ...] = ()  # advices that must be among those shown


@dataclass(frozen=True)
class Ladder:
    """A whole checklist. The first question is the emergency screen."""

    questions: tuple[Question, ...]
    rules: tuple[PairRule, ...] = ()
    advices: tuple[Advice, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    magnesium: tuple[Magnesium, ...] = ()
    vignettes: tuple[Vignette, ...] = ()
    memo: dict = field(default_factory=dict, init=False, repr=False, compare=False)  # what is derived once per ladder

    def combine(self, first: Effect, second: Effect) -> Effect:
        """Join two effects: the higher of both, so that nothing a reader adds can make a result milder.

        This is the one place where levels are joined. The proof does not take it on trust.
        """
        return Effect(max(first.urgency, second.urgency), max(first.gate, second.gate))

    @cached_property
    def choices(self) -> dict[str, tuple[Option, ...]]:
        """By question, what a reader is offered: its rows, then "none of these", then "I'm not sure"."""
        return {question.slug: self._offered(question) for question in self.questions}

    @cached_property
    def options(self) -> dict[Choice, Option]:
        return {Choice(slug, option.slug): option for slug, offered in self.choices.items() for option in offered}

    def _offered(self, question: Question) -> tuple[Option, ...]:
        rows = {option.slug: option for option in question.options}
        offered = [option for option in question.options if option.slug not in self._added(question)]
        if question.kind == Kind.MANY:
            offered.append(rows.get(NONE, Option(NONE, "None of these")))
        return (*offered, self._not_sure(question, rows.get(NOT_SURE, Option(NOT_SURE, "I’m not sure"))))

    def _added(self, question: Question) -> tuple[str, ...]:
        return (NONE, NOT_SURE) if question.kind == Kind.MANY else (NOT_SURE,)

    def _not_sure(self, question: Question, row: Option) -> Option:
        """Not being sure is never nothing: it is urgent on the emergency screen, and it closes a gate that could be
        `never` as far as `ask-first`. A row can say more than that, not less."""
        screen = question is self.questions[0]
        never = any(option.gate == Gate.NEVER for option in question.options)
        return Option(
            slug=row.slug,
            label=row.label,
            floor=max(row.floor, Urgency.URGENT if screen else Urgency.SELF_CARE),
            gate=max(row.gate, Gate.ASK_FIRST if never else Gate.OPEN),
            reason=row.reason,
            advices=row.advices,
            references=row.references,
        )

    def outcome(self, urgency: Urgency) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.urgency == urgency), None)

    def magnesium_for(self, urgency: Urgency, gate: Gate) -> Magnesium | None:
        """What may be said about magnesium: nothing in an emergency, no suggestion above self-care."""
        if urgency == Urgency.EMERGENCY or (gate == Gate.OPEN and urgency > Urgency.SELF_CARE):
            return None
        return next((row for row in self.magnesium if row.gate == gate), None)

    def advices_of(self, kind: AdviceKind, slugs: Iterable[str]) -> list[Advice]:
        """The advices of one kind among `slugs`, in the ladder's order."""
        wanted = set(slugs)
        return [advice for advice in self.advices if advice.kind == kind and advice.slug in wanted]
