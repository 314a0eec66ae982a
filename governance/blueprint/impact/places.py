"""Roles, teams, departments: what a role is, where one belongs, who leads, when and where."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.impact import words
from governance.blueprint.impact.claims import Claim, Place
from governance.blueprint.impact.effects import Aspect, Receiver
from governance.blueprint.impact.work import called
from governance.blueprint.kinds import Calendar, Department, GovernanceBody, Role, Team
from governance.blueprint.weeks import WEEK_DAYS

NOBODY = "nobody"
_FOCUS = {
    "none": "the whole organisation",
    "department": "one department each",
    "team": "one team each",
    "stream": "one value stream each",
}
_RULES = {
    "single": "one decides for all",
    "majority": "more than half",
    "unanimity": "everybody",
    "consent": "nobody against it",
}


def roles(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """What these roles are."""
    for key in keys:
        spec = bp.peek(Role, key)
        if spec is not None:
            yield from _role(bp, key, spec)


def _role(bp: Blueprint, key: str, spec: Role) -> Iterator[Claim]:
    one = Receiver("role", key)
    base = Claim(
        one, spec.name, "job_roles", Place("role", "Role", key), spec.name, mark="", degree=5,
        touches=(("Role", key),), anchors="",
    )  # fmt: skip
    yield base
    part = replace(base, anchors=None, anchor="")

    def of(topic: str, value: str, degree: int, **more: Any) -> Claim:
        place = Place(topic, "Role", key, more.pop("part", ""))
        return replace(part, place=place, value=value, degree=degree, **{"mark": None, **more})

    yield of("role.name", spec.name, 0)
    yield of("role.purpose", words.short(spec.purpose), 1, mark=spec.purpose)
    yield of("role.focus", _FOCUS[spec.focus], 2)
    home = words.name(bp, "Department", spec.department) or "no department"
    yield of("role.department", home, 4, mark=spec.department or "", aspect="reporting_structure")
    for text in spec.accountabilities:
        yield of("accountability", "", 3, part=text, what=words.short(text))
    for text in spec.domains:
        yield of("domain", "", 3, part=text, what=words.short(text))
    for need in spec.skills:
        yield replace(
            part, place=Place("skill", "Role", key, need.skill), degree=3, mark=None, anchor=None,
            what=words.name(bp, "Skill", need.skill), value=f"level {need.level}",
            level=(need.skill, need.level),
        )  # fmt: skip


def departments(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """Who heads these departments, for the head as for the roles and teams that belong there."""
    for key in keys:
        spec = bp.peek(Department, key)
        if spec is None:
            continue
        if spec.head_role is not None:
            one = Receiver("role", spec.head_role)
            yield _led(one, called(bp, one), Place("heads", "Department", key), spec.name)
        head = words.name(bp, "Role", spec.head_role) or NOBODY
        above = words.name(bp, "Department", spec.parent) or "no other department"
        for one in _belonging(bp, key):
            base = replace(
                _led(one, called(bp, one), Place("member", "Department", key), spec.name),
                anchor="", degree=4,
            )  # fmt: skip
            for topic, value, mark, degree in (
                ("department.name", spec.name, spec.name, 0),
                ("department.head", head, spec.head_role or "", 4),
                ("department.parent", above, spec.parent or "", 3),
            ):
                place = base.place._replace(topic=topic)
                yield replace(base, place=place, value=value, mark=mark, degree=degree)


def _belonging(bp: Blueprint, key: str) -> list[Receiver]:
    named = [Receiver("role", role) for role, r in bp.find(Role).items() if r.department == key]
    return named + [Receiver("team", t) for t, s in bp.find(Team).items() if s.department == key]


def _led(
    one: Receiver, name: str, place: Place, what: str, aspect: Aspect = "reporting_structure"
) -> Claim:
    return Claim(
        one, name, aspect, place, what, mark="", degree=4, touches=((place.kind, place.key),)
    )


def teams(bp: Blueprint) -> Iterator[Claim]:
    """Where every team belongs, who leads it, where it sits and when it works."""
    for key, spec in bp.find(Team).items():
        one = Receiver("team", key)
        base = replace(
            _led(one, spec.name, Place("team", "Team", key), spec.name, "job_roles"),
            degree=5, anchors="",
        )  # fmt: skip
        yield base
        if spec.lead_role is not None:
            lead = Receiver("role", spec.lead_role)
            yield _led(lead, called(bp, lead), Place("leads", "Team", key), spec.name)
        yield from _of_team(bp, key, spec, replace(base, anchors=None, anchor=""))


def _of_team(bp: Blueprint, key: str, spec: Team, base: Claim) -> Iterator[Claim]:
    def of(topic: str, value: str, mark: str, degree: int, aspect: Aspect, **more: Any) -> Claim:
        place = Place(topic, "Team", key)
        return replace(
            base, place=place, value=value, mark=mark, degree=degree, aspect=aspect, **more
        )

    yield of("team.name", spec.name, spec.name, 0, "job_roles")
    home = words.name(bp, "Department", spec.department)
    yield of("team.department", home, spec.department, 4, "reporting_structure")
    lead = words.name(bp, "Role", spec.lead_role) or NOBODY
    yield of("team.lead", lead, spec.lead_role or "", 4, "reporting_structure")
    site = words.name(bp, "Site", spec.site) or "no site"
    touches = (("Team", key), *((("Site", spec.site),) if spec.site is not None else ()))
    yield of("team.site", site, spec.site or "", 3, "location", touches=touches)
    if spec.calendar or spec.site or bp.keys("Organisation"):
        by = bp.team_calendar(key)
        hours = _hours(bp, by)
        where = (
            *touches,
            ("Calendar", by),
            *(("Organisation", k) for k in bp.keys("Organisation")),
        )
        yield of("team.hours", hours, hours, 2, "location", touches=where)
    limit = str(spec.wip_limit) if spec.wip_limit is not None else "any number of"
    yield of("team.limit", limit, limit, 1, "processes")
    measured = "measured" if spec.work_sessions else "not measured"
    yield of("team.sessions", measured, measured, 2, "performance_reviews")


def _hours(bp: Blueprint, key: str) -> str:
    spec = bp.peek(Calendar, key)
    if spec is None:
        return "no hours"
    found: list[tuple[str, list[str]]] = []
    for day in WEEK_DAYS:
        told = words.together(spec.weekly.get(day, ()))
        if found and found[-1][0] == told:
            found[-1][1].append(day)
        else:
            found.append((told, [day]))
    open_days = "; ".join(f"{_span(named)} {told}" for told, named in found if told)
    return f"{open_days} ({spec.zone.replace('_', ' ')})"


def _span(named: list[str]) -> str:
    first, last = words.days(named[:1]), words.days(named[-1:])
    return first if first == last else f"{first} to {last}"


def bodies(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """Who sits in these bodies, who chairs them, how they decide."""
    for key in keys:
        spec = bp.peek(GovernanceBody, key)
        if spec is None:
            continue
        if spec.chair is not None:
            one = Receiver("role", spec.chair)
            place = Place("chairs", "GovernanceBody", key)
            yield replace(_led(one, called(bp, one), place, spec.name), degree=3)
        for role in spec.members:
            one = Receiver("role", role)
            place = Place("seat", "GovernanceBody", key)
            base = replace(_led(one, called(bp, one), place, spec.name), degree=2)
            yield replace(base, anchors="")
            quorum = str(spec.quorum) if spec.quorum is not None else "nobody in particular"
            for topic, value in (
                ("seat.rule", _RULES[spec.rule]),
                ("seat.quorum", quorum),
                ("seat.rhythm", words.short(spec.rhythm) or "no fixed days"),
            ):
                yield replace(
                    base, place=place._replace(topic=topic), value=value, mark=None, degree=1,
                    anchor="",
                )  # fmt: skip
