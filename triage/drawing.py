"""Where the rungs of a ladder stand when it is drawn; the template draws them."""

from dataclasses import dataclass

from triage.ladder import Ladder, Question, Urgency

RUNG_WIDTH, RUNG_HEIGHT, STEP, INDENT = 360, 28, 40, 60


@dataclass(frozen=True)
class Rung:
    """One question: its corner, and the highest urgency that an answer to it can bring."""

    place: int
    question: Question
    urgency: Urgency
    x: int
    y: int

    @property
    def text_x(self) -> int:
        return self.x + 10

    @property
    def text_y(self) -> int:
        return self.y + 19


@dataclass(frozen=True)
class Drawing:
    rungs: list[Rung]
    lines: list[str]  # SVG paths, from what opens a question to the question
    rung_width: int = RUNG_WIDTH
    rung_height: int = RUNG_HEIGHT

    @property
    def width(self) -> int:
        return RUNG_WIDTH + INDENT + 20

    @property
    def height(self) -> int:
        return len(self.rungs) * STEP + 10


def draw(ladder: Ladder) -> Drawing:
    """Place the questions one below the other; those asked only sometimes stand indented."""
    rungs = {}
    for place, question in enumerate(ladder.questions, 1):
        urgency = max((option.floor for option in ladder.choices[question.slug]), default=Urgency.SELF_CARE)
        x = 10 + (INDENT if question.asked_if else 0)
        rungs[question.slug] = Rung(place, question, urgency, x, 10 + (place - 1) * STEP)
    lines = []
    for rung in rungs.values():
        for slug in {choice.question for choice in rung.question.asked_if} & rungs.keys():
            above = rungs[slug]
            corner = above.x + INDENT // 2
            lines.append(f"M{corner} {above.y + RUNG_HEIGHT}V{rung.y + RUNG_HEIGHT // 2}H{rung.x}")
    return Drawing(list(rungs.values()), sorted(lines))
