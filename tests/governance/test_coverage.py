"""Coverage of skills and the test of an absence, without a database."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from governance.blueprint import coverage as core
from governance.blueprint.coverage import SkillHeld
from tests.governance.lint.clinic import HOLDS, Clinic

LENS, TALK = "lens-measuring", "sedation-talks"


def clinic():
    """The clinic in which a role needs two who measure, and a stage one who talks."""
    made = Clinic()
    made.add("Skill", LENS, name="Measuring lenses")
    made.add("Skill", TALK, name="Talking about sedation")
    made.edit("Role", "biometry-nurse", skills=[{"skill": LENS, "level": 3, "headcount": 2}])
    made.stage("sedation-talk", skills=[{"skill": TALK, "level": 2, "headcount": 1}])
    return made


def held(*rows):
    return core.levels_of(SkillHeld(*row) for row in rows)


BOTH = held(("sefora", LENS, 3), ("gion", LENS, 2), ("gion", TALK, 4), ("alva", LENS, 5))


def figures(rows):
    return [(r.need.place, r.need.part, r.required, r.able, r.here, r.gap, r.single) for r in rows]


def test_who_can_and_who_is_here():
    rows = core.coverage(clinic().blueprint, BOTH, away={"alva"})
    assert figures(rows) == [
        ("Biometry Nurse", LENS, 2, ("alva", "sefora"), ("sefora",), 0, False),
        ("Sedation talk", f"sedation-talk/{TALK}", 1, ("gion",), ("gion",), 0, True),
    ]
    assert [row.gap_here for row in rows] == [1, 0]
    assert core.share(rows) == 1


def test_the_share_is_of_heads_and_never_more_than_all():
    rows = core.coverage(clinic().blueprint, held(*((p, TALK, 5) for p in HOLDS.values())))
    assert [row.gap for row in rows] == [2, 0]
    assert core.share(rows) == Fraction(1, 3)
    assert core.share([]) is None


def test_a_stage_needs_what_its_role_needs():
    made = clinic()
    rows = core.coverage(made.blueprint, BOTH)
    stages = core.by_stage(made.blueprint, rows)
    skills = {stage: [r.need.need.skill for r in found] for (_, stage), found in stages.items()}
    assert skills == {"biometry": [LENS], "sedation-talk": [TALK]}


HOLDERS = {role: [person] for role, person in HOLDS.items()}


def without(person, **more):
    return core.without(clinic().blueprint, BOTH, more.pop("holders", HOLDERS), person, **more)


def test_one_absence_leaves_skills_roles_stages_and_decisions_uncovered():
    found = without("meret")
    assert found.missing == ()
    assert [(one.role, one.stages, one.decisions) for one in found.idle] == [
        ("medical-director", (), ("accept-cost-risk", "change-how-we-work"))
    ]
    found = without("gion")
    assert [(m.row.need.part, m.before, m.after) for m in found.missing] == [
        (f"sedation-talk/{TALK}", 0, 1)
    ]
    assert [(one.role, one.stages) for one in found.idle] == [
        ("head-nurse", ()),
        ("ward-nurse", (("lens-surgery-path", "sedation-talk"),)),
    ]
    assert without("nobody").nothing


def test_what_others_take_on_goes_on():
    assert without("gion", stood_in={"head-nurse"}).stood_in == ("head-nurse",)
    holders = {**HOLDERS, "ward-nurse": ["gion", "sefora"]}
    assert [one.role for one in without("gion", holders=holders).idle] == ["head-nurse"]
    both = without("gion", holders=holders, away={"sefora"})
    assert [one.role for one in both.idle] == ["head-nurse", "ward-nurse"]
    assert [one.role for one in without("sefora", holders=holders, away={"gion"}).idle] == [
        "biometry-nurse",
        "ward-nurse",
    ]


def test_a_body_waits_that_lacks_its_quorum():
    made = clinic()
    made.drop("DecisionRight", "how-we-work-by-director")
    roles = ["medical-director", "practice-manager", "head-nurse"]
    board = {"name": "Board", "chair": roles[0], "rhythm": "monthly", "members": roles}
    for quorum, decisions in ((2, ()), (3, ("change-how-we-work",))):
        made.add("GovernanceBody", "board", **board, quorum=quorum)
        made.right("how-we-work", None, kind="change-how-we-work", body="board")
        found = core.without(made.blueprint, BOTH, HOLDERS, "gion")
        assert [one.decisions for one in found.idle] == [decisions, ()]


PEOPLE = sorted(set(HOLDS.values()))
ROWS = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from([LENS, TALK]), st.integers(1, 5)), max_size=8
)


@given(rows=ROWS, away=st.sets(st.sampled_from(PEOPLE), max_size=3), person=st.sampled_from(PEOPLE))
def test_an_absence_never_covers_anything(rows, away, person):
    bp, levels, away = MADE.blueprint, held(*rows), away - {person}
    before, after = core.coverage(bp, levels, away), core.coverage(bp, levels, {*away, person})
    found = core.without(bp, levels, HOLDERS, person, away=away)
    missing = {one.row.need.part: one.after - one.before for one in found.missing}
    for was, now in zip(before, after, strict=True):
        assert now.gap_here - was.gap_here == missing.get(now.need.part, 0) >= 0
        assert was.able == now.able and was.gap <= was.gap_here
        assert set(was.here) == set(was.able) - away
    assert {one.role for one in found.idle} == {r for r, p in HOLDS.items() if p == person}


MADE = clinic()
