"""Who may ask for an offering, in words, and whether somebody is among them."""

from dataclasses import dataclass

from catalog.policies import Asker, may_ask
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.policies import Verdict
from governance.selectors.people import role_keys, teams_of

Named = kinds.Department | kinds.Role | kinds.Site


@dataclass(frozen=True, slots=True)
class Audience:
    """Names of those who may ask; where a list is empty it narrows nothing."""

    departments: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()

    @property
    def everyone(self) -> bool:
        """Nobody is left out."""
        return not (self.departments or self.roles or self.sites)


def audience_of(bp: Blueprint, spec: kinds.Offering) -> Audience:
    """The names a version has for those who may ask."""

    def names(kind: type[Named], keys: tuple[str, ...]) -> tuple[str, ...]:
        found = [(key, bp.peek(kind, key)) for key in keys]
        return tuple(row.name if row else key for key, row in found)

    return Audience(
        names(kinds.Department, spec.audience),
        names(kinds.Role, spec.audience_roles),
        names(kinds.Site, spec.audience_sites),
    )


def asker_of(bp: Blueprint, person_id: int) -> Asker:
    """What decides whether somebody may ask: where they work and what they hold, now."""
    teams = teams_of(person_id)
    specs = [bp.peek(kinds.Team, team.key) for team in teams]
    return Asker(
        departments=frozenset(team.department.key for team in teams),
        roles=frozenset(role_keys(person_id)),
        sites=frozenset(spec.site for spec in specs if spec and spec.site),
    )


def verdict(bp: Blueprint, spec: kinds.Offering, person_id: int) -> Verdict:
    """May this person ask for an offering of a version?"""
    if audience_of(bp, spec).everyone:
        return Verdict(True)
    return may_ask(spec, asker_of(bp, person_id), audience_of(bp, spec))


def verdict_of_program(bp: Blueprint, spec: kinds.Offering, role_key: str) -> Verdict:
    """May a program that acts in this role ask for an offering, in whose name ever?

    The role must be one of those who may ask, its department too; a program works at no site.
    """
    role = bp.peek(kinds.Role, role_key)
    if role is None:
        return Verdict(False, f"The program acts in the role {role_key}, which the model has not.")
    asker = Asker(
        departments=frozenset({role.department} if role.department else ()),
        roles=frozenset({role_key}),
        sites=frozenset(spec.audience_sites),
    )
    if may_ask(spec, asker, audience_of(bp, spec)).ok:
        return Verdict(True)
    return Verdict(
        False,
        f"“{spec.name}” is not for the role “{role.name}” that the program acts in. An"
        " administrator lets it act in a role that may ask for it.",
    )
