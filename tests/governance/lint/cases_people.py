"""Of each check on people, technology, rights, value and adoption: one that fails, one that
nearly does."""

from datetime import timedelta

from governance.blueprint.lint.facts import ProgramFacts, SkillHeld, TeamFacts
from tests.governance.lint.clinic import HOLDS, NOW, TODAY, Case

YESTERDAY = TODAY - timedelta(days=1)
LENS = {"skill": "lens-measuring", "level": 3}


def left(end=None):
    def change(clinic):
        clinic.holds("jost", "claims-clerk", end=end)
        clinic.holds("meret", "eye-surgeon")
        clinic.holdings = [
            one for one in clinic.holdings if (one.role, one.person) != ("eye-surgeon", "jost")
        ]
        clinic.left.add("jost")

    return change


def not_covered(*also):
    def change(clinic):
        clinic.critical()
        clinic.covered = (clinic.covered - {"claims-clerk"}) | set(also)

    return change


def roles_of_livia(count):
    def change(clinic):
        mine = {one.role for one in clinic.holdings if one.person == "livia"}
        more = [role for role in HOLDS if role not in mine]
        clinic.holds("livia", *more[: count - len(mine)])

    return change


def need(headcount, *held):
    """A role needs a skill, which some hold at a level until a day."""

    def change(clinic):
        clinic.add("Skill", "lens-measuring", name="Measuring lenses")
        clinic.edit("Role", "biometry-nurse", skills=[{**LENS, "headcount": headcount}])
        clinic.skills = [
            SkillHeld(person, "lens-measuring", level, until) for person, level, until in held
        ]

    return change


def without_lead(clinic):
    clinic.teams["ward"] = TeamFacts(frozenset({"gion"}))


def unused_team(clinic):
    clinic.copy("Team", "ward", "night-ward")


def system(key="scan-store", *supports, **fields):
    """A technology that is as it should be, but for some fields."""
    usual = {
        "name": "ScanStore",
        "kind": "application",
        "lifecycle": "adopted",
        "owner_role": "head-nurse",
        "no_strategy": "Every clinic has one",
        "supports": supports or [{"stage": "biometry", "mode": "informs"}],
    }
    return lambda clinic: clinic.add("Technology", key, **{**usual, **fields})


def trial(**measure):
    def change(clinic):
        system(lifecycle="trial")(clinic)
        clinic.add(
            "Benefit",
            "faster-scans",
            title="Scans are there at once",
            promise_kind="speed",
            technology="scan-store",
            measures=[*measure],
        )

    return change


def retiring(stage_or_service):
    def change(clinic):
        clinic.copy("Service", "lens-surgery", "old-lenses", lifecycle="retired")
        system("old-log", {**stage_or_service, "mode": "supports"}, lifecycle="retire")(clinic)

    return change


ACTS = {"stage": "biometry", "mode": "automates"}


def program(role):
    def change(clinic):
        clinic.programs = [ProgramFacts("7", "Claims link", role)]

    return change


def held_by_program(clinic):
    clinic.vacates("claims-clerk")
    program("claims-clerk")(clinic)


def agreeing(*roles):
    def change(clinic):
        for role in roles:
            clinic.right(f"agree-{role}", role, "agree")

    return change


def levels(manager, director):
    def change(clinic):
        clinic.edit("Role", "practice-manager", level=manager)
        clinic.edit("Role", "medical-director", level=director)

    return change


def domains(one, other):
    def change(clinic):
        clinic.edit("Role", "ward-nurse", domains=[one])
        clinic.edit("Role", "eye-surgeon", domains=[other])

    return change


def service(**fields):
    return lambda clinic: clinic.edit("Service", "lens-surgery", **fields)


def objective_above(clinic):
    new = {"code": "G0", "title": "A house people trust", "owner_role": "medical-director"}
    clinic.add("Objective", "trust", **new)
    clinic.edit("Objective", "short-waits", parent="trust")


def objective_aside(clinic):
    objective_above(clinic)
    clinic.edit("Objective", "short-waits", parent=None)


def stream(key="second", **fields):
    return lambda clinic: clinic.copy("ValueStream", "referral-to-theatre", key, **fields)


