"""What of this app a search can find: the checklists, each as an answer of its own rather than one of the results."""

from articles.search.index import register
from articles.search.kinds import Entry, Kind, coming_and_live, source_of
from triage.ladder import Urgency
from triage.models import Checklist, ChecklistEdition


def check_entries(documents):
    """Its headings are the signs that cannot wait: the words for which it comes before all results."""
    for edition, starts_at, ends_at in coming_and_live(ChecklistEdition, documents):
        questions = edition.ladder.questions
        options = [option for question in questions for option in question.options]
        yield Entry(
            source=source_of(edition.document),
            address=edition.document.get_absolute_url(),
            title=edition.title,
            summary=[edition.description],
            headings=[option.label for option in options if option.floor >= Urgency.URGENT],
            body=[*(question.text for question in questions), *(option.label for option in options)],
            starts_at=starts_at,
            ends_at=ends_at,
        )


def register_all() -> None:
    register(Kind("checks", "Checklists", check_entries, (Checklist,), stands_apart=True))
