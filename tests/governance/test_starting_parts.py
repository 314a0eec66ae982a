"""A first model from few answers: what is written, read back, changed, and left to the editor."""

import pytest

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import NOTHING, lint
from governance.blueprint.remedies import after
from governance.blueprint.starting import LIKES, PARTS, Answers, Wrong

HOUSE = {
    "name": ["Tern Island Library"],
    "zone": ["Atlantic/Reykjavik"],
    "currency": ["isk"],
    "days": ["mon", "tue", "wed", "thu"],
    "hours": ["10:00-13:00, 14:00-18:00"],
    "head": ["Librarian in Chief"],
}
TEAMS = {
    "department-1": ["Reading room"],
    "team-1": ["Front desk"],
    "lead-1": ["Head of the desk"],
    "department-2": ["Stacks"],
    "team-2": ["Stack keepers"],
    "lead-2": ["Keeper of the stacks"],
}
DECIDING = {"role": ["librarian-in-chief"], "days": ["3"]}
AGREEMENT = {
    "respond": ["2"],
    "fields": ["what_do_you_need"],
    "sentence": ["The shelf mark is written down"],
    "reasons": ["No shelf mark\nLent to somebody else"],
}


def given(values):
    return {k: [v] if isinstance(v, str) else list(v) for k, v in values.items()}


def written(bp, part, answers):
    return after(bp, PARTS[part].edits(bp, Answers(answers)))


def service_answers(bp, like="provide"):
    return given(PARTS["service"].values(bp, like)) | {"name": ["A book from the stacks"]}


@pytest.fixture
def whole():
    bp = Blueprint.from_raw({})
    for part, answers in (("organisation", HOUSE), ("teams", TEAMS), ("deciding", DECIDING)):
        bp = written(bp, part, answers)
    bp = written(bp, "service", service_answers(bp))
    return written(bp, "agreement", AGREEMENT)


def test_each_part_is_missing_until_it_is_written():
    bp = Blueprint.from_raw({})
    assert {name: bool(part.missing(bp)) for name, part in PARTS.items()} == dict.fromkeys(
        PARTS, True
    )
    for name, answers in (("organisation", HOUSE), ("teams", TEAMS), ("deciding", DECIDING)):
        bp = written(bp, name, answers)
        assert PARTS[name].missing(bp) == []
    bp = written(bp, "service", service_answers(bp))
    assert PARTS["service"].missing(bp) == []
    assert PARTS["agreement"].missing(bp) == [
        "What Front desk and Stack keepers agree on “Provide it”."
    ]
    assert PARTS["agreement"].missing(written(bp, "agreement", AGREEMENT)) == []


def test_what_is_written_is_whole_and_keeps_its_shape(whole):
    assert whole.problems() == []
    workflow = whole.get("Workflow", "a-book-from-the-stacks")
    assert [(s.name, s.team, s.accountable_role, s.complete_s) for s in workflow.stages] == [
        ("Asked", None, None, None),
        ("Check what is needed", "front-desk", "head-of-the-desk", 8 * 3600),
        ("Provide it", "stack-keepers", "keeper-of-the-stacks", 24 * 3600),
        ("Done", None, None, None),
    ]
    calendar = whole.get("Calendar", "working-hours")
    assert (calendar.day_s, sorted(calendar.weekly)) == (7 * 3600, ["mon", "thu", "tue", "wed"])
    offering = whole.get("Offering", "a-book-from-the-stacks")
    assert offering.promise_s == 5 * 7 * 3600
    assert [(f.key, f.type) for f in offering.form.all_fields()] == [
        ("what_do_you_need", "text"),
        ("what_do_you_need_it_for", "textarea"),
        ("by_when", "date"),
    ]
    agreement = whole.get("HandoffAgreement", "front-desk-to-provide-it")
    assert (agreement.respond_s, agreement.signed_by) == (2 * 3600, ())
    assert [(c.kind, c.severity) for c in agreement.criteria] == [
        ("field", "must"),
        ("manual", "should"),
    ]
    right = whole.get("DecisionRight", "change-how-we-work-by-librarian-in-chief")
    assert (right.decision_type, right.role) == ("change-how-we-work", "librarian-in-chief")
    assert whole.organisation().currency == "ISK"


def test_what_is_found_in_it_is_what_only_people_can_settle(whole):
    """Both sides sign, and somebody says what it is for."""
    assert sorted((one.rule, one.severity) for one in lint(whole, NOTHING)) == [
        ("PRC07", "error"),
        ("VAL01", "error"),
        ("VAL04", "warning"),
    ]


@pytest.mark.parametrize("part", PARTS)
def test_going_back_and_saving_changes_nothing(whole, part):
    answers = given(PARTS[part].values(whole, ""))
    assert written(whole, part, answers).content_hash == whole.content_hash


