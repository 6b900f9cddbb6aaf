"""The seeded checklist: what each answer does, and that its words are plain and its references exist."""

import csv
import re
from pathlib import Path

import pytest

from articles import gate
from tests.triage.load import seed, twitching
from triage.ladder import AdviceKind, Gate, Kind

ARTICLES = Path(__file__).resolve().parents[2] / "articles" / "seeds"

# What every option that does anything does: its floor, its gate, the slugs of its advices.
EFFECTS = """
emergency/fit emergency
emergency/stroke-signs emergency
emergency/breathing emergency
emergency/heart emergency
emergency/confusion emergency
emergency/spreading-weakness emergency
emergency/alcohol-withdrawal emergency
emergency/stiff-jaw emergency
emergency/not-sure urgent
too-much-magnesium/feel-ill emergency
too-much-magnesium/feel-well urgent stop-and-ask
too-much-magnesium/not-sure urgent
weak-kidneys/yes emergency
weak-kidneys/not-sure emergency
today/antidepressant-severe emergency
today/antidepressant-signs urgent
today/lithium-severe emergency
today/lithium-signs urgent
today/long-cramp urgent
today/palpitations urgent
today/severe-vomiting urgent ask-first
today/tingling-mouth urgent
about-you/under-18 see-a-doctor ask-first under-18
about-you/pregnant ask-first pregnancy
about-you/breastfeeding ask-first
weakness/slowly see-a-doctor
weakness/over-weeks urgent
weakness/over-days emergency
weakness/not-sure see-a-doctor
speech-and-swallowing/yes see-a-doctor
speech-and-swallowing/not-sure see-a-doctor
other-changes/numbness see-a-doctor
other-changes/weight-loss see-a-doctor
other-changes/stiffness see-a-doctor
how-long/2-weeks-to-3-months see-a-doctor
how-long/over-3-months see-a-doctor
how-long/not-sure see-a-doctor
where/eyelid place-eyelid
where/face see-a-doctor
where/hand place-hand
where/calf place-calf
where/foot place-foot
where/many-places see-a-doctor
both-eyes/yes see-a-doctor
both-eyes/not-sure see-a-doctor
what-it-is-like/cramp cramp
what-it-is-like/need-to-move restless-legs
what-it-is-like/shaking see-a-doctor
told-by-a-doctor/kidney-disease see-a-doctor never
told-by-a-doctor/heart-block see-a-doctor never
told-by-a-doctor/myasthenia see-a-doctor never
told-by-a-doctor/not-sure ask-first
low-magnesium-risk/gut-disease see-a-doctor ask-first low-magnesium-risk
low-magnesium-risk/long-diarrhoea see-a-doctor ask-first low-magnesium-risk
low-magnesium-risk/bowel-surgery see-a-doctor ask-first low-magnesium-risk
low-magnesium-risk/diabetes see-a-doctor ask-first low-magnesium-risk
low-magnesium-risk/heavy-drinking see-a-doctor ask-first low-magnesium-risk
medicines/water-tablets ask-first medicines-that-lower
medicines/acid-reducers ask-first medicines-that-lower
medicines/steroids ask-first medicines-that-trigger
medicines/stimulants ask-first medicines-that-trigger
medicines/antidepressants ask-first medicines-that-trigger
medicines/lithium see-a-doctor ask-first
medicines/digoxin see-a-doctor ask-first
medicines/thyroid ask-first spacing
medicines/bone-tablets ask-first spacing
medicines/antibiotics ask-first spacing
medicines/gabapentin ask-first spacing
medicines/hiv-medicine ask-first spacing
medicines/other ask-first
after-a-medicine/yes see-a-doctor
after-a-medicine/not-sure see-a-doctor
magnesium-supplements/over-350 stop-and-ask
magnesium-supplements/not-sure ask-first read-a-label
past-week/caffeine caffeine
past-week/nicotine nicotine
past-week/alcohol alcohol
past-week/stress stress
past-week/poor-sleep sleep
effort/exercise effort
effort/standing effort
effort/tight-shoes footwear
fluids/heat fluids
fluids/mild-vomiting ask-first fluids
fluids/too-little-to-drink fluids
screens/yes screens
evening-legs/yes restless-legs
magnesium-foods/rarely low-intake
"""

RULES = """
acid-reducers-and-cramp medicines/acid-reducers what-it-is-like/cramp urgent
acid-reducers-and-shaking medicines/acid-reducers what-it-is-like/shaking urgent
lithium-and-shaking medicines/lithium what-it-is-like/shaking urgent
lithium-and-stomach medicines/lithium fluids/mild-vomiting urgent
kidneys-and-too-much told-by-a-doctor/kidney-disease too-much-magnesium/feel-well emergency
face-for-months where/face how-long/over-3-months see-a-doctor
"""


