"""Whom a version changes something for, with the mark of what that is, and who is asked."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import touched_agreements
from governance.blueprint.elements import ElementId
from governance.blueprint.kinds import ElementSpec, Role, Team
from governance.blueprint.references import references
from governance.models import ConsentAnswer, Membership, RoleAssignment
from governance.selectors.change_rules import agreeing_roles, deciding_type

Part = ConsentAnswer.Part
ROLE, TEAM = Role.__name__, Team.__name__


@dataclass(frozen=True, slots=True)
class Changed:
    """What a version changes for somebody: its mark, and what they have to learn for it."""

    mark: str
    needs: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Wanted:
    """Somebody who is asked in a round: why, in which roles, and the mark of what changes."""

    part: str
    roles: dict[str, None] = field(default_factory=dict)
    mark: str = ""


def changed_for(before: Blueprint, after: Blueprint) -> dict[int, Changed]:
    """Active people for whom something changes between two models, by id; two queries."""
    by_role, by_team = _touching(before, after)
    items: dict[int, set[ElementId]] = defaultdict(set)
    for person, role in _holders(by_role).items():
        for key in role:
            items[person] |= by_role[key]
    rows = Membership.objects.filter(
        team__key__in=by_team, person__active=True, valid__contains=clock.now()
    )
    for person, key in rows.values_list("person_id", "team__key"):
        items[person] |= by_team[key]
    hashes = after.hashes()
    return {
        person: Changed(_mark(touched, hashes), _needs(before, after, touched))
        for person, touched in items.items()
    }


def _mark(items: Iterable[ElementId], hashes: Mapping[ElementId, bytes]) -> str:
    said = ((kind, key, hashes.get((kind, key), b"").hex()) for kind, key in sorted(items))
    return hashlib.sha256(repr(list(said)).encode()).hexdigest()


def _touching(
    before: Blueprint, after: Blueprint
) -> tuple[dict[str, set[ElementId]], dict[str, set[ElementId]]]:
    """Elements that differ, by the roles and by the teams they are or name on either side."""
    old, new = before.hashes(), after.hashes()
    by_role: dict[str, set[ElementId]] = defaultdict(set)
    by_team: dict[str, set[ElementId]] = defaultdict(set)
    for item in old.keys() | new.keys():
        if old.get(item) == new.get(item):
            continue
        for bp in (before, after):
            for kind, key in _named(bp, item):
                (by_role if kind == ROLE else by_team)[key].add(item)
    return by_role, by_team


def _named(bp: Blueprint, item: ElementId) -> set[ElementId]:
    if item not in bp:
        return set()
    spec: ElementSpec = bp.get(*item)
    found = {(one.kind, one.key) for one in references(spec)} | {item}
    return {one for one in found if one[0] in (ROLE, TEAM)}


def _needs(before: Blueprint, after: Blueprint, items: Iterable[ElementId]) -> dict[str, int]:
    """Skills that roles among these elements need, or need better, than before."""
    found: dict[str, int] = {}
    for kind, key in items:
        spec = after.peek(Role, key) if kind == ROLE else None
        if spec is None:
            continue
        former = before.peek(Role, key)
        known = {need.skill: need.level for need in former.skills} if former else {}
        for need in spec.skills:
            if need.level > known.get(need.skill, 0):
                found[need.skill] = max(found.get(need.skill, 0), need.level)
    return found


def _holders(roles: Iterable[str]) -> dict[int, set[str]]:
    """Roles among these that active people hold now, by person; one query."""
    rows = RoleAssignment.objects.filter(
        role__key__in=set(roles), person__active=True, valid__contains=clock.now()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for person, role in rows.values_list("person_id", "role__key"):
        found[person].add(role)
    return found


def wanted_in(before: Blueprint, after: Blueprint) -> dict[int, Wanted]:
    """Everybody who is asked about a version, by id.

    Those it changes something for, who hold a role that must agree by the rules in force, and the
    leads of both sides of each agreement it touches.
    """
    found = {
        pk: Wanted(Part.AFFECTED, {}, one.mark) for pk, one in changed_for(before, after).items()
    }
    leads = {one.role for one in touched_agreements(before, after) if one.role}
    for person, roles in _holders(leads).items():
        found.setdefault(person, Wanted(Part.INVITED)).roles.update(dict.fromkeys(sorted(roles)))
    decided_as = deciding_type(before)
    agreeing = agreeing_roles(before, decided_as) if decided_as else []
    for person, roles in _holders(agreeing).items():
        one = found.setdefault(person, Wanted(Part.AGREE))
        one.part, one.roles = Part.AGREE, dict.fromkeys(sorted(roles))
    return found
