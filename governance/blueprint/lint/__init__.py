"""Judgements on a model. Each check is a pure function of the model and of what is known beside it.

A finding keeps its fingerprint while its subject lives, so that it can be waived and followed from
version to version. Higher apps add checks of their own through the registry of rules.
"""

from collections.abc import Collection, Iterable, Sequence

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId, Problem
from governance.blueprint.findings import SEVERITIES, Finding, Severity
from governance.blueprint.lint import (
    adoption,
    clocks,
    flow,
    flow_value,
    forms,
    handoffs,
    holders,
    people,
    process,
    rights,
    rights_parts,
    technology,
    value,
)
from governance.blueprint.lint.codes import CODES, Code
from governance.blueprint.lint.facts import NOTHING, Facts
from governance.blueprint.lint.rules import Rule, found

RULES: tuple[Rule, ...] = (
    *process.RULES,
    *handoffs.RULES,
    *forms.RULES,
    *clocks.RULES,
    *rights.RULES,
    *holders.RULES,
    *people.RULES,
    *technology.RULES,
    *rights_parts.RULES,
    *value.RULES,
    *adoption.RULES,
    *flow.RULES,
    *flow_value.RULES,
)
DANGLING = "MOD01"


def lint(bp: Blueprint, facts: Facts = NOTHING, more: Iterable[Rule] = ()) -> list[Finding]:
    """All findings, gravest first. Dangling references end the search: they are all it reports."""
    whole = bp.kept()
    found = _dangling(whole.problems())
    if not found:
        found = [one for rule in (*RULES, *more) for one in rule.findings(whole, facts)]
    return ordered(found)


def relint(
    bp: Blueprint,
    facts: Facts,
    before: Sequence[Finding],
    changed: Collection[ElementId],
    more: Iterable[Rule] = (),
) -> list[Finding]:
    """What `lint` finds after some elements were changed, added or removed, from what it found.

    Only rules that read one of their kinds are asked again. ``before`` must be all that was found
    with the same facts; where it tells of dangling references everything is looked at.
    """
    if any(one.rule == DANGLING for one in before):
        return lint(bp, facts, more)
    whole = bp.kept()
    dangling = _dangling(whole.problems(changed))
    if dangling:
        return ordered(dangling)
    kinds = {kind for kind, _ in changed}
    everything = (*RULES, *more)
    asked = {code for rule in everything if not rule.reads.isdisjoint(kinds) for code in rule.codes}
    rules = [rule for rule in everything if not asked.isdisjoint(rule.codes)]
    kept = [one for one in before if one.rule not in asked]
    return ordered([*kept, *(one for rule in rules for one in rule.findings(whole, facts))])


def _dangling(problems: Iterable[Problem]) -> list[Finding]:
    return [
        Finding(
            DANGLING,
            "blocker",
            problem.kind,
            problem.key,
            f"{problem.sentence[:1].upper()}{problem.sentence[1:]}.",
            "/".join(str(step) for step in problem.path),
        )
        for problem in problems
    ]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Gravest first, then by rule and subject."""
    return sorted(
        findings, key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.kind, f.key, f.part)
    )


def blockers(findings: Iterable[Finding]) -> list[Finding]:
    """Those that keep a version from being agreed."""
    return [finding for finding in findings if finding.severity == "blocker"]


__all__ = [
    "CODES",
    "NOTHING",
    "RULES",
    "SEVERITIES",
    "Code",
    "Facts",
    "Finding",
    "Rule",
    "Severity",
    "blockers",
    "found",
    "lint",
    "ordered",
    "relint",
]
