"""What a change of the model means for roles, teams and persons."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.coverage import SkillHeld
from governance.blueprint.files import read_directory
from governance.blueprint.impact import (
    ASPECTS,
    NEVER,
    effects,
    mirror,
    persons,
    sentence,
)
from governance.blueprint.lint.facts import People, TeamFacts
from governance.blueprint.rights import Holding
from governance.blueprint.rights.findings import Standing
from tests.depth import examples
from tests.governance import small
from tests.governance.random_models import edited
from tests.support import CLINIC, DEMO

CLINIC_MODEL = read_directory(CLINIC / "model").elements
BAKERY = small.model().elements
AT = datetime(2026, 6, 1, 9, tzinfo=UTC)


def bakery(**changed):
    """The bakery with changed fields: ``DecisionRight__accept_small={"max": "200"}``."""
    specs = small.specs()
    for name, fields in changed.items():
        kind, _, key = name.partition("__")
        item = (kind, key.replace("_", "-"))
        if fields is None:
            del specs[item]
        else:
            specs[item] = {**specs.get(item, {}), **fields}
    return Blueprint.from_elements(small.model(content=specs).elements.values())


def stages(**changed):
    """The steps of the feast with changed fields, by key of the step."""
    flow = small.specs()["Workflow", "feast"]
    return {"stages": [{**one, **changed.get(one["key"], {})} for one in flow["stages"]]}


def said(before, after):
    """Receiver, degree and sentence of everything that is different."""
    return [(f"{e.receiver.key}", e.degree, sentence(e)) for e in effects(before, after)]


def test_a_band_that_moves_is_told_to_both_with_the_amount_and_the_other():
    after = bakery(
        DecisionRight__accept_small={"max": "60"}, DecisionRight__accept_middle={"min": "60"}
    )
    assert said(bakery(), after) == [
        (
            "buyer",
            4,
            "You no longer decide “Accept this order?” from €60 to below €100; "
            "from then on Head baker does.",
        ),
        (
            "head-baker",
            4,
            "You newly decide “Accept this order?” from €60 to below €100; until now Buyer did.",
        ),
    ]


def test_what_somebody_else_decides_from_an_amount_on():
    after = bakery(
        DecisionRight__accept_large={"role": "head-baker"},
        DecisionRight__accept_middle={"max": "1000"},
    )
    assert [text for _, _, text in said(bakery(), after)] == [
        "You newly decide “Accept this order?” from €1,000; until now Owner did.",
        "You no longer decide “Accept this order?” from €1,000; from then on Head baker does.",
    ]


def test_what_is_allowed_beforehand_and_what_nobody_decides():
    free = bakery(DecisionRight__accept_small={"role": None, "pre_authorised": True})
    assert said(bakery(), free) == [
        (
            "buyer",
            4,
            "You no longer decide “Accept this order?” below €100; "
            "from then on nobody has to be asked.",
        )
    ]
    gap = bakery(DecisionRight__accept_small=None)
    assert said(bakery(), gap)[0][2].endswith("from then on nobody does.")


def test_a_right_under_another_condition_keeps_on():
    agree = {
        "decision_type": "accept-order", "role": "buyer", "part": "agree", "when": "guests > 50",
    }  # fmt: skip
    before = bakery(DecisionRight__agreed=agree)
    after = bakery(DecisionRight__agreed={**agree, "when": ""})
    (one,) = [e for e in effects(before, after) if e.topic == "agree.when"]
    assert sentence(one) == (
        "You have to agree to “Accept this order?” now: always instead of guests is above 50."
    )


def test_steps_say_who_answers_how_long_and_on_which_days():
    after = bakery(
        Workflow__feast=stages(
            take={"accountable_role": "head-baker"},
            bake={"complete_s": "24 h", "batch_days": ["mon", "thu"]},
        )
    )
    assert said(bakery(), after) == [
        ("buyer", 4, "You no longer answer for the step “Take the order”; from then on Head baker "
                     "does."),
        ("head-baker", 4, "You newly answer for the step “Take the order”; until now Buyer did."),
        ("head-baker", 3, "“Bake” is now to be finished within: 3 working days instead of 8 h."),
        ("head-baker", 2, "“Bake” is now done on: Monday and Thursday instead of every working "
                          "day."),
        ("bakers", 3, "“Bake” is now to be finished within: 3 working days instead of 8 h."),
        ("bakers", 2, "“Bake” is now done on: Monday and Thursday instead of every working day."),
    ]  # fmt: skip


def test_both_sides_of_an_agreement_hear_of_it():
    criterion = {"key": "day", "text": "The day is given.", "kind": "field", "field": "day"}
    after = bakery(
        HandoffAgreement__counter_to_bakers={"respond_s": "1 h", "criteria": [criterion]}
    )
    assert {(key, text) for key, _, text in said(bakery(), after)} == {
        ("counter", "Bakers accepts what you hand over within 1 h instead of 2 h."),
        ("counter", "In your team you newly have to see to it before you hand over to Bakers: The "
                    "day is given, must hold, checked by the system."),
        ("bakers", "In your team you accept what comes from Counter within 1 h instead of 2 h."),
        ("bakers", "In your team you newly can count on it when work comes from Counter: The day "
                   "is given, must hold, checked by the system."),
    }  # fmt: skip


def test_where_one_belongs_when_one_works_and_what_one_answers_for():
    after = bakery(
        Role__buyer={"department": "oven", "accountabilities": ["Buys flour"]},
        Team__bakers={"lead_role": "head-baker"},
        Calendar__weekdays={"weekly": {**small.HOURS, "fri": ["09:00-13:00"]}},
        Service__big_order={"owner_role": "owner"},
        Technology__oven_one=None,
    )
    found = {(key, text) for key, _, text in said(bakery(), after)}
    assert found == {
        ("buyer", "Your role “Buyer” now belongs to Ovens instead of House."),
        ("buyer", "You newly answer for: Buys flour."),
        ("buyer", "You no longer own the service “Order for a feast”; from then on Owner does."),
        ("owner", "You newly own the service “Order for a feast”; until now Buyer did."),
        ("head-baker", "You newly lead the team Bakers."),
        ("head-baker", "You no longer own the system “Oven one”."),
        ("head-baker", "You no longer work with Oven one at: Bake."),
        ("bakers", "In your team you no longer work with Oven one at: Bake."),
        ("bakers", "Your team Bakers is now led by Head baker instead of nobody."),
        *(
            (team, f"Your team {name} now works Monday to Thursday 09:00-17:00; Friday "
                   "09:00-13:00 (Europe/Lisbon) instead of Monday to Friday 09:00-17:00 "
                   "(Europe/Lisbon).")
            for team, name in (
                ("counter", "Counter"), ("bakers", "Bakers"), ("night-bakers", "Night bakers"),
            )
        ),
    }  # fmt: skip


def test_a_role_that_begins_is_the_strongest_and_its_attributes_are_no_changes():
    after = bakery(Role__miller={"name": "Miller", "purpose": "So …", "category": "line"})
    assert said(bakery(), after) == [("miller", 5, "You newly hold a role “Miller”.")]


def test_the_same_is_nothing_and_a_name_is_no_weight():
    assert effects(bakery(), bakery()) == ()
    (one,) = said(bakery(), bakery(Role__buyer={"name": "Purchaser"}))
    assert one == ("buyer", 0, "Your role is now called “Purchaser” instead of “Buyer”.")


@given(data=st.data())
@settings(max_examples=examples(240), deadline=None)
def test_impact_of_a_change_and_of_its_inverse_mirror_each_other(data):
    model = data.draw(st.sampled_from([CLINIC_MODEL, BAKERY]))
    before, after = (
        Blueprint.from_elements(data.draw(edited(model)).values()).kept() for _ in range(2)
    )
    there, back = effects(before, after), effects(after, before)
    assert sorted(map(repr, back)) == sorted(repr(mirror(one)) for one in there)
    for one in there:
        assert mirror(mirror(one)) == one
        assert one.aspect in ASPECTS
        assert one.aspect not in NEVER
        assert 0 <= one.degree <= 5
        assert one.touches
        assert sentence(one)
        assert "{" not in sentence(one)


def test_the_demo_says_what_its_last_version_changed():
    before, after = (
        Blueprint.from_elements(read_directory(DEMO / f"om-{n}").elements.values()) for n in (2, 3)
    )
    found = {(one.receiver.key, one.degree, sentence(one)) for one in effects(before, after)}
    assert (
        "complaint-case-manager",
        4,
        "You no longer decide “Grant a customer a remedy” from €200 to below €250; "
        "from then on Customer Care Agent does.",
    ) in found
    assert len(effects(before, after)) == len(found) == 20


# --- persons ---


def people(holdings=(), teams=None, skills=()):
    """Who there is."""
    return People(Standing(AT, list(holdings), {}), teams or {}, list(skills))


@pytest.fixture(scope="module")
def shorter():
    """The step of the bakers is to be finished sooner, and takes a skill."""
    skill = {"Skill__kneading": {"name": "Kneading"}}
    need = {"skills": [{"skill": "kneading", "level": 3}], "complete_s": "4 h"}
    return effects(bakery(**skill), bakery(**skill, Workflow__feast=stages(bake=need)))


def test_role_and_team_bring_a_change_once(shorter):
    found = persons(
        shorter,
        people(
            [Holding("head-baker", "P-1")], {"bakers": TeamFacts(frozenset({"P-1", "P-2"}))}
        ),
    )  # fmt: skip
    told = [sentence(one) for one in found["P-1"].effects]
    assert told == [
        "“Bake” is now to be finished within: 4 h instead of 8 h.",
        "You newly need “Kneading” for “Bake”".replace("”", "”") + " at level 3.",
    ]
    assert [one.key for one in found["P-1"].through] == ["head-baker"]
    assert found["P-1"].mark == found["P-2"].mark
    assert "P-3" not in found


def test_who_can_already_is_missing_nothing(shorter):
    team = {"bakers": TeamFacts(frozenset({"P-1", "P-2", "P-3"}))}
    skills = [SkillHeld("P-1", "kneading", 3), SkillHeld("P-2", "kneading", 2)]
    found = persons(shorter, people((), team, skills))
    assert {key: [tuple(m) for m in mine.missing] for key, mine in found.items()} == {
        "P-1": [],
        "P-2": [("kneading", 3, 2)],
        "P-3": [("kneading", 3, 0)],
    }


def test_a_focus_on_another_stream_hears_nothing():
    after = bakery(Workflow__feast=stages(take={"complete_s": "2 h"}))
    found = persons(
        effects(bakery(), after),
        people(
            [
                Holding("buyer", "P-1", "stream", "flour-to-bread"),
                Holding("buyer", "P-2", "stream", "grain-to-flour"),
                Holding("buyer", "P-3"),
            ]
        ),
    )
    assert sorted(found) == ["P-1", "P-3"]


def test_what_goes_from_one_role_to_another_of_the_same_person_is_nothing_to_them():
    after = bakery(Service__big_order={"owner_role": "owner"})
    found = persons(
        effects(bakery(), after),
        people([Holding("buyer", "P-1"), Holding("owner", "P-1"), Holding("owner", "P-2")]),
    )
    assert sorted(found) == ["P-2"]


def test_the_mark_changes_with_what_is_told_and_with_nothing_else(shorter):
    team = {"bakers": TeamFacts(frozenset({"P-1"}))}
    skill = {"Skill__kneading": {"name": "Kneading"}}
    need = {"skills": [{"skill": "kneading", "level": 3}], "complete_s": "4 h"}
    others = bakery(
        **skill,
        Workflow__feast=stages(bake=need, take={"complete_s": "1 h"}),
    )
    longer = bakery(**skill, Workflow__feast=stages(bake={**need, "complete_s": "5 h"}))
    mark = persons(shorter, people((), team))["P-1"].mark
    assert persons(effects(bakery(**skill), others), people((), team))["P-1"].mark == mark
    assert persons(effects(bakery(**skill), longer), people((), team))["P-1"].mark != mark