def test_a_name_changes_and_its_key_stays(whole):
    bp = written(whole, "teams", TEAMS | {"team-2": ["Keepers below"]})
    assert bp.get("Team", "stack-keepers").name == "Keepers below"
    assert bp.keys("Team") == whole.keys("Team")
    bp = written(bp, "deciding", {"role": ["keeper-of-the-stacks"], "days": ["3"]})
    assert bp.keys("DecisionRight") == ["change-how-we-work-by-keeper-of-the-stacks"]


def test_what_the_editor_added_stays(whole):
    flow = whole.get("Workflow", "a-book-from-the-stacks").model_dump(mode="json")
    flow["stages"][1]["instructions"] = "Look into the catalogue first."
    bp = Blueprint.from_raw({one: whole.text(*one) for one in whole.ids()})
    bp = after(bp, (proposed("Workflow", "a-book-from-the-stacks", flow),))
    answers = service_answers(bp) | {"step-1": ["Look it up"]}
    stage = written(bp, "service", answers).get("Workflow", "a-book-from-the-stacks").stages[1]
    assert (stage.name, stage.instructions) == ("Look it up", "Look into the catalogue first.")


def proposed(kind, key, content):
    return type(PARTS["organisation"].edits(Blueprint.from_raw({}), Answers(HOUSE))[0])(
        kind, key, content
    )


def test_a_question_that_goes_takes_its_criterion_along_and_a_way_that_goes_its_agreement(whole):
    answers = service_answers(whole) | {"questions": ["Which shelf mark?\nBy when?"]}
    bp = written(whole, "service", answers)
    assert bp.problems() == []
    assert [c.kind for c in bp.get("HandoffAgreement", "front-desk-to-provide-it").criteria] == [
        "manual"
    ]
    turned = answers | {"team-1": ["stack-keepers"], "team-2": ["front-desk"]}
    bp = written(bp, "service", turned)
    assert bp.keys("HandoffAgreement") == []
    assert PARTS["agreement"].missing(bp) == [
        "What Stack keepers and Front desk agree on “Provide it”."
    ]


def test_what_has_grown_is_left_to_the_editor(whole):
    assert [part.grown(whole) for part in PARTS.values()] == [""] * len(PARTS)
    flow = whole.get("Workflow", "a-book-from-the-stacks").model_dump(mode="json")
    flow["stages"][2]["when"] = "by_when is present"
    bp = after(whole, (proposed("Workflow", "a-book-from-the-stacks", flow),))
    assert PARTS["service"].grown(bp) == "Its way has branches, decisions or more steps"


WRONG = [
    ("organisation", HOUSE | {"name": [" "]}, "name"),
    ("organisation", HOUSE | {"days": []}, "days"),
    ("organisation", HOUSE | {"hours": ["9 to 5"]}, "hours"),
    ("organisation", HOUSE | {"hours": ["09:00-12:00, 11:00-17:00"]}, "hours"),
    ("organisation", HOUSE | {"name": ["x" * 81]}, "name"),
    ("organisation", HOUSE | {"name": ["a\x00b"]}, "name"),
    ("teams", TEAMS | {"team-2": ["front DESK"]}, "team-2"),
    ("teams", TEAMS | {"lead-1": [""]}, "lead-1"),
    ("deciding", {"role": ["nobody"], "days": ["3"]}, "role"),
    ("deciding", {"role": ["librarian-in-chief"], "days": ["0"]}, "days"),
    ("agreement", AGREEMENT | {"respond": ["soon"]}, "respond"),
    ("agreement", AGREEMENT | {"fields": [], "sentence": [""]}, "fields"),
    ("agreement", AGREEMENT | {"reasons": ["\n"]}, "reasons"),
]


@pytest.mark.parametrize(("part", "answers", "field"), WRONG)
def test_a_wrong_answer_gets_a_sentence_at_its_field(whole, part, answers, field):
    with pytest.raises(Wrong) as refused:
        PARTS[part].edits(whole, Answers(answers))
    assert list(refused.value.errors) == [field]


def test_work_has_to_cross_over_once(whole):
    answers = service_answers(whole) | {"team-2": ["front-desk"]}
    with pytest.raises(Wrong) as refused:
        PARTS["service"].edits(whole, Answers(answers))
    assert list(refused.value.errors) == ["team-2"]


@pytest.mark.parametrize("like", LIKES)
def test_every_template_makes_a_whole_model(like):
    bp = Blueprint.from_raw({})
    for part, answers in (("organisation", HOUSE), ("teams", TEAMS), ("deciding", DECIDING)):
        bp = written(bp, part, answers)
    bp = written(bp, "service", service_answers(bp, like))
    bp = written(bp, "agreement", given(PARTS["agreement"].values(bp, "")))
    assert bp.problems() == []
    assert [part.missing(bp) for part in PARTS.values()] == [[]] * len(PARTS)
