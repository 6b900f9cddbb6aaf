"""Walking a ladder, and each property of the proof: a ladder that breaks it is caught, at the row that breaks it."""

import ast
import inspect
import re
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest

from tests.triage import mutate
from tests.triage.generated import long_ladder, magnesium, many, one, outcomes
from tests.triage.load import twitching
from triage import ladder as package
from triage.ladder import (
    MAX_QUESTIONS,
    PROPERTIES,
    Advice,
    AdviceKind,
    Choice,
    Effect,
    Fault,
    Gate,
    Kind,
    Ladder,
    Option,
    PairRule,
    Question,
    Result,
    Step,
    Urgency,
    Vignette,
    examine,
    proof,
    prove,
    replay,
    step_at,
)

QUIET = {"how-long": ["under-2-weeks"], "magnesium-foods": ["yes"]}


def answers(**given):
    """Nothing applies, but for what is given; underscores stand for hyphens."""
    found = {}
    for question in twitching().questions:
        slugs = [option.slug for option in twitching().choices[question.slug]]
        found[question.slug] = QUIET.get(question.slug) or [slug for slug in ("no", "none") if slug in slugs][:1]
    return found | {slug.replace("_", "-"): value for slug, value in given.items()}


def caught(ladder, number):
    """(kind, slug) of the blocking findings on one property."""
    return [(finding.kind, finding.slug) for finding in prove(ladder) if finding.number == number and finding.blocks]


# The words and their order


def test_levels_are_ordered_words():
    assert [urgency.word for urgency in Urgency] == ["self-care", "see-a-doctor", "urgent", "emergency"]
    assert [gate.word for gate in Gate] == ["open", "ask-first", "stop-and-ask", "never"]
    assert Urgency.of("see-a-doctor") < Urgency.of("urgent")
    assert f"{Gate.ASK_FIRST}" == "ask-first"
    with pytest.raises(ValueError, match="self-care"):
        Urgency.of("panic")


def test_a_ladder_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        twitching().questions = ()


def test_a_choice_is_written_with_a_stroke():
    assert str(Choice.of("where/eyelid")) == "where/eyelid"


def test_no_django_and_no_other_app():
    for path in Path(package.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            assert not [
                name for name in modules if name.split(".")[0] in ("django", "articles", "supplements", "config")
            ]
            assert not [name for name in modules if name.startswith("triage") and not name.startswith("triage.ladder")]


# Replay


def test_the_first_step_is_the_emergency_screen():
    step = replay(twitching(), {})
    assert step.question.slug == "emergency"
    assert (step.position, step.at_most, step.path) == (1, len(twitching().questions), ())
    assert [option.slug for option in step.choices][-2:] == ["none", "not-sure"]


def test_at_most_shrinks_as_questions_fall_away():
    given = answers()
    del given["screens"], given["evening-legs"], given["magnesium-foods"]
    step = replay(twitching(), given | {"where": ["eyelid"]})
    assert (step.question.slug, step.position, step.at_most) == ("screens", 19, 20)
    step = replay(twitching(), given)
    assert (step.question.slug, step.position, step.at_most) == ("magnesium-foods", 18, 18)


def test_answers_off_the_path_are_ignored():
    end = replay(twitching(), answers(weak_kidneys=["yes"], screens=["yes"]))
    assert end.urgency == Urgency.SELF_CARE
    assert "weak-kidneys" not in {answered.question.slug for answered in end.path}


def test_nobody_jumps_ahead():
    given = answers()
    del given["weakness"]
    assert replay(twitching(), given).question.slug == "weakness"
    assert step_at(twitching(), given, 20).question.slug == "weakness"


def test_a_step_on_the_path_shows_what_was_answered():
    step = step_at(twitching(), answers(where=["foot", "eyelid"]), 9)
    assert (step.question.slug, step.given, step.fault) == ("where", ("foot", "eyelid"), None)
    assert [answered.question.slug for answered in step.path][-1] == "how-long"


def test_changing_an_answer_keeps_the_others_and_asks_what_is_new():
    step = replay(twitching(), answers(too_much_magnesium=["feel-well"]) | {"weak-kidneys": []})
    assert step.question.slug == "weak-kidneys"
    given = answers(too_much_magnesium=["feel-well"])
    given["weak-kidneys"] = ["no"]
    assert replay(twitching(), given).urgency == Urgency.URGENT


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ([], Fault.EMPTY),
        (["none", "fit"], Fault.NONE_ALONE),
        (["none", "not-sure"], Fault.NONE_ALONE),
        (["fit", "fit"], Fault.REPEATED),
        (["unheard-of"], Fault.UNKNOWN),
        (["no"], Fault.UNKNOWN),
        ("fit", Fault.UNKNOWN),
        (None, Fault.UNKNOWN),
        ([None], Fault.UNKNOWN),
        ([["fit"]], Fault.UNKNOWN),
        ({"fit": 1}, Fault.UNKNOWN),
    ],
)
def test_an_answer_that_cannot_be_is_asked_again(given, fault):
    step = replay(twitching(), answers(emergency=given))
    assert isinstance(step, Step)
    assert (step.question.slug, step.fault, step.position) == ("emergency", fault, 1)


