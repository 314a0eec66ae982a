"""The other ways in which a check finds something, each with its sentence."""

from decimal import Decimal

import pytest

from governance.blueprint.lint.facts import SkillHeld, TeamFacts
from tests.governance.lint import cases_flow, cases_people
from tests.governance.lint.cases_people import ACTS, program, stream, system, trial
from tests.governance.lint.clinic import PATH, Clinic


def vacated(role):
    return lambda clinic: clinic.vacates(role)


def body_of_one(clinic):
    """A body decides whose only member nobody holds."""
    clinic.add("Role", "chaplain", name="Chaplain", purpose="Comfort", category="line",
               accountabilities=["Comforts"])  # fmt: skip
    board = {"name": "Care", "members": ["chaplain"], "chair": "chaplain", "quorum": 1}
    clinic.add("GovernanceBody", "care", rhythm="weekly", **board)
    asks = {"question": "Call the family", "unit": "none", "latency_s": "4 h"}
    clinic.add("DecisionType", "call", **asks)
    clinic.right("call-by-care", None, kind="call", body="care")
    clinic.right("call-advice", "ward-nurse", "recommend", kind="call")
    clinic.right("call-at-once", "head-nurse", kind="call", pre_authorised=True)


def skilled_stage(clinic):
    clinic.add("Skill", "lens-measuring", name="Measuring lenses")
    needs = [{"skill": "lens-measuring", "level": 3, "headcount": count} for count in (2, 3)]
    clinic.stage("biometry", skills=needs)
    clinic.skills = [
        SkillHeld("sefora", "lens-measuring", 3),
        SkillHeld("jost", "lens-measuring", 5),
        SkillHeld("alva", "lens-measuring", 2),
    ]
    clinic.left.add("jost")
    clinic.vacates("eye-surgeon")
    clinic.holds("meret", "eye-surgeon")


def nobody_there(clinic):
    del clinic.teams["ward"]


def only_a_lead(clinic):
    clinic.teams["ward"] = TeamFacts(leads=frozenset({"gion"}))


def no_words(clinic):
    clinic.edit("Role", "ward-nurse", purpose=" ", accountabilities=[])


def late_measure(clinic):
    trial(**{"days-to-theatre": None})(clinic)
    clinic.edit("Measure", "days-to-theatre", baseline=None, owner_role=None)


def unnamed_workflow(clinic):
    """Two workflows have a stage of that key; a support that names none is of both."""
    clinic.copy(*PATH, "night-path")
    support = {"stage": "cover-check", "mode": "records"}
    system("one", support, {**support, "workflow": PATH[1]}, name="One")(clinic)
    system("two", {**support, "workflow": "night-path"}, name="Two", lifecycle="contain")(clinic)
    system("three", support, name="Three", lifecycle="idea")(clinic)
    clinic.add("Benefit", "better", title="Better", promise_kind="other", technology="three",
               measures=["days-to-theatre"])  # fmt: skip


def still_used(clinic):
    supports = [{"stage": key, "mode": "supports"} for key in ("biometry", "cover-check")]
    system("old-log", *supports, name="OldLog", lifecycle="retire")(clinic)


def advises_and_agrees(clinic):
    clinic.right("also-agrees", "claims-clerk", "agree")


def three_levels(clinic):
    """The third band is compared with the highest level below it, not with the one next to it."""
    for role, level in (("practice-manager", 2), ("head-nurse", 3), ("medical-director", 2)):
        clinic.edit("Role", role, level=level)
    clinic.edit("DecisionRight", "cost-risk-large", min=9000)
    clinic.right("cost-risk-middle", "head-nurse", min=3000, max=9000)


def stream_for_nothing(clinic):
    """Nothing of the clinic serves anything."""
    clinic.edit("ValueStream", "referral-to-theatre", outcomes=[])


def no_measure(clinic):
    clinic.drop("Measure", "days-to-theatre")


def aimless(clinic):
    clinic.copy("Outcome", "seeing-soon", "calm", objectives=[], statement="All is calm")
    measure = {"outcome": "calm", "name": "Calm"}
    clinic.copy("Measure", "days-to-theatre", "calm", **measure)
    stream(outcomes=["calm"], name="Calm")(clinic)


