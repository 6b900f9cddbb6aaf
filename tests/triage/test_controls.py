"""What stands against a hazard of `triage/hazards.toml` and has no test elsewhere."""

import datetime as dt
import re

import pytest
from django.db import IntegrityError, transaction
from django.utils.formats import date_format
from django.utils.html import escape

from articles.editions import Immutable, Refused
from tests.triage.conftest import Reader
from triage import answers
from triage.ladder import Kind, Urgency
from triage.models import lines

pytestmark = pytest.mark.django_db

# Whoever answers this way is asked every question there is.
EVERYTHING = {
    "too_much_magnesium": "feel-well",
    "where": "eyelid calf",
    "medicines": "other",
}
LEVELS = {
    Urgency.SELF_CARE: {"where": "calf", "past_week": "stress"},
    Urgency.SEE_A_DOCTOR: {"where": "calf", "weakness": "slowly", "medicines": "antibiotics"},
    Urgency.URGENT: {"today": "palpitations", "medicines": "antibiotics"},
}


def page(reader, name):
    return reader.client.get(f"{reader.root}{name}").content.decode()


def every_question(reader):
    """(question, its page) for every question of the checklist, answered or not."""
    reader.go(**EVERYTHING)
    for position, question in enumerate(reader.ladder.questions, 1):
        response = reader.client.get(f"{reader.root}{position}/")
        assert response.context["step"].question == question
        yield question, response.content.decode()


@pytest.fixture
def draft(edition, superuser):
    draft = edition.document.start_draft(superuser)
    draft.change_note = "Small changes."
    draft.save()
    return draft


def test_nothing_is_ticked_beforehand(reader):
    for number, _ in enumerate(reader.ladder.questions, 1):
        response = reader.client.get(f"{reader.root}{number}/")
        step = response.context["step"]
        assert step.position == number
        assert not re.search(r"<input[^>]*\bchecked", response.content.decode())
        slug = step.question.slug
        says = EVERYTHING.get(slug.replace("-", "_"), reader.usual(step.question))
        if reader.answer(slug, *says.split(), n=number)["Location"].endswith("result/"):
            break
    assert step.question == reader.ladder.questions[-1]
    assert re.search(r"<input[^>]*\bchecked", page(reader, "2/"))  # but what was answered is


def test_every_question_says_why_and_what_its_words_mean(reader):
    for question, shown in every_question(reader):
        assert question.hint, question.slug
        assert escape(question.hint) in shown
        for word in question.words:
            assert f"<dt>{escape(word.term)}</dt><dd>{escape(word.meaning)}</dd>" in shown


def test_every_answer_is_a_labelled_control_of_the_browser_itself(reader):
    """Radio buttons, tick boxes and submit buttons work with keys and are read aloud without any help of ours."""
    for question, shown in every_question(reader):
        assert f"<legend><h1>{escape(question.text)}</h1></legend>" in shown
        kind = "checkbox" if question.kind == Kind.MANY else "radio"
        controls = re.findall(rf'<input type="{kind}" name="option" id="[\w-]+"', shown)
        labelled = re.findall(rf'<label[^>]*><input type="{kind}"[^>]*> <span>[^<]+</span></label>', shown)
        on_a_button = shown.count('<button type="submit" name="option" value="none"')
        assert len(controls) == len(labelled) == len(reader.ladder.choices[question.slug]) - on_a_button
        assert '<button type="submit">Continue</button>' in shown
        assert "tabindex" not in shown.replace('tabindex="-1"', "")


def test_the_check_needs_no_script(reader):
    pages = [page(reader, ""), *(shown for _, shown in every_question(reader))]
    pages += [page(reader, name) for name in ("result/", "summary/", "delete/")]
    reader.answer("emergency", "fit")
    pages += [page(reader, name) for name in ("confirm/", "result/")]
    a_block_of_data = r' type="application/ld\+json">'  # of the landing page: no browser runs it
    for shown in pages:
        assert "</html>" in shown
        assert not re.search(rf"<script(?!{a_block_of_data})|<noscript|\shx-|\son\w+=|javascript:", shown)


def test_a_deciding_answer_links_to_its_question(reader):
    (deciding,) = reader.go(weakness="slowly").context["deciding"]
    ((label, address),) = deciding["answers"]
    response = reader.client.get(address)
    step = response.context["step"]
    assert (step.question.slug, step.given) == ("weakness", ("slowly",))
    assert label in response.content.decode()


