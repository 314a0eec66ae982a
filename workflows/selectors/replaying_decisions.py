"""Decisions of before asked again: with the rules they were made under and with other ones.

The same resolver with the facts of then. What would be different is by role, never by name.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.impact import words
from governance.blueprint.rights import Case, Resolution, Rules, resolve, rules_of
from governance.blueprint.rights.past import Past
from governance.models import Decision, Membership
from governance.selectors.past import past_between
from governance.selectors.resolving import party_of, scope_of
from governance.selectors.versions import blueprint
from workflows.models import Request

# Sorts of decisions, the gravest first; ``same`` is the rest.
ENDED, NOBODY, FREE, ASKED = "ended", "nobody", "free", "asked"
ROLE, PERSON, SAME = "role", "person", "same"
SORTS = (ENDED, NOBODY, FREE, ASKED, ROLE, PERSON)


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision that would have gone another way; roles in words."""

    pk: int
    request_id: int
    ref: str
    question: str
    at: datetime
    sort: str
    before: str
    after: str
    amount: object = None
    currency: str = ""


class Deciding:
    """Every decision asked twice: with the rules it was made under and with the new ones."""

    def __init__(
        self, after: Blueprint, decided: list[Decision], since: datetime, until: datetime
    ) -> None:
        self.after = after
        self.before = {pk: blueprint(pk) for pk in sorted({one.version_id for one in decided})}
        # A decision of the span may have been opened before it began.
        first = min((one.opened_at for one in decided), default=since)
        self.past: Past = past_between(first, until, after, *self.before.values())
        self.replayed = [one for one in decided if one.subject_kind == "request"]
        self.answers = _answers({one.subject_id for one in self.replayed})
        self.teams = _Teams(first, until)
        self.sorts: Counter[str] = Counter()
        self.rows: list[DecisionRow] = []
        self._same: dict[tuple[int, str], bool] = {}
        self._places: dict[tuple[object, ...], bool] = {}
        for one in self.replayed:
            self._look(one)

    def _look(self, one: Decision) -> None:
        bp = self.before[one.version_id]
        if (kinds.DecisionType.__name__, one.type_key) not in self.after:
            return self._told(one, ENDED, _whose(bp, self.asked(bp, one)), "")
        if self._alike(bp, one):
            self.sorts[SAME] += 1
            return None
        was, now = self.asked(bp, one), self.asked(self.after, one)
        sort = sort_of(was, now)
        if sort == SAME:
            self.sorts[SAME] += 1
            return None
        return self._told(one, sort, _whose(bp, was), _whose(self.after, now))

    def _told(self, one: Decision, sort: str, before: str, after: str) -> None:
        self.sorts[sort] += 1
        self.rows.append(
            DecisionRow(
                one.pk, one.subject_id, one.subject_ref, one.question, one.opened_at, sort, before,
                after, one.amount, one.currency,
            )
        )  # fmt: skip

    def _alike(self, bp: Blueprint, one: Decision) -> bool:
        """Whether both models say the same of a type, and of where this case lies."""
        mark = (one.version_id, one.type_key)
        if mark not in self._same:
            self._same[mark] = _same_rules(bp, self.after, one.type_key)
        return self._same[mark] and self._same_place(bp, one)

    def _same_place(self, bp: Blueprint, one: Decision) -> bool:
        """Whether a case lies in the same scope in both models; remembered for cases alike."""
        offering = self.answers.get(one.subject_id, {}).get("offering")
        mark = (*_told_of(one), offering)
        if mark not in self._places:
            scopes = [scope_of(m, *_where(m, one, self.answers)) for m in (bp, self.after)]
            self._places[mark] = scopes[0] == scopes[1]
        return self._places[mark]

    def asked(self, bp: Blueprint, one: Decision) -> Resolution:
        """Who decides it by the rules of a model and the facts of then."""
        rules = rules_of(bp, one.type_key)
        number, subject = one.pk, (one.subject_kind, one.subject_id)
        return resolve(self.past.inputs(rules, self._case(bp, rules, one), number, subject))

    def _case(self, bp: Blueprint, rules: Rules, one: Decision) -> Case:
        spec = bp.get(kinds.DecisionType, one.type_key)
        values = self.answers[one.subject_id]["data"] if one.subject_id in self.answers else {}
        scope = scope_of(bp, *_where(bp, one, self.answers))
        risk = str(values.get(spec.risk_field) or "") if spec.risk_field else ""
        if risk:
            scope["risk"] = risk
        whom = one.beneficiary_id or one.requester_id
        if rules.focused("team") and (own := self.teams.of(whom, one.opened_at)):
            scope["team"] = own
        return Case(
            at=one.opened_at,
            asked_at=one.opened_at,
            amount=one.amount,
            currency=one.currency,
            scope=scope,
            values=values,
            requester=f"P-{one.requester_id}",
            beneficiary=f"P-{one.beneficiary_id}" if one.beneficiary_id is not None else None,
            counterparty=party_of(spec, values),
        )