def nothing_needed(clinic):
    clinic.edit("Offering", "planned-lens-surgery", we_need=[" "])


def vacant_sponsor(clinic):
    clinic.critical()
    clinic.edit("Role", "ward-nurse", min_holders=0)
    clinic.edit("ValueStream", "referral-to-theatre", sponsor_role="ward-nurse")
    clinic.vacates("ward-nurse")


def part_of_technology(clinic):
    """A department below one that runs technology belongs to it."""
    cases_people.catalogue(7, of=10)(clinic)
    clinic.edit("Department", "accounts", runs_technology=None, parent="nursing")
    clinic.edit("Department", "nursing", runs_technology=True)


CASES = [
    (vacated("claims-clerk"), ("PEO01", "blocker", "claims-clerk", ""),
     "Nobody holds Claims Clerk; it needs 1 at least. It alone answers for “Cover check”."),
    (vacated("head-nurse"), ("PEO01", "error", "head-nurse", ""),
     "Nobody holds Head Nurse; it needs 1 at least."),
    (body_of_one, ("PEO01", "blocker", "chaplain", ""),
     "Nobody holds Chaplain; it needs 1 at least. It alone decides “Call the family”."),
    (skilled_stage, ("PEO05", "error", "lens-surgery-path", "biometry/lens-measuring"),
     "“Biometry” needs “Measuring lenses” at level 3 from 2; 1 has it."),
    (nobody_there, ("PEO09", "error", "ward", ""),
     "Ward works on 1 stage and has no lead and no members."),
    (only_a_lead, ("PEO09", "error", "ward", ""), "Ward works on 1 stage and has no members."),
    (no_words, ("PEO10", "warning", "ward-nurse", ""),
     "Ward Nurse has no purpose and no accountabilities."),
    (system(owner_role=None), ("TEC02", "warning", "scan-store", ""), "ScanStore has no owner."),
    (late_measure, ("TEC03", "blocker", "scan-store", ""),
     "ScanStore is proposed with 1 measure without a baseline of what it will make better."),
    (unnamed_workflow, ("TEC05", "warning", "night-path", "cover-check"),
     "2 systems record “Cover check”: One and Two."),
    (still_used, ("TEC06", "error", "old-log", ""),
     "OldLog is about to go and still supports “Biometry” and 1 more."),
    (system("bot", ACTS, ACTS, emergent=True), ("TEC07", "blocker", "bot", ""),
     "ScanStore acts by itself in 2 places, and no policy or right says how far."),
    (program("medical-director"), ("TEC09", "blocker", "medical-director", "7"),
     "The program Claims link acts as Medical Director and may decide"
     " “Accept the risk of an unpaid bill” and 1 more."),
    (advises_and_agrees, ("GOV06", "warning", "accept-cost-risk", "also-agrees/recommend"),
     "Claims Clerk recommends “Accept the risk of an unpaid bill” and must agree to it as well."),
    (three_levels, ("GOV07", "warning", "accept-cost-risk", "cost-risk-large"),
     "“Accept the risk of an unpaid bill”: Medical Director (level 2) decides from 9,000 on, and"
     " Head Nurse (level 3) less than that."),
    (stream_for_nothing, ("VAL01", "error", "lens-surgery", ""),
     "“Lens surgery” serves no outcome, nor does its stream “Referral to theatre”."),
    (no_measure, ("VAL02", "error", "seeing-soon", ""),
     "No measure shows whether “A patient sees again within a month” comes true."),
    (late_measure, ("VAL02", "error", "days-to-theatre", ""),
     "“Days from referral to theatre” has no baseline, no owner."),
    (aimless, ("VAL04", "warning", "second", ""),
     "“Calm” serves no objective by its 1 outcome."),
    (nothing_needed, ("VAL08", "warning", "planned-lens-surgery", ""),
     "“Planned lens surgery” does not say what it needs from who asks."),
    (vacant_sponsor, ("ADO01", "error", "referral-to-theatre", ""),
     "“Referral to theatre” is critical, and nobody holds its sponsor Ward Nurse."),
    (part_of_technology, ("ADO03", "info", "lakeside", ""),
     "7 of 10 live services (70 %) are of departments that run technology; 60 % are the most."),
    (cases_flow.asked(p85_s=10 * cases_flow.DAY + 1),
     ("PRC09", "warning", "planned-lens-surgery", ""),
     "85 % of requests for “Planned lens surgery” took up to 10.1 business days; promised are 10."),
    (cases_flow.step(load=Decimal("0.9")), ("PRC19", "error", "lens-surgery-path", "biometry"),
     "The work of “Biometry” takes 90 % of the time its people have."),
    (cases_flow.decided(decided=20, p85_s=14_401),
     ("GOV14", "warning", "accept-cost-risk", "cost-risk-large"),
     "85 % of decisions on “Accept the risk of an unpaid bill” took up to 4.1 business hours;"
     " 4 are agreed."),
]  # fmt: skip