@pytest.mark.parametrize(("given", "fault"), [(["yes", "no"], Fault.ONLY_ONE), (["no", "no"], Fault.ONLY_ONE)])
def test_two_radio_buttons_are_asked_again(given, fault):
    assert replay(twitching(), answers(speech_and_swallowing=given)).fault == fault


def test_a_fault_stops_the_walk_before_anything_milder():
    """A broken answer to a red flag is never passed over."""
    assert isinstance(replay(twitching(), answers(today=["none", "long-cramp"])), Step)


def test_an_emergency_ends_the_check_at_once_and_hides_the_rest():
    end = replay(twitching(), {"emergency": ["fit", "not-sure"]})
    assert (end.urgency, end.gate, len(end.path)) == (Urgency.EMERGENCY, Gate.NEVER, 1)
    assert (end.advices, end.magnesium, end.shows_numbers) == ((), None, True)
    assert [deciding.choices for deciding in end.deciding] == [(Choice("emergency", "fit"),)]


def test_nothing_else_ends_it_early():
    given = answers(today=["palpitations"])
    del given["magnesium-foods"]
    assert isinstance(replay(twitching(), given), Step)


def test_a_rule_can_end_it_too():
    given = answers(too_much_magnesium=["feel-well"], told_by_a_doctor=["kidney-disease"])
    end = replay(twitching(), given | {"weak-kidneys": ["no"]})
    assert (end.urgency, end.path[-1].question.slug) == (Urgency.EMERGENCY, "told-by-a-doctor")
    assert [deciding.rule for deciding in end.deciding] == ["kidneys-and-too-much"]


def test_not_sure_on_the_emergency_screen_is_urgent_and_shows_the_numbers():
    given = {"emergency": ["not-sure"]}
    assert replay(twitching(), given).shows_numbers
    end = replay(twitching(), answers(**given))
    assert (end.urgency, end.shows_numbers) == (Urgency.URGENT, True)
    assert not replay(twitching(), answers()).shows_numbers


def test_not_sure_needs_no_row_to_count():
    """The screen and a gate that could be never: what not being sure means there does not hang on an editor."""
    bare = mutate.without_option(twitching(), "emergency/not-sure")
    bare = mutate.without_option(bare, "told-by-a-doctor/not-sure")
    end = replay(bare, answers(emergency=["not-sure"], told_by_a_doctor=["not-sure"]))
    assert (end.urgency, end.gate) == (Urgency.URGENT, Gate.ASK_FIRST)


def test_every_question_offers_not_sure():
    for question in twitching().questions:
        slugs = [option.slug for option in twitching().choices[question.slug]]
        assert slugs[-1] == "not-sure"
        assert ("none" in slugs) == (question.kind == Kind.MANY or question.slug == "magnesium-supplements")


def test_the_deciding_answers_come_with_their_reasons():
    end = replay(twitching(), answers(weakness=["slowly"], other_changes=["numbness"], about_you=["pregnant"]))
    assert [(str(deciding.choices[0]), deciding.sets_urgency, deciding.sets_gate) for deciding in end.deciding] == [
        ("weakness/slowly", True, False),
        ("other-changes/numbness", True, False),
        ("about-you/pregnant", False, True),
    ]
    assert all(deciding.reason for deciding in end.deciding)