def _told_of(one: Decision) -> tuple[object, ...]:
    return one.version_id, one.type_key, one.department_key, one.service_key, one.team_id


def sort_of(was: Resolution, now: Resolution) -> str:
    """How two answers to one question differ."""
    if now.pre_authorised:
        return SAME if was.pre_authorised else FREE
    if was.pre_authorised:
        return ASKED
    if not now.deciders:
        return SAME if not was.deciders else NOBODY
    if (was.role, was.body) != (now.role, now.body):
        return ROLE
    same = {one.ref for one in was.deciders} == {one.ref for one in now.deciders}
    return SAME if same else PERSON


def _whose(bp: Blueprint, found: Resolution) -> str:
    """The role or body that decides, in words; "" where nobody is left."""
    if found.pre_authorised:
        return words.name(bp, "Role", found.role)
    if not found.deciders:
        return ""
    if found.body is not None:
        return words.name(bp, "GovernanceBody", found.body)
    return words.name(bp, "Role", found.role)


def _same_rules(one: Blueprint, other: Blueprint, key: str) -> bool:
    """Whether a type is decided by the same rules; of roles and bodies those count it may ask."""
    first, second = rules_of(one, key), rules_of(other, key)
    specs = (one.get(kinds.DecisionType, key), other.get(kinds.DecisionType, key))
    return (
        specs[0] == specs[1]
        and (first.kind, first.rights, first.last_resort, first.separations)
        == (second.kind, second.rights, second.last_resort, second.separations)
        and _asked(first) == _asked(second)
    )


def _asked(rules: Rules) -> tuple[object, ...]:
    bodies = {right.body for right in rules.rights if right.body is not None}
    roles = sorted(rules.role_keys())
    return (
        [rules.roles[key] for key in roles if key in rules.roles],
        [rules.bodies[key] for key in sorted(bodies)],
    )


def _answers(ids: set[int]) -> dict[int, dict[str, Any]]:
    rows = Request.objects.filter(pk__in=ids).values_list("pk", "data", "offering__key")
    return {pk: {"data": data, "offering": offering} for pk, data, offering in rows}


def _where(
    bp: Blueprint, one: Decision, answers: Mapping[int, dict[str, Any]]
) -> tuple[str, str, str]:
    """Department, service and team of a case; the team is that of the step in this model."""
    team = one.team.key if one.team is not None else ""
    offering = answers.get(one.subject_id, {}).get("offering")
    spec = bp.peek(kinds.Offering, offering)
    flow = bp.peek(kinds.Workflow, spec.workflow) if spec is not None else None
    named = {s.team for s in flow.stages if s.decision_type == one.type_key} if flow else set()
    if team not in named and len(named) == 1:
        team = next(iter(named)) or team
    return one.department_key, one.service_key, team


class _Teams:
    """In which team somebody was at a moment: the one they led, else their first."""

    def __init__(self, since: datetime, until: datetime) -> None:
        self.rows: dict[int, list[tuple[Any, str]]] | None = None
        self.since, self.until = since, until

    def of(self, person: int, at: datetime) -> str:
        """Key of the team; "" without one."""
        if self.rows is None:
            self.rows = {}
            names = ("person_id", "valid", "team__key")
            for pk, valid, key in Membership.objects.order_by("-is_lead", "pk").values_list(*names):
                self.rows.setdefault(pk, []).append((valid, key))
        return next((key for valid, key in self.rows.get(person, ()) if at in valid), "")