def effect(row):
    words = [row.floor.word] if row.floor else []
    return words + ([row.gate.word] if row.gate else [])


def test_every_answer_does_what_it_should():
    lines = [
        " ".join([str(choice), *effect(option), *option.advices])
        for choice, option in twitching().options.items()
        if effect(option) or option.advices
    ]
    assert lines == EFFECTS.split("\n")[1:-1]


def test_every_pair_rule_does_what_it_should():
    lines = [" ".join([rule.slug, *map(str, rule.choices), *effect(rule)]) for rule in twitching().rules]
    assert lines == RULES.split("\n")[1:-1]


def test_conditional_questions_and_kinds():
    conditional = {question.slug: question.asked_if for question in twitching().questions if question.asked_if}
    medicines = {choice for choice in twitching().options if choice.question == "medicines"}
    assert set(conditional.pop("after-a-medicine")) == {
        choice for choice in medicines if choice.option not in ("none", "not-sure")
    }
    assert {slug: [str(choice) for choice in choices] for slug, choices in conditional.items()} == {
        "weak-kidneys": ["too-much-magnesium/feel-well"],
        "both-eyes": ["where/eyelid", "where/face"],
        "screens": ["where/eyelid"],
        "evening-legs": ["where/calf", "where/foot"],
    }
    assert [question.slug for question in twitching().questions if question.kind == Kind.MANY] == [
        "emergency",
        "today",
        "about-you",
        "other-changes",
        "where",
        "what-it-is-like",
        "told-by-a-doctor",
        "low-magnesium-risk",
        "medicines",
        "past-week",
        "effort",
        "fluids",
    ]


def test_everything_that_decides_says_why_and_on_what_grounds():
    for option in twitching().options.values():
        if option.floor or option.gate:
            assert option.reason, option.slug
            assert option.references or option.slug == "not-sure", option.slug
    for row in (*twitching().rules, *twitching().advices, *twitching().outcomes, *twitching().magnesium):
        assert row.references, row


def test_there_is_a_text_for_every_advice_and_gate():
    assert all(advice.title and advice.text and advice.to_do for advice in twitching().advices)
    assert [row.gate for row in twitching().magnesium] == list(Gate)
    assert [row.gate for row in twitching().magnesium if row.suggests_supplement] == [Gate.OPEN]
    triggers = [advice.slug for advice in twitching().advices if advice.kind == AdviceKind.CAUSE]
    assert triggers[:5] == ["caffeine", "nicotine", "alcohol", "stress", "sleep"]
    assert [slug for slug in triggers if slug in ("effort", "fluids", "low-intake")] == [
        "effort",
        "fluids",
        "low-intake",
    ]


def test_probably_harmless_is_said_at_self_care_only():
    for row in seed()["outcomes"]:
        assert ("harmless" in str(row)) == (row["urgency"] == "self-care")


def found(row, wanted):
    """Every value below `row` that stands under one of the `wanted` keys."""
    if isinstance(row, dict):
        for key, value in row.items():
            yield from [value] if key in wanted else found(value, wanted)
    elif isinstance(row, list):
        for value in row:
            yield from found(value, wanted)


def test_references_and_articles_exist():
    with (ARTICLES / "references.csv").open(encoding="utf-8", newline="") as file:
        keys = {row["key"] for row in csv.DictReader(file)}
    assert {key for some in found(seed(), {"references"}) for key in some} <= keys
    articles = {slug for some in found(seed(), {"articles"}) for slug in some}
    assert articles <= {path.stem for path in ARTICLES.glob("*.md")}


WORDS = {
    "title", "description", "introduction", "limits", "text", "hint", "meaning", "label", "reason", "to_do", "heading",
    "action", "next_steps", "safety_net", "self_help",
}  # fmt: skip


def sentences():
    for value in found(seed(), WORDS):
        for text in value if isinstance(value, list) else [value]:
            yield from re.split(r"(?<=[.?!])\s+", text)


@pytest.mark.parametrize("banned", [r"\bGP\b", r"n[’']t\b", r"\[", r"  "])
def test_words_to_do_without(banned):
    assert [sentence for sentence in sentences() if re.search(banned, sentence)] == []


def test_sentences_are_short():
    assert [sentence for sentence in sentences() if len(re.findall(r"[\w’'-]+", sentence)) > 20] == []


def test_a_reason_is_one_sentence():
    for reason in found(seed(), {"reason"}):
        assert re.fullmatch(r"[^.?!]+\.", reason), reason


def test_the_whole_is_easy_to_read():
    assert 0 < gate.reading_grade(list(sentences())) <= gate.HARDEST_GRADE  # years of school