def test_causes_by_the_number_of_answers_then_by_position():
    end = replay(twitching(), answers(past_week=["poor-sleep", "caffeine", "alcohol"], effort=["exercise", "standing"]))
    assert [advice.slug for advice in end.causes] == ["effort", "caffeine", "alcohol"]


def test_causes_at_self_care_only_places_up_to_a_visit_notices_up_to_urgent():
    chosen = {"where": ["calf"], "past_week": ["stress"], "medicines": ["antibiotics"], "after_a_medicine": ["no"]}
    seen = {
        urgency: [advice.slug for advice in replay(twitching(), answers(**chosen, **more)).advices]
        for urgency, more in (
            (Urgency.SELF_CARE, {}),
            (Urgency.SEE_A_DOCTOR, {"weakness": ["slowly"]}),
            (Urgency.URGENT, {"weakness": ["over-weeks"]}),
            (Urgency.EMERGENCY, {"weakness": ["over-days"]}),
        )
    }
    assert seen == {
        Urgency.SELF_CARE: ["place-calf", "stress", "spacing"],
        Urgency.SEE_A_DOCTOR: ["place-calf", "spacing"],
        Urgency.URGENT: ["spacing"],
        Urgency.EMERGENCY: [],
    }


def test_a_supplement_at_self_care_with_an_open_gate_only():
    for given, may, gate in [
        ({}, True, Gate.OPEN),
        ({"about_you": ["pregnant"]}, False, Gate.ASK_FIRST),
        ({"weakness": ["slowly"]}, False, None),
        ({"today": ["severe-vomiting"]}, False, Gate.ASK_FIRST),
        ({"emergency": ["fit"]}, False, None),
    ]:
        end = replay(twitching(), answers(**given))
        assert end.may_suggest_supplement is may
        assert (end.magnesium and end.magnesium.gate) == gate
        assert bool(end.magnesium and end.magnesium.suggests_supplement) is may


def test_articles_to_read_are_named_once():
    end = replay(twitching(), answers(where=["eyelid"], screens=["yes"], past_week=["caffeine", "poor-sleep"]))
    assert len(end.articles) == len(set(end.articles)) > 2


# The proof


def test_the_seed_is_proved():
    found = examine(twitching())
    assert found.findings == ()
    assert found.holds
    assert found.longest == len(twitching().questions)
    assert sum(found.ends.values()) == sum(found.gates.values()) == found.paths > 10**15
    assert sum(found.share(urgency) for urgency in Urgency) == 1
    assert found.conditional.keys() == {"weak-kidneys", "both-eyes", "after-a-medicine"}


def test_every_property_says_what_it_is_and_names_a_test_that_exists():
    written = " ".join(inspect.getdoc(member) or "" for _, member in inspect.getmembers(proof, inspect.isfunction))
    for number in PROPERTIES:
        assert f"Property {number}:" in written
    named = set(re.findall(r"test_property_\w+", written))
    assert named
    assert named <= globals().keys()
    assert {name for name in globals() if name.startswith("test_property_")} == named


@pytest.mark.parametrize(
    ("broken", "row"),
    [
        (lambda ladder: replace(ladder, questions=()), ("", "")),
        (lambda ladder: replace(ladder, questions=(*ladder.questions, ladder.questions[5])), ("question", "weakness")),
        (lambda ladder: mutate.change_question(ladder, "effort", options=()), ("question", "effort")),
        (
            lambda ladder: mutate.change_question(ladder, "weakness", options=(Option("not-sure"),)),
            ("question", "weakness"),
        ),
        (
            lambda ladder: mutate.change_option(ladder, "effort/exercise", slug="standing"),
            ("option", "effort/standing"),
        ),
        (
            lambda ladder: mutate.change_question(ladder, "weakness", asked_if=(Choice("where", "eyelid"),)),
            ("question", "weakness"),
        ),
        (
            lambda ladder: mutate.change_question(ladder, "weakness", asked_if=(Choice("weakness", "no"),)),
            ("question", "weakness"),
        ),
        (
            lambda ladder: mutate.change_option(ladder, "effort/exercise", advices=("rest",)),
            ("option", "effort/exercise"),
        ),
        (
            lambda ladder: mutate.change_row(ladder, "rules", 0, choices=(Choice("where", "eyelid"),)),
            ("rule", "acid-reducers-and-cramp"),
        ),
        (lambda ladder: mutate.without_option(ladder, "where/face"), ("rule", "face-for-months")),
        (lambda ladder: mutate.change_row(ladder, "rules", 1, slug="face-for-months"), ("rule", "face-for-months")),
        (lambda ladder: mutate.change_row(ladder, "advices", 1, slug="caffeine"), ("advice", "caffeine")),
        (lambda ladder: mutate.change_row(ladder, "vignettes", 1, slug="v01"), ("vignette", "v01")),
        (lambda ladder: mutate.change_row(ladder, "vignettes", 0, cards=("rest",)), ("vignette", "v01")),
        (
            lambda ladder: mutate.change_row(ladder, "vignettes", 0, choices=(Choice("where", "ear"),)),
            ("vignette", "v01"),
        ),
        (lambda ladder: mutate.change_row(ladder, "magnesium", 0, gate=Gate.NEVER), ("magnesium", "never")),
    ],
)
def test_property_1_names_and_references(broken, row):
    assert row in caught(broken(twitching()), 1)


