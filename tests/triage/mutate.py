"""Ladders with one thing changed."""

from dataclasses import replace

from triage.ladder import Choice, Ladder, Question


def change_question(ladder: Ladder, slug: str, **changes) -> Ladder:
    questions = [replace(row, **changes) if row.slug == slug else row for row in ladder.questions]
    return replace(ladder, questions=tuple(questions))


def change_option(ladder: Ladder, text: str, **changes) -> Ladder:
    """Change the option called `question/option`, which needs a row of its own."""
    choice = Choice.of(text)
    options = [
        replace(row, **changes) if row.slug == choice.option else row for row in question_in(ladder, choice).options
    ]
    return change_question(ladder, choice.question, options=tuple(options))


def without_option(ladder: Ladder, text: str) -> Ladder:
    choice = Choice.of(text)
    options = [row for row in question_in(ladder, choice).options if row.slug != choice.option]
    return change_question(ladder, choice.question, options=tuple(options))


def without_question(ladder: Ladder, slug: str) -> Ladder:
    return replace(ladder, questions=tuple(row for row in ladder.questions if row.slug != slug))


def with_question(ladder: Ladder, question: Question, before: str) -> Ladder:
    """Put a question in before the one called `before`."""
    place = [row.slug for row in ladder.questions].index(before)
    return replace(ladder, questions=(*ladder.questions[:place], question, *ladder.questions[place:]))


def change_row(ladder: Ladder, rows: str, at: int, **changes) -> Ladder:
    """Change one row of the rules, advices, outcomes, magnesium or vignettes."""
    changed = list(getattr(ladder, rows))
    changed[at] = replace(changed[at], **changes)
    return replace(ladder, **{rows: tuple(changed)})


def question_in(ladder: Ladder, choice: Choice) -> Question:
    return next(question for question in ladder.questions if question.slug == choice.question)
