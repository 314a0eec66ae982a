"""The organisation with its hours, two departments with a team each, and who changes the model."""

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import (
    Calendar,
    DecisionRight,
    DecisionType,
    Department,
    Organisation,
    Role,
    Team,
)
from governance.blueprint.kinds.organisation import day_intervals
from governance.blueprint.remedies.base import Edits, Proposed, changed, content_of
from governance.blueprint.starting.answers import (
    Answers,
    Wrong,
    code_for,
    fresh_in,
    fresh_key,
)
from governance.blueprint.starting.part import Part, Values
from governance.blueprint.weeks import WEEK_DAYS

WORK_DAYS = ("mon", "tue", "wed", "thu", "fri")
HOURS = "09:00-12:30, 13:00-17:30"
HEAD = "Managing Director"
SIDES = (1, 2)
LATENCY_DAYS = 5
MOST_DAYS = 60


# --- the organisation ---


def calendar_of(bp: Blueprint) -> Calendar | None:
    """The hours that count where nothing else is said."""
    if not bp.keys(Organisation.__name__):
        return None
    return bp.peek(Calendar, bp.organisation().default_calendar)


def day_seconds(bp: Blueprint) -> int:
    """How long a working day is."""
    found = calendar_of(bp)
    return found.day_s if found else 8 * 3600


def _house_values(bp: Blueprint, _: str) -> Values:
    calendar = calendar_of(bp)
    if calendar is None:
        return {"currency": "EUR", "days": list(WORK_DAYS), "hours": HOURS, "head": HEAD}
    house = bp.organisation()
    role = bp.peek(Role, house.last_resort)
    usual = next((spans for spans in calendar.weekly.values() if spans), ())
    return {
        "name": house.name,
        "zone": house.zone,
        "currency": house.currency,
        "days": [day for day in WEEK_DAYS if calendar.weekly.get(day)],
        "hours": ", ".join(usual),
        "head": role.name if role else "",
    }


def _house_edits(bp: Blueprint, answers: Answers) -> Edits:
    name = answers.text("name", "Write what the organisation is called.")
    zone = answers.text("zone", "Choose the time zone most people work in.")
    currency = answers.text("currency", "Write the currency in three letters, such as EUR.", 3)
    days = answers.several("days", WEEK_DAYS)
    head = answers.text("head", "Write what whoever leads the organisation is called.")
    if not days:
        answers.wrong("days", "Tick the days on which most people work.")
    spans = _spans(answers)
    answers.check()
    there = bp.keys(Organisation.__name__)
    old = bp.organisation() if there else None
    calendar = old.default_calendar if old else "working-hours"
    role = old.last_resort if old else fresh_key(fresh_in(bp, "Role", set()), head, "head")
    house = there[0] if there else fresh_key(lambda key: False, name, "organisation")
    before = content_of(bp, "Organisation", house) if old else {}
    hours = content_of(bp, "Calendar", calendar) if ("Calendar", calendar) in bp else {}
    leads = content_of(bp, "Role", role) if ("Role", role) in bp else _role(head, None)
    open_s = sum(end - start for start, end in day_intervals(spans))
    return (
        Proposed("Role", role, leads | {"name": head, "category": "executive"}),
        Proposed(
            "Calendar",
            calendar,
            {"name": "Working hours"}
            | hours
            | {"zone": zone, "weekly": dict.fromkeys(days, spans), "day_s": open_s},
        ),
        Proposed(
            "Organisation",
            house,
            before
            | {
                "name": name,
                "zone": zone,
                "currency": currency.upper(),
                "default_calendar": calendar,
                "last_resort": role,
            },
        ),
    )


def _spans(answers: Answers) -> list[str]:
    text = answers.text("hours", "Write the hours of a day, such as 09:00-12:30, 13:00-17:30.", 120)
    spans = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    try:
        day_intervals(spans)
    except ValueError as error:
        answers.wrong("hours", f"{str(error)[0].upper()}{str(error)[1:]}.")
    return spans


def _house_missing(bp: Blueprint) -> list[str]:
    return [] if calendar_of(bp) else ["Its name, its hours and who leads it."]


def _house_grown(bp: Blueprint) -> str:
    calendar = calendar_of(bp)
    if calendar and len({spans for spans in calendar.weekly.values() if spans}) > 1:
        return "The hours differ from day to day"
    return ""


def _role(name: str, department: str | None, team: str = "") -> dict[str, object]:
    whole = "what the whole organisation does"
    return {
        "name": name,
        "purpose": f"So that somebody answers for {team or whole}.",
        "department": department,
        "category": "line",
        "accountabilities": [f"Answers for {team or whole}"],
    }


# --- two departments with a team each ---


def departments_in_order(bp: Blueprint) -> list[str]:
    """Departments as they are listed."""
    found = bp.find(Department)
    return sorted(found, key=lambda key: (found[key].order, key))


def team_of(bp: Blueprint, department: str) -> str | None:
    """The first team of a department."""
    return next((k for k, team in bp.find(Team).items() if team.department == department), None)


def lead_of(bp: Blueprint, team: str) -> str | None:
    """The role that leads a team; the head of its department where none is named."""
    spec = bp.get(Team, team)
    return spec.lead_role or bp.get(Department, spec.department).head_role


def _teams_values(bp: Blueprint, _: str) -> Values:
    found: Values = {}
    for side, key in zip(SIDES, departments_in_order(bp), strict=False):
        team = team_of(bp, key)
        role = bp.peek(Role, (lead_of(bp, team) if team else bp.get(Department, key).head_role))
        found[f"department-{side}"] = bp.get(Department, key).name
        found[f"team-{side}"] = bp.get(Team, team).name if team else ""
        found[f"lead-{side}"] = role.name if role else ""
    return found