def not_offered(lifecycle):
    return lambda clinic: clinic.copy(
        "Service", "lens-surgery", "check-up", name="Check-up", lifecycle=lifecycle
    )


def critical_streams(limit):
    def change(clinic):
        clinic.critical()
        for number in range(3):
            stream(f"stream-{number}")(clinic)
        clinic.edit("Organisation", "lakeside", critical_limit=limit)

    return change


def catalogue(theirs, of):
    """So many services, some of them of a department that runs technology."""

    def change(clinic):
        clinic.edit("Department", "accounts", runs_technology=True)
        for number in range(of - 1):
            key = f"service-{number}"
            department = "accounts" if number < theirs else "surgery"
            clinic.copy("Service", "lens-surgery", key, department=department)
            clinic.copy("Offering", "planned-lens-surgery", key, service=key)

    return change


def past_review(day):
    return system(review_due=day)


ALL = {
    "PEO01": Case(
        lambda c: c.edit("Role", "claims-clerk", min_holders=2),
        held_by_program,
    ),
    "PEO02": Case(left(), left(end=NOW)),
    "PEO03": Case(not_covered(), not_covered("alva")),
    "PEO04": Case(roles_of_livia(7), roles_of_livia(6)),
    "PEO05": Case(
        need(2, ("sefora", 3, None), ("gion", 2, None)),
        need(2, ("sefora", 3, None), ("gion", 4, None)),
    ),
    "PEO06": Case(
        need(1, ("sefora", 3, None), ("gion", 2, None)),
        need(1, ("sefora", 3, None), ("gion", 3, None)),
    ),
    "PEO07": Case(
        need(1, ("sefora", 3, None), ("gion", 3, YESTERDAY)),
        need(1, ("sefora", 3, TODAY), ("gion", 3, YESTERDAY), ("gion", 3, TODAY)),
    ),
    "PEO09": Case(without_lead, unused_team),
    "PEO10": Case(
        lambda c: c.edit("Role", "ward-nurse", accountabilities=[" "]),
        lambda c: c.edit("Role", "ward-nurse", accountabilities=["Watches"]),
    ),
    "TEC01": Case(
        system(supports=[]),
        system(supports=[], lifecycle="retire"),
    ),
    "TEC02": Case(past_review(YESTERDAY), past_review(TODAY)),
    "TEC03": Case(trial(), trial(**{"days-to-theatre": None})),
    "TEC05": Case(
        system("scan-store", {"stage": "biometry", "mode": "records"}),
        system("scan-store", {"stage": "cover-check", "mode": "records"}),
    ),
    "TEC06": Case(retiring({"service": "lens-surgery"}), retiring({"service": "old-lenses"})),
    "TEC07": Case(
        system("adviser", ACTS, kind="ai_model"),
        system("adviser", ACTS, kind="ai_model", decision_types=["accept-cost-risk"]),
    ),
    "TEC08": Case(system(no_strategy=" "), system(no_strategy=" ", lifecycle="contain")),
    "TEC09": Case(program("practice-manager"), program("claims-clerk")),
    "GOV06": Case(
        agreeing("head-nurse", "eye-surgeon", "ward-nurse", "receptionist"),
        agreeing("head-nurse", "eye-surgeon", "ward-nurse"),
    ),
    "GOV07": Case(levels(3, 2), levels(2, 2)),
    "GOV20": Case(domains("Sedation", "sedation "), domains("Sedation", "Lenses")),
    "VAL01": Case(
        service(value_stream=None),
        service(value_stream=None, outcomes=["seeing-soon"]),
    ),
    "VAL02": Case(
        lambda c: c.edit("Measure", "days-to-theatre", target=None),
        lambda c: c.edit("Measure", "days-to-theatre", target=0),
    ),
    "VAL03": Case(objective_aside, objective_above),
    "VAL04": Case(stream(outcomes=[]), stream()),
    "VAL08": Case(not_offered("live"), not_offered("designed")),
    "ADO01": Case(
        lambda c: c.edit("ValueStream", "referral-to-theatre", criticality="critical"),
        lambda c: c.critical(),
    ),
    "ADO02": Case(critical_streams(None), critical_streams(4)),
    "ADO03": Case(catalogue(7, of=10), catalogue(6, of=10)),
}
