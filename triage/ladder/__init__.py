"""A checklist as a ladder: ordered questions whose answers can only ever raise how soon to get help.

Pure Python: no Django, no database, no clock, and nothing from the other apps. `model` says what a ladder is, and
`walk` follows the answers of one reader. `graph` and `survey` see all answers at once, by their effects. On them stand
`proof`, which shows that a ladder is safe, and `difference`, which tells what a new edition changes.
"""

from triage.ladder.difference import Diff, Example, diff
from triage.ladder.graph import TooTangled
from triage.ladder.model import (
    MAX_CAUSES,
    MAX_QUESTIONS,
    NO,
    NONE,
    NOT_SURE,
    RESERVED,
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
    Vignette,
    Word,
)
from triage.ladder.proof import PROPERTIES, Finding, Proof, answers_of, examine, prove
from triage.ladder.walk import Answered, Deciding, Fault, Result, Step, fault_in, replay, step_at

__all__ = [
    "MAX_CAUSES",
    "MAX_QUESTIONS",
    "NO",
    "NONE",
    "NOT_SURE",
    "PROPERTIES",
    "RESERVED",
    "Advice",
    "AdviceKind",
    "Answered",
    "Choice",
    "Deciding",
    "Diff",
    "Effect",
    "Example",
    "Fault",
    "Finding",
    "Gate",
    "Kind",
    "Ladder",
    "Magnesium",
    "Option",
    "Outcome",
    "PairRule",
    "Proof",
    "Question",
    "Result",
    "Step",
    "TooTangled",
    "Urgency",
    "Vignette",
    "Word",
    "answers_of",
    "diff",
    "examine",
    "fault_in",
    "prove",
    "replay",
    "step_at",
]