def _teams_edits(bp: Blueprint, answers: Answers) -> Edits:
    typed = [
        (
            answers.text(f"department-{side}", "Write what the department is called."),
            answers.text(f"team-{side}", "Write what its team is called."),
            answers.text(f"lead-{side}", "Write what whoever leads it is called, such as Head."),
        )
        for side in SIDES
    ]
    for field, which in (("department", 0), ("team", 1), ("lead", 2)):
        if typed[0][which] and typed[0][which].casefold() == typed[1][which].casefold():
            answers.wrong(f"{field}-2", "Both are called the same; give the second another name.")
    answers.check()
    edits: list[Proposed] = []
    known = departments_in_order(bp)
    made: set[str] = set()
    codes = {spec.code for spec in bp.find(Department).values()}
    for side, (department, team, lead) in zip(SIDES, typed, strict=True):
        old = known[side - 1] if len(known) >= side else None
        edits += _side(bp, old, (department, team, lead), (made, codes, side))
    return tuple(edits)


def _side(
    bp: Blueprint,
    old: str | None,
    names: tuple[str, str, str],
    beside: tuple[set[str], set[str], int],
) -> list[Proposed]:
    """A department, its team and the role that leads both."""
    (department, team, lead), (made, codes, side) = names, beside
    old_team = team_of(bp, old) if old else None
    old_role = lead_of(bp, old_team) if old_team else None
    if old_role is None and old:
        old_role = bp.get(Department, old).head_role
    key = old or fresh_key(fresh_in(bp, "Department", made), department, f"department-{side}")
    team_key = old_team or fresh_key(fresh_in(bp, "Team", made), team, f"team-{side}")
    role_key = old_role or fresh_key(fresh_in(bp, "Role", made), lead, f"lead-{side}")
    code = bp.get(Department, old).code if old else code_for(department, codes)
    made |= {key, team_key, role_key}
    codes.add(code)
    role = content_of(bp, "Role", role_key) if old_role else _role(lead, key, team)
    part = content_of(bp, "Department", key) if old else {"code": code, "order": side}
    group = content_of(bp, "Team", team_key) if old_team else {"department": key}
    return [
        Proposed("Role", role_key, role | {"name": lead}),
        Proposed("Department", key, part | {"name": department, "head_role": role_key}),
        Proposed("Team", team_key, group | {"name": team, "lead_role": role_key}),
    ]


def _teams_missing(bp: Blueprint) -> list[str]:
    known = departments_in_order(bp)
    found = []
    if len(known) < len(SIDES):
        found.append(f"{len(known)} of 2 departments." if known else "Two departments.")
    for key in known[: len(SIDES)]:
        name, team = bp.get(Department, key).name, team_of(bp, key)
        if team is None:
            found.append(f"A team of {name}.")
        elif lead_of(bp, team) is None:
            found.append(f"Who leads {bp.get(Team, team).name}.")
    return found


# --- who decides on changes of the model ---


def meta_type(bp: Blueprint) -> str | None:
    """The question about changes of the model itself."""
    types = bp.find(DecisionType)
    return next((key for key, one in types.items() if one.about == "model"), None)


def deciders_of(bp: Blueprint, question: str) -> list[str]:
    """Keys of the rights to decide on it."""
    rights = bp.find(DecisionRight)
    return [k for k, r in rights.items() if r.decision_type == question and r.part == "decide"]


def _deciding_values(bp: Blueprint, _: str) -> Values:
    question = meta_type(bp)
    if question is None:
        head = bp.organisation().last_resort if bp.keys("Organisation") else ""
        return {"role": head, "days": str(LATENCY_DAYS)}
    keys = deciders_of(bp, question)
    days = round(bp.get(DecisionType, question).latency_s / day_seconds(bp)) or 1
    role = bp.get(DecisionRight, keys[0]).role if keys else ""
    return {"role": role or "", "days": str(days)}


def _deciding_edits(bp: Blueprint, answers: Answers) -> Edits:
    role = answers.one_of("role", bp.keys("Role"), "Choose who decides.")
    ask = f"Write a number of working days from 1 to {MOST_DAYS}."
    days = answers.number("days", 1, MOST_DAYS, ask)
    answers.check()
    question = meta_type(bp) or "change-how-we-work"
    latency = days * day_seconds(bp)
    if ("DecisionType", question) in bp:
        asked = changed(bp, "DecisionType", question, latency_s=latency)
    else:
        spec = {
            "question": "Change how we work",
            "verb": "Agree",
            "about": "model",
            "unit": "none",
            "latency_s": latency,
        }
        asked = Proposed("DecisionType", question, spec)
    right = f"{question}-by-{role}"[:100]
    before = [Proposed("DecisionRight", k, None) for k in deciders_of(bp, question) if k != right]
    decide = {"decision_type": question, "role": role, "part": "decide"}
    old = content_of(bp, "DecisionRight", right) if ("DecisionRight", right) in bp else {}
    return (asked, *before, Proposed("DecisionRight", right, old | decide))


def _deciding_missing(bp: Blueprint) -> list[str]:
    question = meta_type(bp)
    if question is None or not deciders_of(bp, question):
        return ["Who decides when the way of working changes."]
    return []


def _deciding_grown(bp: Blueprint) -> str:
    question = meta_type(bp)
    several = question is not None and len(deciders_of(bp, question)) > 1
    return "Several decide, each on other changes" if several else ""


HOUSE = Part(_house_values, _house_edits, _house_missing, _house_grown)
TEAMS = Part(_teams_values, _teams_edits, _teams_missing)
DECIDING = Part(_deciding_values, _deciding_edits, _deciding_missing, _deciding_grown)

__all__ = ["DECIDING", "HOUSE", "TEAMS", "Wrong", "day_seconds", "lead_of", "team_of"]
