"""May this person do this in the catalogue, and if not: which right is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from esm.events.actors import Actor
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.policies import RoleFacts, Verdict

NO_OWNER = "Only stewards and the owners of services see what people searched for in vain."
YES = Verdict(True)


@dataclass(frozen=True, slots=True)
class Asker:
    """Keys of the departments and sites somebody works in and of the roles they hold."""

    departments: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()


class Names(Protocol):
    """What those who may ask are called."""

    @property
    def roles(self) -> Sequence[str]: ...

    @property
    def sites(self) -> Sequence[str]: ...


def may_ask(spec: kinds.Offering, asker: Asker, names: Names) -> Verdict:
    """Pure: each list that names somebody must name the asker too."""
    if spec.audience and asker.departments.isdisjoint(spec.audience):
        return Verdict(False, f"“{spec.name}” is not offered to your department.")
    if spec.audience_roles and asker.roles.isdisjoint(spec.audience_roles):
        named = ", ".join(names.roles)
        return Verdict(False, f"“{spec.name}” is for people in these roles: {named}.")
    if spec.audience_sites and asker.sites.isdisjoint(spec.audience_sites):
        named = ", ".join(names.sites)
        return Verdict(False, f"“{spec.name}” is for people who work at: {named}.")
    return YES


def review_searches(facts: RoleFacts, roles: set[str], bp: Blueprint | None) -> Verdict:
    """Who answers for what is offered may see which words found nothing; ``roles`` are keys."""
    if facts.steward:
        return YES
    owning = {spec.owner_role for spec in bp.find(kinds.Service).values()} if bp else set()
    return YES if roles & owning else Verdict(False, NO_OWNER)


def observe_measure(actor: Actor, steward: bool, roles: set[str], owner: str) -> Verdict:
    """Who owns a measure says what was observed; ``roles`` are the keys the actor holds now."""
    if actor.kind == "system" or steward or (owner and owner in roles):
        return YES
    return Verdict(False, "Only who owns a measure, and stewards, record what was observed.")


def decide_benefit(actor: Actor, steward: bool, roles: set[str], owner: str) -> Verdict:
    """Who answers for a benefit decides what becomes of it; a person, never a program."""
    if actor.kind == "person" and (steward or (owner and owner in roles)):
        return YES
    return Verdict(
        False, "Only who answers for a benefit, and stewards, decide what becomes of it."
    )