@pytest.mark.parametrize(
    "broken",
    [
        lambda ladder: replace(ladder, outcomes=ladder.outcomes[:2] + ladder.outcomes[3:]),
        lambda ladder: replace(ladder, outcomes=(*ladder.outcomes, ladder.outcomes[2])),
        lambda ladder: mutate.change_row(ladder, "outcomes", 2, heading=""),
        lambda ladder: mutate.change_row(ladder, "outcomes", 2, next_steps=""),
        lambda ladder: mutate.change_row(ladder, "outcomes", 2, self_help=()),
    ],
)
def test_property_1_every_level_has_one_outcome(broken):
    assert caught(broken(twitching()), 1) == [("outcome", "urgent")]


def test_property_2_every_path_ends_in_an_outcome():
    ladder = twitching()
    assert caught(replace(ladder, outcomes=ladder.outcomes[1:]), 2) == [("outcome", "self-care")]


def test_property_2_too_many_questions():
    assert caught(long_ladder(MAX_QUESTIONS), 2) == []
    assert caught(long_ladder(MAX_QUESTIONS + 1), 2) == [("", "")]


def test_property_2_too_tangled_to_prove():
    """Every answer of 25 questions stays open until 25 others ask about it: 2^25 states."""
    early = [many(f"early{number}", [{}]) for number in range(25)]
    late = [one(f"late{number}", [{"slug": "no"}], (Choice(f"early{number}", "o0"),)) for number in range(25)]
    found = examine(Ladder((*early, *late), outcomes=outcomes(), magnesium=magnesium()))
    assert not found.holds
    assert [finding.number for finding in found.findings] == [2]


def test_property_3_a_question_out_of_reach():
    ladder = mutate.change_question(twitching(), "screens", asked_if=(Choice("emergency", "fit"),))
    assert ("question", "screens") in caught(ladder, 3)


def test_property_3_a_rule_out_of_reach():
    never = PairRule("never", (Choice("where", "eyelid"), Choice("emergency", "fit")), floor=Urgency.URGENT)
    both = PairRule("both", (Choice("weakness", "no"), Choice("weakness", "slowly")), floor=Urgency.URGENT)
    ladder = replace(twitching(), rules=(*twitching().rules, never, both))
    assert caught(ladder, 3) == [("rule", "never"), ("rule", "both")]


def test_property_3_an_advice_out_of_reach():
    """A cause behind a floor is never shown, a notice behind an emergency neither, and both behind nothing."""
    ladder = mutate.change_option(twitching(), "past-week/nicotine", floor=Urgency.SEE_A_DOCTOR)
    assert caught(ladder, 3) == [("advice", "nicotine")]
    ladder = mutate.change_option(twitching(), "about-you/pregnant", floor=Urgency.EMERGENCY)
    assert caught(ladder, 3) == [("advice", "pregnancy")]
    ladder = replace(twitching(), advices=(*twitching().advices, Advice("idle", AdviceKind.PLACE)))
    assert caught(ladder, 3) == [("advice", "idle")]