@pytest.mark.parametrize(("change", "subject", "sentence"), CASES)
def test_another_way(change, subject, sentence):
    clinic = Clinic()
    change(clinic)
    told = {(f.rule, f.severity, f.key, f.part): f.sentence for f in clinic.findings}
    assert told[subject] == sentence


def test_whoever_holds_the_role_that_leads_a_team_leads_it():
    clinic = Clinic()
    cases_people.without_lead(clinic)
    clinic.edit("Team", "ward", lead_role="practice-manager")
    assert clinic.findings == []
    clinic.edit("Role", "practice-manager", min_holders=0)
    clinic.vacates("practice-manager")
    assert "PEO09" in [one.rule for one in clinic.findings]


def test_what_two_answer_for_is_not_of_one_alone():
    clinic = Clinic()
    clinic.stage("cover-check", also_accountable_roles=["receptionist"])
    clinic.vacates("claims-clerk")
    assert [(one.rule, one.severity) for one in clinic.findings] == [
        ("PRC01", "blocker"),
        ("PEO01", "error"),
    ]


def test_proof_that_does_not_count_may_run_out():
    gone = cases_people.YESTERDAY
    clinic = Clinic()
    held = [("sefora", 3, None), ("gion", 3, None), ("alva", 2, gone), ("jost", 3, gone)]
    cases_people.need(2, *held)(clinic)
    clinic.left.add("jost")
    clinic.vacates("eye-surgeon")
    clinic.holds("meret", "eye-surgeon")
    assert clinic.findings == []


def test_bands_that_do_not_meet_ask_nobody_twice():
    clinic = Clinic()
    for number in range(4):
        low, high = number * 1000, (number + 1) * 1000
        clinic.right(f"agree-{number}", "head-nurse", "agree", min=low, max=high)
    clinic.right("advice-above", "head-nurse", "recommend", min=4000)
    assert clinic.findings == []


def test_what_is_allowed_beforehand_is_of_no_level_and_no_program_decides_it():
    clinic = Clinic()
    cases_people.levels(2, 3)(clinic)
    clinic.edit("Role", "claims-clerk", level=9)
    clinic.edit("DecisionRight", "cost-risk-small", min=100)
    clinic.right("cost-risk-none", "claims-clerk", max=100, pre_authorised=True)
    program("claims-clerk")(clinic)
    assert clinic.findings == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("PRC22", cases_flow.asked(fulfilled=20, followed=15)),
        ("PRC18", cases_flow.step(entered=1, skipped=29)),
    ],
)
def test_the_fewest_that_say_something(code, change):
    clinic = Clinic()
    change(clinic)
    assert [one.rule for one in clinic.findings] == [code]


def test_a_right_has_a_target_of_its_own():
    clinic = Clinic()
    clinic.edit("DecisionRight", "cost-risk-large", latency_s="8 h")
    cases_flow.decided(decided=20, p85_s=28_800)(clinic)
    assert clinic.findings == []
    cases_flow.decided(decided=20, p85_s=28_801)(clinic)
    assert [one.rule for one in clinic.findings] == ["GOV14"]
