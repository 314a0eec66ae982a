"""What is wrong with the models of the demo, from the first to the fifth: what the story plants.

Of what happened there is nothing here, so checks on flow find nothing; who there is comes from
people.yaml. That file knows no delegations: those of the story stand here.
"""

from collections import defaultdict
from datetime import date, datetime

import pytest

from demo import world
from governance.blueprint.files import read_directory
from governance.blueprint.kinds import (
    Benefit,
    HandoffAgreement,
    Objective,
    Offering,
    Role,
    Service,
    Technology,
    ValueStream,
    Workflow,
)
from governance.blueprint.lint import Facts, lint
from governance.blueprint.lint.facts import People, ProgramFacts, SkillHeld, TeamFacts
from governance.blueprint.lint.gate import in_the_way
from governance.blueprint.paths import SILENT
from governance.blueprint.remedies import after as mended
from governance.blueprint.remedies import offer
from governance.blueprint.rights import Delegation, Holding, Person
from governance.blueprint.rights.findings import Standing
from governance.blueprint.weeks import first_week, resolve_instant

WEEK_ONE, ZONE = first_week(date(2026, 11, 23), 43), "Europe/Dublin"
BEGUN, ENDS = (resolve_instant({"week": week}, WEEK_ONE, ZONE) for week in (1, 5))
CIRCLE = tuple(
    Delegation(role, giver, delegate, BEGUN, ENDS, role, accepted_at=BEGUN)
    for role, giver, delegate in (
        ("asset-manager", "arno-petty", "viktor-halloran"),
        ("head-of-technology", "viktor-halloran", "arno-petty"),
    )
)


@pytest.fixture(scope="module")
def models():
    return {n: read_directory(world.HERE / f"om-{n}").blueprint for n in (1, 2, 3, 4, 5)}


def facts_of(week, delegations=(), day="mon"):
    """Who there is on a day of a week, the Monday, as people.yaml has it."""
    file = world.read_people_file(world.HERE / "people.yaml")
    at = datetime.fromisoformat(f"{day_of(week, day)}T12:00:00+00:00")

    def there(row):
        since, until = (resolve_instant(x, WEEK_ONE, ZONE) for x in (row.since, row.until))
        return (since is None or since <= at) and (until is None or at < until)

    people = {row.key: Person(row.key, row.name, True) for row in file.persons}
    held = [
        Holding(
            row.role,
            row.person,
            row.focus.kind if row.focus else "",
            row.focus.key if row.focus else "",
            resolve_instant(row.since, WEEK_ONE, ZONE),
        )
        for row in file.roles
        if there(row)
    ]
    members, leads = defaultdict(set), defaultdict(set)
    for row in file.persons:
        for team in row.teams if there(row) else ():
            members[team].add(row.key)
            if team in row.lead_of:
                leads[team].add(row.key)
    named = {
        row.person
        for row in file.absences
        if row.stand_in and resolve_instant(row.until, WEEK_ONE, ZONE) > at
    }
    return Facts(
        today=at.date(),
        people=People(
            standing=Standing(at, held, people),
            teams={k: TeamFacts(frozenset(v), frozenset(leads[k])) for k, v in members.items()},
            skills=[SkillHeld(row.person, row.skill, row.level) for row in file.skills],
            delegations=delegations,
            covered=frozenset(one.role for one in held if one.person in named),
            programs=[ProgramFacts(p.key, p.name, p.role) for p in file.service_accounts],
        ),
    )


def day_of(week, day):
    return resolve_instant({"week": week, "day": day}, WEEK_ONE, ZONE).date().isoformat()


def found(bp, facts):
    return sorted({(one.rule, one.key, one.part) for one in lint(bp, facts)})