@pytest.mark.parametrize("urgency", LEVELS)
def test_what_to_do_comes_before_everything_else(reader, urgency):
    response = reader.go(**LEVELS[urgency])
    assert response.context["result"].urgency == urgency
    shown = response.content.decode()
    first = shown.index('<p class="action">')
    for later in ('id="why"', 'id="watch"', 'id="cards"', 'id="magnesium"', 'id="read"', 'id="yours"'):
        assert first < shown.find(later, first) or later not in shown
    assert shown.index('id="watch"') < shown.index('id="cards"')


@pytest.mark.parametrize("urgency", LEVELS)
def test_every_result_says_what_to_watch_for_and_what_the_check_cannot_do(reader, edition, urgency):
    response = reader.go(**LEVELS[urgency])
    shown = response.content.decode()
    assert escape(response.context["result"].outcome.safety_net) in shown
    assert lines(edition.limits)
    assert all(escape(limit) in shown for limit in lines(edition.limits))


def test_the_check_says_that_no_clinician_has_reviewed_it(reader, edition):
    assert {review.reviewer for review in edition.reviews.all()} == {""}
    for shown in (page(reader, ""), reader.go().content.decode()):
        assert "No clinician has reviewed it yet." in shown
        assert "It has not been tested in patients." in shown


def test_the_summary_names_its_date_and_edition(reader, edition):
    reader.go(weakness="slowly")
    response = reader.client.get(f"{reader.root}summary/")
    shown = response.content.decode()
    assert isinstance(response.context["today"], dt.date)
    assert date_format(response.context["today"], "j F Y") in shown
    assert f"edition {edition.number}" in shown


def test_an_old_edition_is_for_reading_only(client, edition, draft):
    draft.publish(waiver="A test.")
    shown = client.get("/check/twitching/history/1/").content.decode()
    assert 'class="banner"' in shown
    assert 'href="/check/twitching/"' in shown
    assert shown.count("<form") == 1  # the search
    for name in ("1/", "result/"):
        assert client.get(f"/check/twitching/history/1/{name}").status_code == 404


def test_a_browser_that_keeps_no_answers_gets_no_result(reader):
    for position, question in enumerate(reader.ladder.questions, 1):
        reader.client.cookies.pop(answers.NAME, None)
        response = reader.answer(question.slug, reader.usual(question), n=position)
        assert response["Location"] == f"{reader.root}{2 if position == 1 else 1}/"
    reader.client.cookies.pop(answers.NAME, None)
    assert reader.client.get(f"{reader.root}result/")["Location"] == f"{reader.root}1/"


def test_published_rows_never_change(edition):
    rows = [edition, edition.questions.first().options.first(), edition.questions.first(), edition.rules.first()]
    rows += [edition.outcomes.first(), edition.magnesium.first(), edition.vignettes.first()]
    for row in rows:
        with pytest.raises(Immutable):
            row.save()
        with pytest.raises(Immutable):
            row.delete()


def test_an_edition_that_nobody_looked_at_is_not_published(edition, draft):
    edition.reviews.all().delete()
    with pytest.raises(Refused, match="review"):
        draft.publish(waiver="A test.")


@pytest.mark.parametrize(
    "break_it",
    [
        lambda draft: draft.magnesium.filter(gate="never").update(suggests_supplement=True),
        lambda draft: draft.outcomes.filter(urgency="urgent").update(urgency="self-care"),
        lambda draft: draft.questions.get(slug="emergency").options.filter(slug="fit").update(reason=""),
        lambda draft: draft.rules.filter(slug="lithium-and-shaking").update(floor="later"),
    ],
    ids=["a supplement behind a gate", "two outcomes of one level", "no reason", "an unknown level"],
)
def test_the_database_refuses_what_would_be_unsafe(draft, break_it):
    with pytest.raises(IntegrityError), transaction.atomic():
        break_it(draft)


def test_another_reader_does_not_see_my_answers(reader, edition):
    reader.go(weakness="over-weeks")
    stranger = Reader(type(reader.client)(), edition.ladder)
    assert stranger.client.get(f"{stranger.root}result/")["Location"] == f"{stranger.root}1/"
    assert stranger.go().context["result"].urgency == Urgency.SELF_CARE
