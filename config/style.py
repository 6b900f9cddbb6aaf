"""The style page: every component of the site in every state, for whoever works on its look. Where debug is on only.

What it shows is made up here and never stored, so the page needs no data and looks the same everywhere.
"""

import datetime as dt
from types import SimpleNamespace as Sample

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from articles.citations import Numbering
from articles.drawings import known_drawings
from articles.markdown import trusted
from articles.models import Reference
from supplements.charts import share_chart
from supplements.models import Evidence, SupplementEdition
from triage.ladder import Urgency
from triage.numbers import to_call

TODAY = dt.date(2026, 3, 1)


class SampleForm(forms.Form):
    plain = forms.CharField(label="A field")
    hinted = forms.ChoiceField(label="A choice with a hint", choices=[("", "Choose one"), ("a", "The first")])
    wrong = forms.IntegerField(label="A field with an error", help_text="A whole number.")


@require_safe
def style(request):
    if not settings.DEBUG:
        raise Http404
    return render(request, "style.html", samples())


def samples() -> dict:
    """What the components are shown with, by the names that style.html gives them."""
    form = SampleForm({"plain": "Typed", "hinted": "a", "wrong": "many"})
    form["hinted"].help_text = "Which of them fits best."
    document = Sample(get_absolute_url="#")
    edition = Sample(
        document=document,
        title="A title of usual length: and what it is about",
        number=2,
        published_at=TODAY,
    )
    shares = [share(document, *each) for each in (("One figure", 60, 60), ("A range by hydrate", 12, 26))]
    edition.address, edition.description = "#", "One sentence that says what a reader finds on the page."
    return {
        "levels": list(Urgency),
        "numbers": to_call()[:3],
        "form": form,
        "drawings": list(known_drawings().values()),
        "editions": [edition, Sample(**vars(edition) | {"review_is_overdue": True})],
        "edition": edition,
        "reviews": reviews(),
        "evidence": [SupplementEdition(evidence=grade) for grade in Evidence],
        "shares": shares,
        "chart": share_chart(shares),
        "citations": citations(),
        "numbering": Numbering([]),
        "cautions": [Caution("Every form that you swallow")],
        "faqs": [Sample(question="Is it common?", answer_html=trusted("<p>Yes, and it usually passes.</p>"))],
        "points": trusted("<ul><li>The first thing to know.</li><li>The second.</li></ul>"),
        "terms": [Sample(slug="sample", name="Sample", definition="A word that explains itself.")],
        "pieces": [("a ", False), ("twitch", True), ("ing eyelid", False)],
        "chips": [
            ("Effect on the gut", "gentle", Sample(query="")),
            ("How it is taken", "skin", Sample(query="")),
        ],
        "parents": [("#", "A section")],
    }


class Caution:
    """A caution that cites nothing."""

    cautions = "Ask a doctor first."

    def __init__(self, name: str):
        self.name = name

    def __str__(self) -> str:
        return self.name


def reviews() -> list[Sample]:
    """A page checked by a clinician, one that was not, and one whose check is overdue."""
    checked = {"reviewed_on": TODAY, "next_due": TODAY.replace(year=2027), "reading_minutes": 4}
    return [
        Sample(**checked, reviewer="Dr A. Sample", review_is_overdue=False),
        Sample(**checked, reviewer="", review_is_overdue=False),
        Sample(**checked, reviewer="", review_is_overdue=True),
    ]


def share(document: Sample, name: str, low: int, high: int) -> Sample:
    words = f"{low}%" if low == high else f"{low} to {high}%"
    return Sample(
        document=document,
        name=name,
        elemental_percent=high,
        elemental_low=low,
        elemental_high=high,
        percent_words=words,
    )


def citations() -> list[dict]:
    """A source that stands, one with a newer version, and one that was retracted."""
    return [
        {
            "number": number,
            "reference": Reference(
                key=f"sample-{status}",
                authors="Sample A, Sample B",
                title="What it is called",
                publisher="A journal",
                kind=Reference.Kind.TRIAL,
                status=status,
            ),
        }
        for number, status in enumerate(Reference.Status.values, 1)
    ]