def test_property_3_a_cause_that_others_crowd_out():
    """Whatever is answered points to three causes more often than to the fourth."""
    causes = ("first", "second", "third")
    told = [{"slug": "no", "advices": causes}, {"slug": "yes", "advices": (*causes, "fourth")}]
    told.append({"slug": "not-sure", "advices": causes})
    screen = many("screen", [{"floor": Urgency.EMERGENCY}])
    advices = tuple(Advice(slug, AdviceKind.CAUSE) for slug in (*causes, "fourth"))
    ladder = Ladder((screen, one("told", told)), advices=advices, outcomes=outcomes(), magnesium=magnesium())
    assert caught(ladder, 3) == [("advice", "fourth")]
    twice = one("again", [{"slug": "no"}, {"slug": "yes", "advices": ("fourth",)}])
    assert caught(replace(ladder, questions=(*ladder.questions, twice)), 3) == []
    told = many("told", [{"advices": causes}, {"advices": ("fourth",)}, {}, {"advices": causes, "slug": "none"}])
    behind = replace(twice, asked_if=(Choice("told", "o2"),))
    last = one("last", [{"slug": slug, "advices": causes} for slug in ("no", "yes", "not-sure")])
    assert caught(replace(ladder, questions=(screen, told, behind, last)), 3) == []


class ForgetfulLadder(Ladder):
    """What was answered last counts, so that a harmless answer talks a red flag down."""

    def combine(self, first: Effect, second: Effect) -> Effect:
        return second


def forgetful() -> Ladder:
    ladder = twitching()
    return ForgetfulLadder(
        ladder.questions, ladder.rules, ladder.advices, ladder.outcomes, ladder.magnesium, ladder.vignettes
    )


def test_property_4_red_flags_dominate():
    found = caught(forgetful(), 4)
    assert ("option", "today/palpitations") in found
    assert ("option", "told-by-a-doctor/kidney-disease") in found
    assert ("rule", "lithium-and-shaking") in found


def test_property_5_the_screen_comes_first():
    ladder = twitching()
    first, *others = ladder.questions
    turned = replace(ladder, questions=(others[2], first, *others[:2], *others[3:]))
    assert caught(turned, 5) == []  # that question holds emergencies as well
    turned = replace(ladder, questions=(others[6], first, *others[:6], *others[7:]))
    assert caught(turned, 5) == [("question", others[6].slug)]


def test_property_5_a_red_flag_behind_a_plain_answer():
    asked_if = (Choice("where", "eyelid"), Choice("how-long", "under-2-weeks"))
    ladder = mutate.change_question(twitching(), "both-eyes", asked_if=asked_if)
    assert caught(ladder, 5) == [("question", "both-eyes")]


def test_property_6_a_change_that_closes_a_red_flag():
    """Two answers of the same height, but only one of them leads to the question with the red flag."""
    hidden = Question(
        "hidden", asked_if=(Choice("weakness", "slowly"),), options=(Option("no"), Option("yes", floor=Urgency.URGENT))
    )
    ladder = mutate.with_question(twitching(), hidden, before="speech-and-swallowing")
    assert caught(ladder, 6) == [("option", "weakness/not-sure")]
    (finding,) = [finding for finding in prove(ladder) if finding.number == 6]
    assert "hidden" in finding.message


def test_property_6_a_first_tick_that_closes_a_red_flag():
    hidden = Question(
        "hidden", asked_if=(Choice("about-you", "none"),), options=(Option("no"), Option("yes", floor=Urgency.URGENT))
    )
    ladder = mutate.with_question(twitching(), hidden, before="weakness")
    found = caught(ladder, 6)
    assert ("option", "about-you/pregnant") in found
    assert ("option", "about-you/under-18") in found


def test_property_6_a_change_that_loses_a_rule():
    rule = PairRule("slow", (Choice("weakness", "slowly"), Choice("where", "hand")), floor=Urgency.URGENT)
    ladder = replace(twitching(), rules=(*twitching().rules, rule))
    assert caught(ladder, 6) == [("option", "weakness/not-sure")]


def test_property_6_a_join_that_forgets():
    assert caught(forgetful(), 6) == [("", "")]


