"""What scores can be reached: said to be out of reach where, and only where, the scorer never gets there."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.build import answer, options, question, questionnaire, scale_question, section, yes_no
from vfm.questionnaires.checks import advice, findings, problems
from vfm.questionnaires.outline import Outline
from vfm.questionnaires.reach_checks import constant_caps, unreachable_bands, unreachable_top
from vfm.questionnaires.routing import missing
from vfm.questionnaires.rule_checks import unfit_rules
from vfm.questionnaires.schema import Band, Cap, Check
from vfm.scoring.scorecard import score

LEVELS = {"levels": {1: "No", 2: "Partly", 3: "Yes"}}
TWO = options(a=("Low", 0), b=("High", 100))
ANSWERS = {"scale": [1, 2, 3], "yes_no": ["yes", "no"], "single_choice": ["a", "b"]}


def claims(keys):
    operand = {
        "S": st.builds(
            lambda word, n: {word: n}, st.sampled_from(["at_least", "equals", "less"]), st.integers(1, 3)
        ),
        "Y": st.builds(lambda word: {"equals": word}, st.sampled_from(["yes", "no"])),
        "C": st.builds(lambda word: {"equals": word}, st.sampled_from(["a", "b"])),
    }
    one = st.sampled_from(keys).flatmap(
        lambda key: operand[key[0]].map(lambda rest: {"question": key} | rest)
    )
    return one | st.lists(one, min_size=2, max_size=2).map(lambda two: {"all": two})


@st.composite
def capped(draw):
    """One section of three scored questions, some routed, with up to two caps."""
    kinds = {"S": "scale", "Y": "yes_no", "C": "single_choice"}
    asked = []
    for i, letter in enumerate(draw(st.lists(st.sampled_from("SYC"), min_size=3, max_size=3))):
        rule = draw(st.none() | claims([q.key for q in asked])) if asked else None
        more = {"options": TWO} if letter == "C" else {}
        asked.append(question(f"{letter}-{i}", kinds[letter], weight=1, show_if=rule, **more))
    keys = [q.key for q in asked]
    caps = [
        Cap(key=f"c{i}", when=when, limit=50, reason="A reason.")
        for i, when in enumerate(draw(st.lists(claims(keys), max_size=2)))
    ]
    return questionnaire(section("A", *asked, caps=tuple(caps)), scales={"s": LEVELS})


def reaches_the_top(asked):
    keys = list(asked.questions)
    every = [[None, *ANSWERS[asked.questions[key].kind]] for key in keys]
    for values in product(*every):
        given_ones = {key: answer(v) for key, v in zip(keys, values, strict=True) if v is not None}
        card = score(asked, given_ones)
        if card.overall.score == 100 and card.overall.completeness == 1:
            return True
    return False


@settings(max_examples=120, deadline=None)
@given(capped())
def test_the_top_is_out_of_reach_only_where_no_answers_score_100(asked):
    outline = Outline(asked)
    if any(unfit_rules(outline)):
        return
    found = [*constant_caps(outline), *(f for f in unreachable_top(outline) if f.key == "A")]
    single = [fault for fault in unreachable_top(outline) if fault.key != "A"]
    if reaches_the_top(asked):
        assert found == []
    else:
        assert found or single


def test_a_best_answer_that_is_never_the_last_word_is_named_with_its_rule():
    cap = Cap(key="good", when={"question": "S", "equals": 4}, limit=50, reason="Too good.")
    asked = questionnaire(section("A", scale_question("S"), scale_question("T"), caps=(cap,)))
    (problem,) = problems(asked)
    sentence = 'The best answer can never count in full, as the cap "good" stands against it.'
    assert str(problem) == f"S: {sentence} Correct that rule, or the points."


def test_a_cap_of_the_section_around_counts_too():
    cap = Cap(key="good", when={"question": "S", "equals": 4}, limit=50, reason="Too good.")
    asked = questionnaire(section("A", section("B", scale_question("S"), scale_question("T")), caps=(cap,)))
    assert [problem.place for problem in problems(asked)] == ["S"]


def test_tops_that_rule_each_other_out_across_sections_are_told_of_the_whole():
    cap = Cap(
        key="both",
        when={"all": [{"question": "S", "equals": 4}, {"question": "T", "equals": 4}]},
        limit=50,
        reason="Not both.",
    )
    asked = questionnaire(section("A", scale_question("S"), caps=(cap,)), section("B", scale_question("T")))
    (problem,) = problems(asked)
    assert problem.place == "template"
    assert problem.message.startswith("No answers bring every section to the top score")


def test_a_follow_up_that_is_not_scored_is_no_matter():
    asked = questionnaire(
        scale_question("S"), question("T", "text", text="Why?", show_if={"question": "S", "less": 4})
    )
    assert findings(asked) == ()


def test_the_message_of_a_check_may_stand_anywhere_it_is_asked():
    check = Check(key="c", must={"question": "S", "at_least": 2}, say="Correct it.", at="T")
    asked = questionnaire(scale_question("S"), scale_question("T", text="And how fast?"), checks=(check,))
    assert findings(asked) == ()
    assert [p.message for p in missing(asked, {"S": answer(1)})] == ["Correct it."]


BANDS = (
    Band(name="Low", minimum=0, colour="red"),
    Band(name="Middle", minimum=34, colour="yellow"),
    Band(name="High", minimum=60, colour="green"),
)


def test_a_band_between_the_scores_there_are_is_told():
    (found,) = advice(questionnaire(scale_question("S"), bands=BANDS))
    assert str(found) == 'bands: No score falls into the band "Middle". Widen it, or take it out.'


def test_a_band_that_a_cap_or_another_question_brings_scores_into_is_not():
    cap = Cap(key="c", when={"question": "Y", "equals": "yes"}, limit=50, reason="A sign.")
    asked = section("A", scale_question("S"), yes_no("Y", text="Is there a sign?"), caps=(cap,))
    assert [*unreachable_bands(Outline(questionnaire(asked, bands=BANDS)))] == []
    two = questionnaire(scale_question("S"), yes_no("Y", 1), bands=BANDS)
    assert [*unreachable_bands(Outline(two))] == []


def test_bands_beside_a_rule_table_are_told():
    asked = questionnaire(yes_no("Y"), bands=BANDS, scoring={"method": "rule_table"})
    (found,) = unreachable_bands(Outline(asked))
    assert found.message.startswith("A rule table gives a status, so the bands are never used.")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=3),
    st.lists(st.integers(1, 99), min_size=1, max_size=3, unique=True),
)
def test_no_band_is_told_that_some_answers_reach(weights, minimums):
    asked = [scale_question(f"S-{i}", weight) for i, weight in enumerate(weights)]
    bands = [Band(name="b0", minimum=0, colour="red")]
    bands += [Band(name=f"b{i}", minimum=m, colour="red") for i, m in enumerate(sorted(minimums), 1)]
    whole = questionnaire(*asked, bands=tuple(bands), scales={"s": LEVELS})
    told = {bands[fault.path[1]].name for fault in unreachable_bands(Outline(whole))}
    for values in product([1, 2, 3], repeat=len(asked)):
        card = score(whole, {q.key: answer(v) for q, v in zip(asked, values, strict=True)})
        assert card.overall.band not in told
