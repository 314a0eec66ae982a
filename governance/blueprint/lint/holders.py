"""Checks on who holds and gives rights today: GOV05, GOV08 to GOV10, GOV12, GOV13."""

from collections.abc import Iterable, Iterator

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    DecisionRight,
    DecisionType,
    GovernanceBody,
    Organisation,
    Role,
    SodRule,
)
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.rights import rules_of
from governance.blueprint.rights.findings import (
    RightsFinding,
    concentration,
    delegation_cycles,
    delegations_too_wide,
    held_together,
)


@rule("GOV05", DecisionRight, DecisionType, Role, people=True)
def deciders_vacant(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Somebody holds the role that decides."""
    assert facts.people is not None
    vacant: dict[str, bool] = {}
    for key, right in bp.find(DecisionRight).items():
        if right.part != "decide" or right.role is None or right.pre_authorised:
            continue
        if right.role not in vacant:
            vacant[right.role] = not facts.people.holders(right.role)
        if vacant[right.role]:
            role = bp.get(Role, right.role)
            question = bp.get(DecisionType, right.decision_type).question
            sentence = f"Nobody holds {role.name}, who decides “{question}”."
            yield found("GOV05", DecisionType, right.decision_type, sentence, key)


@rule("GOV08 GOV09 GOV10", DecisionRight, Organisation, people=True)
def delegations_amiss(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Delegations go in no circle, give no more than is held, and are not handed on."""
    assert facts.people is not None
    given, standing = facts.people.delegations, facts.people.standing
    roles = {key: right.role for key, right in bp.find(DecisionRight).items()}
    yield from _told(bp, delegation_cycles(given, standing))
    yield from _told(bp, delegations_too_wide(given, roles, standing))


@rule("GOV12", SodRule, people=True)
def held_in_one_hand(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Nobody holds two roles that a rule keeps apart."""
    assert facts.people is not None
    apart = {key: one for key, one in bp.find(SodRule).items() if one.kind == "static"}
    for one in held_together(apart, facts.people.standing):
        yield found("GOV12", SodRule, one.subjects[0], one.sentence, one.subjects[1])


@rule(
    "GOV13", DecisionRight, DecisionType, GovernanceBody, Organisation, Role, SodRule, people=True
)
def rights_in_few_hands(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """No person holds too large a share of all rights to decide."""
    assert facts.people is not None
    rules = [rules_of(bp, key) for key in bp.keys(DecisionType.__name__)]
    yield from _told(bp, concentration(rules, facts.people.standing))


def _told(bp: Blueprint, findings: Iterable[RightsFinding]) -> Iterator[Finding]:
    organisation = bp.keys(Organisation.__name__)
    for one in findings:
        subject = organisation[0] if organisation else ""
        yield found(one.rule, Organisation, subject, one.sentence, "/".join(one.subjects))


RULES = (deciders_vacant, delegations_amiss, held_in_one_hand, rights_in_few_hands)