# What both have; the third is better, not perfect.
INHERITED = {
    ("PEO01", "learning-coordinator", ""),
    ("PEO03", "vendor-master-data-clerk", ""),
    ("PEO05", "supplier-to-payment", "supplier-security/supplier-security-assessment"),
    ("PEO06", "security-risk-analyst", "iso-risk"),
    ("PRC05", "workplace-move", "network/badge-zones"),
    ("PRC06", "compliance-to-supplier-security", ""),
    ("PRC08", "workplace-move", ""),
    ("PRC11", "workplace-move", ""),
    ("PRC20", "supplier-to-payment", "payment"),
    ("PRC20", "workplace-move", "move-budget"),
    ("PRC20", "workplace-move", "physical-move"),
    ("PRC24", "care-to-classify", ""),
    ("TEC01", "old-scan", ""),
    ("TEC05", "supplier-to-payment", "vendor-record"),
    ("TEC07", "triage-mind", ""),
    ("GOV01", "accept-supplier-risk", "low"),
    ("VAL03", "lower-run-cost", ""),
    ("ADO01", "workplace-move", ""),
}
AS_FOUND = INHERITED | {
    ("PEO03", "access-governance-analyst", ""),
    ("PRC01", "complaint-to-resolution", "remedy"),
    ("PRC08", "complaint", ""),
    ("PRC08", "contract-review", ""),
    ("PRC08", "access-request", ""),
    ("PRC11", "contract-to-signature", ""),
    ("PRC12", "deal-desk-to-legal-review", "deviations"),
    ("PRC20", "complaint-to-resolution", "refund"),
    ("PRC20", "contract-to-signature", "signature"),
    ("GOV02", "accept-deviation", "medium"),
    ("GOV03", "grant-remedy", "grant-remedy-by-customer-experience-lead"),
    ("GOV04", "grant-remedy", "grant-remedy-by-complaint-case-manager"),
    ("GOV08", "quillmere", "arno-petty/viktor-halloran"),
    ("GOV11", "grant-access", ""),
    ("GOV12", "payables-and-treasury", "noor-haddan"),
    ("GOV13", "chief-financial-officer", "sign-contract-by-chief-financial-officer"),
    ("GOV21", "quillmere", ""),
    ("VAL01", "loan-instrument", ""),
    ("VAL02", "move-day-outage", ""),
}


def test_what_the_first_version_finds(models):
    assert found(models[1], facts_of(2, CIRCLE)) == sorted(AS_FOUND)


def test_what_is_left_in_the_third_version(models):
    assert found(models[3], facts_of(43)) == sorted(INHERITED)


# The second clerk comes in week 45, before the version takes effect.
REPAIRED_IN_FOUR = {
    ("PEO03", "vendor-master-data-clerk", ""),
    ("PEO05", "supplier-to-payment", "supplier-security/supplier-security-assessment"),
    ("PRC06", "compliance-to-supplier-security", ""),
    ("PRC20", "supplier-to-payment", "payment"),
    ("GOV01", "accept-supplier-risk", "low"),
}
REPAIRED_IN_FIVE = {
    ("PRC05", "workplace-move", "network/badge-zones"),
    ("PRC08", "workplace-move", ""),
    ("PRC20", "workplace-move", "move-budget"),
    ("PRC20", "workplace-move", "physical-move"),
    ("ADO01", "workplace-move", ""),
}
NO_OWNER = ("PRC11", "workplace-move", "")


def test_what_the_fourth_version_leaves(models):
    found_now = found(models[4], facts_of(46))
    assert found_now == sorted(INHERITED - REPAIRED_IN_FOUR)


def test_what_the_fifth_version_leaves(models):
    found_now = found(models[5], facts_of(46))
    assert found_now == sorted(INHERITED - REPAIRED_IN_FOUR - REPAIRED_IN_FIVE)


def test_before_the_second_clerk_comes_the_fourth_version_misses_one(models):
    before, after = models[3], models[4]
    facts = facts_of(43)
    known = {one.fingerprint for one in lint(before, facts)}
    way = in_the_way(before, after, known, lint(after, facts))
    assert [(one.rule, one.key) for one in way] == [("PEO01", "vendor-master-data-clerk")]


