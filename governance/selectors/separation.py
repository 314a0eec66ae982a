"""What is kept apart in one hand: each rule of the version in force with whom it concerns now.

A case is told of where a check of its decision barred somebody in the last 90 days; a near miss is
one where a rule only warned, so that the same person went on.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from esm.common import clock
from esm.common.errors import NotAllowed
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionType, Role, SodRule
from governance.blueprint.rights.findings import Standing, conflicts
from governance.models import Decision, ModelVersion, Person
from governance.selectors.decisions import DecisionRow, rows_of, visible_to
from governance.selectors.lint_facts import standing_of
from governance.selectors.people import Account, facts_for
from governance.selectors.versions import blueprint, published
from governance.selectors.wording import element_name

DAYS = 90
SHOWN = 20
# Checks of a decision that bar somebody: by a rule, or because it is their own case.
OWN = ("requester", "beneficiary")
BARRED, WARNED = "separated", "warned"


@dataclass(frozen=True, slots=True)
class Holds:
    """Somebody who holds both sides; ``since`` is when the second one began."""

    person: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Barred:
    """A case in which a check barred somebody, or warned of them, as the check said it."""

    row: DecisionRow
    said: str
    rule: str

    @property
    def decision(self) -> Decision:
        """The decision it was."""
        return self.row.decision


@dataclass(frozen=True)
class RuleRow:
    """A rule: its two sides in words, whom it concerns now, what it did lately.

    Without a key it is the rule of every type of decision: nobody decides their own case.
    """

    key: str
    static: bool
    sides: tuple[str, str]
    bars: bool
    types: tuple[str, ...] = ()
    control: str = ""
    holds: tuple[Holds, ...] = ()
    barred: tuple[Barred, ...] = ()
    near: tuple[Barred, ...] = ()

    @property
    def shown(self) -> tuple[Barred, ...]:
        """The latest cases, as many as a page holds."""
        return (self.barred + self.near)[:SHOWN]


@dataclass(frozen=True)
class Report:
    """All rules; ``unfilled`` are roles that nobody here could be given without a conflict."""

    version: ModelVersion | None
    rules: tuple[RuleRow, ...] = ()
    unfilled: tuple[str, ...] = ()

    @property
    def conflicts(self) -> int:
        """How many times somebody holds what is kept apart."""
        return sum(len(rule.holds) for rule in self.rules)

    @property
    def barred(self) -> int:
        """In how many checks somebody was barred."""
        return sum(len(rule.barred) for rule in self.rules)

    @property
    def near(self) -> int:
        """How many checks only warned."""
        return sum(len(rule.near) for rule in self.rules)


def may_see(user: Account) -> bool:
    """Stewards, auditors, administrators and executives; from the facts at hand."""
    facts = facts_for(user)
    return facts.steward or facts.auditor or facts.admin or facts.executive


def report(user: Account) -> Report:
    """Rules, conflicts and cases of decisions the viewer sees. Raises NotAllowed."""
    if not may_see(user):
        raise NotAllowed(
            "Stewards, auditors, administrators and executives see what is kept apart.",
        )
    version = published()
    if version is None:
        return Report(None)
    bp = blueprint(version)
    rules = bp.find(SodRule)
    static = {key: rule for key, rule in rules.items() if rule.kind == "static"}
    standing = standing_of({role for rule in static.values() for role in (rule.a, rule.b)})
    held: dict[str, list[Holds]] = defaultdict(list)
    for one in conflicts(static, standing):
        held[one.rule].append(Holds(standing.name(one.person), one.since))
    cases = _cases(user)
    found = [_row(bp, key, rule, held[key], cases) for key, rule in sorted(rules.items())]
    own = RuleRow("", False, ("requester or beneficiary", "decider"), bars=True,
                  barred=tuple(cases["", BARRED]))  # fmt: skip
    return Report(version, (own, *found), tuple(_unfilled(bp, static, standing)))


def _row(
    bp: Blueprint,
    key: str,
    rule: SodRule,
    held: Sequence[Holds],
    cases: Mapping[tuple[str, str], list[Barred]],
) -> RuleRow:
    return RuleRow(
        key=key,
        static=rule.kind == "static",
        sides=(side_words(bp, rule.a), side_words(bp, rule.b)),
        bars=rule.severity != "warning",
        types=tuple(element_name(bp, "DecisionType", str(one)) for one in rule.decision_types),
        control=rule.compensating_control,
        holds=tuple(held),
        barred=tuple(cases[key, BARRED]),
        near=tuple(cases[key, WARNED]),
    )


def side_words(bp: Blueprint, side: str) -> str:
    """A side of a rule in words: a role, a type of decision, or what somebody does."""
    if (role := bp.peek(Role, side)) is not None:
        return role.name
    if (kind := bp.peek(DecisionType, side)) is not None:
        return kind.question
    return side


def _unfilled(bp: Blueprint, static: Mapping[str, SodRule], standing: Standing) -> Iterator[str]:
    """Roles that everybody here who could be given them may not hold; one query."""
    against: dict[str, set[str]] = defaultdict(set)
    for rule in static.values():
        if rule.severity != "warning" and not rule.decision_types:
            against[rule.a].add(rule.b)
            against[rule.b].add(rule.a)
    if not against:
        return
    here = {person.ref for person in Person.objects.filter(active=True)}
    holders: dict[str, set[str]] = defaultdict(set)
    for one in standing.now():
        holders[one.role].add(one.person)
    for role in sorted(against):
        barred = set().union(*(holders[other] for other in against[role]))
        if here and here <= barred:
            yield side_words(bp, role)


def _cases(user: Account) -> Mapping[tuple[str, str], list[Barred]]:
    """Checks of the decisions opened in the last 90 days, by rule and whether it barred."""
    told = Q()
    for code in (*OWN, BARRED, WARNED):
        told |= Q(trace__contains=[{"code": code}])
    rows = visible_to(user).filter(told, opened_at__gte=clock.now() - timedelta(days=DAYS))
    decisions = list(rows.select_related("version").order_by("-opened_at", "-pk"))
    found: dict[tuple[str, str], list[Barred]] = defaultdict(list)
    for row in rows_of(decisions):
        for rule, code, said in dict.fromkeys(_steps(row.decision.trace)):
            found[rule, code].append(Barred(row, said, rule))
    return found


def _steps(trace: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for step in trace:
        if step["code"] in OWN:
            yield "", BARRED, step["text"]
        elif step["code"] in (BARRED, WARNED):
            yield step["data"].get("rule", ""), step["code"], step["text"]
