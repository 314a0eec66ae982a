"""Checks on parts in decisions: too many who agree, levels upside down, domains of two."""

from collections import defaultdict
from collections.abc import Iterator

from governance.blueprint.bands import Scope, scope_of
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import DecisionRight, DecisionType, GovernanceBody, Role
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule

MAX_AGREE = 3
Named = list[tuple[str, DecisionRight]]


def _by_scope(bp: Blueprint, *parts: str) -> Iterator[tuple[str, Scope, Named]]:
    """Rights of some parts by type of decision and scope, in the order of their bands."""
    grouped: dict[tuple[str, Scope], Named] = defaultdict(list)
    for key, right in bp.find(DecisionRight).items():
        empty = right.max is not None and right.max <= (right.min or 0)
        if right.part in parts and not empty:
            grouped[right.decision_type, scope_of(right)].append((key, right))
    for (kind, scope), rights in sorted(grouped.items(), key=str):
        yield kind, scope, sorted(rights, key=lambda item: (item[1].min or 0, item[0]))


def _meet(one: DecisionRight, other: DecisionRight) -> bool:
    low = max(one.min or 0, other.min or 0)
    return all(right.max is None or low < right.max for right in (one, other))


def _name(bp: Blueprint, right: DecisionRight) -> str:
    if right.body is not None:
        return bp.get(GovernanceBody, right.body).name
    return bp.get(Role, right.role or "").name


@rule("GOV06", DecisionRight, DecisionType, Role, GovernanceBody)
def too_many_agree(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """At most three must agree to one thing, and nobody who has recommended it already."""
    for kind, _scope, rights in _by_scope(bp, "agree", "recommend"):
        question = bp.get(DecisionType, kind).question
        agreeing = [item for item in rights if item[1].part == "agree"]
        for key, right in agreeing:
            low = right.min or 0
            there = [o for _, o in agreeing if (o.min or 0) <= low and _meet(right, o)]
            if len(there) > MAX_AGREE:
                sentence = (
                    f"{len(there)} must agree to “{question}”: "
                    f"{', '.join(_name(bp, one) for one in there)}; {MAX_AGREE} are the most."
                )
                yield found("GOV06", DecisionType, kind, sentence, key)
                break
        asked = [right for _key, right in rights if right.part == "recommend"]
        for key, right in agreeing:
            whose = (right.role, right.body)
            if any((one.role, one.body) == whose and _meet(one, right) for one in asked):
                sentence = (
                    f"{_name(bp, right)} recommends “{question}” and must agree to it as well."
                )
                yield found("GOV06", DecisionType, kind, sentence, f"{key}/recommend")


@rule("GOV07", DecisionRight, DecisionType, Role)
def more_decided_lower(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Whoever decides the higher band is not lower in the house; roles without a level say nothing.

    What is allowed beforehand is of no level, and neither is what a body decides.
    """
    for kind, _scope, rights in _by_scope(bp, "decide"):
        above: tuple[int, str] | None = None
        for key, right in rights:
            role = bp.peek(Role, right.role)
            if role is None or role.level is None or right.pre_authorised:
                continue
            if above is not None and role.level < above[0]:
                sentence = (
                    f"“{bp.get(DecisionType, kind).question}”: {role.name} (level {role.level})"
                    f" decides from {right.min or 0:,f} on, and {above[1]} (level {above[0]})"
                    f" less than that."
                )
                yield found("GOV07", DecisionType, kind, sentence, key)
            elif above is None or role.level > above[0]:
                above = (role.level, role.name)


@rule("GOV20", Role)
def domains_of_two(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A domain is of one role; small and capital letters are the same."""
    owners: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for key, role in bp.find(Role).items():
        own = {text.strip().casefold(): text.strip() for text in role.domains}
        for part, domain in own.items():
            owners[part].append((key, role.name, domain))
    for part, roles in sorted(owners.items()):
        if len(roles) > 1:
            names = " and ".join(name for _, name, _ in roles)
            sentence = f"“{roles[0][2]}” is the domain of {len(roles)} roles: {names}."
            yield found("GOV20", Role, roles[0][0], sentence, part)


RULES = (too_many_agree, more_decided_lower, domains_of_two)
