"""Findings of a model that need to know who holds its roles now: GOV12 and GOV13."""

from collections.abc import Iterable, Iterator

from esm.common import clock
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import DecisionRight, DecisionType, SodRule
from governance.blueprint.rights import Holding, Person, rules_of
from governance.blueprint.rights.findings import (
    MIN_RIGHTS,
    Standing,
    concentration,
    held_together,
)
from governance.models import RoleAssignment


def holding_findings(bp: Blueprint) -> list[Finding]:
    """Roles kept apart in one hand, rights in too few hands; one query, none where no rule asks."""
    return list(_found(bp))


def _found(bp: Blueprint) -> Iterator[Finding]:
    apart = {key: rule for key, rule in bp.find(SodRule).items() if rule.kind == "static"}
    deciding = [r for r in bp.find(DecisionRight).values() if r.part == "decide" and r.role]
    roles = {role for rule in apart.values() for role in (rule.a, rule.b)}
    if len(deciding) >= MIN_RIGHTS:
        roles |= {right.role for right in deciding if right.role}
    if not roles:
        return
    standing = standing_of(roles)
    for one in held_together(apart, standing):
        yield Finding("GOV12", "error", "SodRule", one.subjects[0], one.sentence, one.subjects[1])
    rules = [rules_of(bp, key) for key in bp.keys(DecisionType.__name__)]
    for one in concentration(rules, standing):
        organisation = bp.keys("Organisation")[0]
        ref = one.subjects[0]
        yield Finding("GOV13", "warning", "Organisation", organisation, one.sentence, ref)


def standing_of(roles: Iterable[str]) -> Standing:
    """Who holds these roles at this moment; one query."""
    at = clock.now()
    rows = RoleAssignment.objects.filter(
        role__key__in=set(roles), person__active=True, valid__contains=at
    )
    held, people = [], {}
    for row in rows.select_related("role", "person").order_by("pk"):
        ref = row.person.ref
        people[ref] = Person(ref, row.person.name)
        held.append(Holding(row.role.key, ref, row.focus_kind, row.focus_key, row.valid.lower))
    return Standing(at, held, people)