@pytest.mark.parametrize("number", [3, 4])
def test_only_the_owner_keeps_the_fifth_version_from_following(models, number):
    """And whichever role is named, that goes and nothing comes."""
    before, after, facts = models[number], models[5], facts_of(46)
    known = {one.fingerprint for one in lint(before, facts)}
    there = lint(after, facts)
    way = in_the_way(before, after, known, there)
    assert [(one.severity, one.rule, one.key, one.part) for one in way] == [("blocker", *NO_OWNER)]
    remedy = offer(after, way[0], facts.today)
    for role in ("value-stream-owner", "head-of-facilities"):
        owned = mended(after, remedy.edits(role))
        left = lint(owned, facts)
        assert found(owned, facts) == sorted(set(found(after, facts)) - {NO_OWNER})
        assert in_the_way(before, owned, known, left) == []


def test_who_signed_an_agreement_is_one_of_its_two_sides(models):
    """Nobody is planted among those who sign: each is a role of the model."""
    for number in (3, 4, 5):
        bp = models[number]
        for key, agreement in bp.find(HandoffAgreement).items():
            assert agreement.signed_by, (number, key)
            assert set(agreement.signed_by) <= set(bp.find(Role)), (number, key)


@pytest.mark.parametrize("number", [2, 3])
def test_a_later_version_passes_the_ratchet(models, number):
    facts = facts_of(27 if number == 2 else 40)
    before, after = models[number - 1], models[number]
    known = {one.fingerprint for one in lint(before, facts)}
    assert in_the_way(before, after, known, lint(after, facts)) == []


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_how_much_there_is(models, number):
    bp = models[number]
    streams = bp.find(ValueStream)
    assert sorted(one.code for one in streams.values() if one.code) == [
        f"VS{n}" for n in range(1, 7)
    ]
    services = bp.find(Service)
    assert len(services) == 38
    assert {one.service for one in bp.find(Offering).values()} == set(services)
    assert len(bp.find(Technology)) == 16
    assert sorted(one.code for one in bp.find(Objective).values()) == [f"O{n}" for n in range(1, 8)]
    assert {one.promise_kind for one in bp.find(Benefit).values()} == {
        "speed",
        "accuracy",
        "productivity",
        "efficiency",
        "other",
    }


# Hours to complete by the codes of the stages.
TARGETS = {
    ("employee-onboarding", 1): [8, 8, 16, 24, 16, 24, 8, 8],
    ("employee-onboarding", 3): [8, 8, 16, 24, 16, 24, 8, 8],
    ("supplier-to-payment", 1): [8, 16, 32, 16, 8, 8, 16, 16, 40],
    ("complaint-to-resolution", 2): [2, 4, 16, 16, 4, 16, 4],
    ("complaint-to-resolution", 3): [2, 4, 12, 12, 4, 8, 4],
    ("access-and-assets", 1): [2, 8, 8, 8, 8, 8, 4],
    ("access-and-assets", 2): [2, 4, 4, 4, 4, 4, 2],
    ("supplier-to-payment", 4): [8, 16, 32, 16, 8, 8, 16, 16, 24],
    ("workplace-move", 3): [16, 24, 40, 32, 8, 40, 16],
    ("workplace-move", 5): [16, 16, 16, 24, 8, 24, 8],
}


@pytest.mark.parametrize(("flow", "number"), TARGETS, ids=str)
def test_targets_of_the_streams(models, flow, number):
    stages = [one for one in models[number].get(Workflow, flow).stages if one.kind not in SILENT]
    assert [one.complete_s // 3600 for one in stages] == TARGETS[flow, number]


def test_about_a_hundred_and_twenty_people_hold_the_roles():
    file = world.read_people_file(world.HERE / "people.yaml")
    assert len(file.persons) == 121
    assert "learning-coordinator" not in {row.role for row in file.roles}
    assert all(row.teams for row in file.persons)