def test_property_7_not_sure_is_not_no():
    ladder = mutate.change_option(twitching(), "screens/no", floor=Urgency.SEE_A_DOCTOR)
    assert ("option", "screens/not-sure") in caught(ladder, 7)
    ladder = mutate.change_option(twitching(), "magnesium-supplements/none", gate=Gate.NEVER)
    assert ("option", "magnesium-supplements/not-sure") in caught(ladder, 7)
    none = Option("none", floor=Urgency.SEE_A_DOCTOR)
    question = next(question for question in twitching().questions if question.slug == "effort")
    ladder = mutate.change_question(twitching(), "effort", options=(*question.options, none))
    assert caught(ladder, 7) == [("option", "effort/not-sure")]


def test_property_7_no_among_ticks():
    ladder = mutate.change_option(twitching(), "what-it-is-like/flicker", slug="no")
    ladder = replace(ladder, vignettes=ladder.vignettes[:-1])
    assert caught(ladder, 7) == [("option", "what-it-is-like/no")]


def test_property_8_a_supplement_behind_a_gate():
    ladder = mutate.change_row(twitching(), "magnesium", 1, suggests_supplement=True)
    assert set(caught(ladder, 8)) == {("magnesium", "ask-first")}


def test_property_8_a_gate_without_words():
    ladder = twitching()
    assert caught(replace(ladder, magnesium=ladder.magnesium[:3]), 8) == [("magnesium", "never")]
    assert set(caught(mutate.change_row(ladder, "magnesium", 2, text=""), 8)) == {("magnesium", "stop-and-ask")}


def test_property_8_numbers_first():
    ladder = mutate.change_row(twitching(), "outcomes", 3, numbers_first=False)
    assert caught(ladder, 8) == [("outcome", "emergency")]


def test_property_9_a_level_out_of_reach():
    ladder = twitching()
    for question in ladder.questions:
        for option in question.options:
            if option.floor == Urgency.EMERGENCY:
                ladder = mutate.change_option(ladder, f"{question.slug}/{option.slug}", floor=Urgency.URGENT)
    ladder = mutate.change_row(ladder, "rules", 4, floor=Urgency.URGENT)
    assert caught(ladder, 9) == [("outcome", "emergency")]


def test_property_9_no_safety_net():
    assert caught(mutate.change_row(twitching(), "outcomes", 0, safety_net=""), 9) == [("outcome", "self-care")]
    assert caught(mutate.change_row(twitching(), "outcomes", 1, action=""), 9) == [("outcome", "see-a-doctor")]


@pytest.mark.parametrize(
    "broken",
    [
        lambda ladder: mutate.change_row(ladder, "vignettes", 0, urgency=Urgency.SEE_A_DOCTOR),
        lambda ladder: mutate.change_row(ladder, "vignettes", 0, gate=Gate.ASK_FIRST),
        lambda ladder: mutate.change_row(ladder, "vignettes", 0, cards=("caffeine", "effort")),
        lambda ladder: mutate.change_option(ladder, "past-week/caffeine", gate=Gate.ASK_FIRST),
    ],
)
def test_property_10_worked_cases_hold(broken):
    assert ("vignette", "v01") in caught(broken(twitching()), 10)


@pytest.mark.parametrize(
    "choices",
    [
        ("where/eyelid", "magnesium-foods/yes"),  # how long?
        ("how-long/under-2-weeks", "magnesium-foods/yes", "screens/yes"),  # nobody asks about screens
        ("how-long/under-2-weeks", "how-long/over-3-months", "magnesium-foods/yes"),
    ],
)
def test_property_10_a_case_that_says_too_little(choices):
    case = Vignette("case", "A case.", tuple(map(Choice.of, choices)), Urgency.SELF_CARE, Gate.OPEN)
    assert caught(replace(twitching(), vignettes=(case,)), 10) == [("vignette", "case")]


def test_no_worked_cases_is_a_warning():
    findings = prove(replace(twitching(), vignettes=()))
    assert [(finding.number, finding.blocks) for finding in findings] == [(10, False)]


@pytest.mark.parametrize("vignette", twitching().vignettes, ids=lambda vignette: vignette.slug)
def test_the_worked_cases_of_the_seed(vignette):
    found = examine(replace(twitching(), vignettes=(vignette,)))
    assert isinstance(replay(twitching(), package.answers_of(twitching(), vignette)), Result)
    assert found.findings == ()
