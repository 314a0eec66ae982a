"""Who is asked about a version: whom it changes something for, who must agree, who signs."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from esm.common import clock
from governance.blueprint.consent import touched_agreements
from governance.models import ConsentAnswer, ModelVersion, RoleAssignment
from governance.selectors.change_rules import agreeing_roles, deciding_type
from governance.selectors.impact import changed_for, impact_of

Part = ConsentAnswer.Part


@dataclass(slots=True)
class Wanted:
    """Somebody who is asked in a round: why, in which roles, and the mark of what changes."""

    part: str
    roles: dict[str, None] = field(default_factory=dict)
    mark: str = ""


def _holders(roles: Iterable[str]) -> dict[int, set[str]]:
    """Roles among these that active people hold now, by person; one query."""
    rows = RoleAssignment.objects.filter(
        role__key__in=set(roles), person__active=True, valid__contains=clock.now()
    )
    found: dict[int, set[str]] = defaultdict(set)
    for person, role in rows.values_list("person_id", "role__key"):
        found[person].add(role)
    return found


def wanted_in(version: ModelVersion, former: ModelVersion) -> dict[int, Wanted]:
    """Everybody who is asked about a version, by id.

    Those it changes something for, who hold a role that must agree by the rules in force, and the
    leads of both sides of each agreement it touches.
    """
    impact = impact_of(version, former)
    before, after = impact.before, impact.after
    mine = changed_for(impact)
    found = {pk: Wanted(Part.AFFECTED, {}, one.mark) for pk, one in mine.items()}
    leads = {one.role for one in touched_agreements(before, after) if one.role}
    for person, roles in _holders(leads).items():
        found.setdefault(person, Wanted(Part.INVITED)).roles.update(dict.fromkeys(sorted(roles)))
    decided_as = deciding_type(before)
    agreeing = agreeing_roles(before, decided_as) if decided_as else []
    for person, roles in _holders(agreeing).items():
        one = found.setdefault(person, Wanted(Part.AGREE))
        one.part, one.roles = Part.AGREE, dict.fromkeys(sorted(roles))
    return found
