"""Who decides, asked with the rules of a version and the facts of this moment."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.rights import (
    Acted,
    Acting,
    Case,
    Inputs,
    PartPlayed,
    Resolution,
    Rules,
    TraceStep,
    resolve,
    rules_of,
)
from governance.blueprint.rights import Person as Known
from governance.models import Decision, ModelVersion, Person
from governance.selectors.people import person_by_ref, teams_of
from governance.selectors.rights_facts import (
    acted_before,
    earlier_cases,
    facts_at,
    party_mark,
    rates_at,
)
from governance.selectors.versions import blueprint
from governance.selectors.wording import element_name


@dataclass(frozen=True, slots=True)
class Seated:
    """Somebody who decides, alone or with others; ``delegation_id`` of what was given to them."""

    person: Person
    role: str
    role_name: str
    stands_in_for: Person | None = None
    delegation_id: int | None = None


@dataclass(frozen=True)
class Answer:
    """A resolution with the persons behind its references and the whole trace to store.

    ``decider`` is whoever decides alone, or the first of several; ``at`` the moment it holds for.
    """

    resolution: Resolution
    seats: tuple[Seated, ...]
    role_name: str
    trace: list[dict[str, Any]]
    requester_excluded: bool
    at: datetime
    right_name: str = ""
    measure: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def decider(self) -> Person | None:
        """The person who decides, or the first of several; None when nobody is left or asked."""
        return self.seats[0].person if self.seats else None

    @property
    def stands_in_for(self) -> Person | None:
        """For whom the first of them acts."""
        return self.seats[0].stands_in_for if self.seats else None

    @property
    def decider_id(self) -> int | None:
        """The decider's id, or None when nobody is left or nobody is asked."""
        return self.decider.pk if self.decider else None

    @property
    def delegation_id(self) -> int | None:
        """Under which delegation it is theirs, where they act for whoever gave it to them."""
        return self.seats[0].delegation_id if self.seats else None

    @property
    def together(self) -> bool:
        """Whether several decide by votes."""
        return self.resolution.rule != "single"

    def part_name(self, part: PartPlayed) -> str:
        """What the role or body of a part is called in the version."""
        return self.names.get(part.right, part.role or part.body or "")

    def seat_of(self, person_id: int | None) -> Seated | None:
        """What a person decides as; None for who does not."""
        return next((seat for seat in self.seats if seat.person.pk == person_id), None)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One case for the resolver. ``asked_at`` is when what was split is counted from."""

    version: ModelVersion
    decision_type: str
    amount: Decimal | None
    currency: str = ""
    department: str = ""
    service: str = ""
    team: str = ""
    risk: str = ""
    requester: Person | None = None
    beneficiary: Person | None = None
    values: Mapping[str, Any] | None = None
    party: str | None = None
    asked_at: datetime | None = None
    decision: Decision | None = None


def answer(question: Question) -> Answer:
    """Ask the resolver. Raises UnknownElement for a type the version does not have."""
    bp = blueprint(question.version)
    spec = bp.get(kinds.DecisionType, question.decision_type)
    rules = rules_of(bp, question.decision_type)
    now = clock.now()
    asked_at = question.asked_at or now
    people = tuple(p for p in (question.requester, question.beneficiary) if p)
    facts = facts_at(rules, now)
    acted: tuple[Acted, ...] = ()
    decision_id = None
    if question.decision is not None:
        acted, decision_id = acted_before(rules, question.decision), question.decision.pk
    earlier = earlier_cases(rules, asked_at, people, decision_id)
    found = resolve(
        Inputs(
            rules=rules,
            case=_case(question, bp, spec, now, asked_at, acted, _own_team(question, rules)),
            people=facts.people | {p.ref: _told(p) for p in people},
            holdings=facts.holdings,
            absences=facts.absences,
            delegations=facts.delegations,
            rates=rates_at(rules, asked_at, question.currency, facts.delegations, earlier),
            earlier=earlier,
        )
    )
    steps = (_version_step(question.version), *found.trace)
    acting = found.decider
    return Answer(
        resolution=found,
        seats=tuple(_seated(one, bp, facts.rows) for one in found.deciders),
        role_name=_role_name(bp, acting.role if acting else found.role),
        trace=[asdict(step) for step in steps],
        requester_excluded=spec.requester_excluded,
        at=now,
        right_name=element_name(bp, "DecisionRight", found.right_key) if found.right_key else "",
        measure=rules.kind.measure,
        names={right.key: rules.name_of(right) for right in rules.rights},
    )


def looked_at(trace: Iterable[Mapping[str, Any]]) -> tuple[set[int], set[str]]:
    """Ids of persons and keys of roles that a trace passed: those an answer depends on."""
    persons: set[str] = set()
    roles: set[str] = set()
    for step in trace:
        data = step.get("data") or {}
        for name in ("person", "stand_in", "delegate"):
            if data.get(name):
                persons.add(str(data[name]))
        persons.update(str(ref) for ref in data.get("people") or ())
        if data.get("role"):
            roles.add(str(data["role"]))
        roles.update(str(key) for key in data.get("roles") or ())
    return {int(ref[2:]) for ref in persons if ref[2:].isdigit()}, roles


def answer_for(decision: Decision, values: Mapping[str, Any]) -> Answer:
    """Ask again for a decision: its pinned rules, its amount and scope, the holders of now."""
    return answer(
        Question(
            version=decision.version,
            decision_type=decision.type_key,
            amount=decision.amount,
            currency=decision.currency,
            department=decision.department_key,
            service=decision.service_key,
            team=decision.team.key if decision.team else "",
            requester=decision.requester,
            beneficiary=decision.beneficiary,
            values=values,
            party=decision.party,
            asked_at=decision.opened_at,
            decision=decision,
        )
    )


def party_of(spec: kinds.DecisionType, values: Mapping[str, Any]) -> str:
    """The mark of the counter-party that the answers name; "" where the type asks for none."""
    return party_mark(values.get(spec.party_field)) if spec.party_field else ""


def _own_team(question: Question, rules: Rules) -> str:
    """The team of whom it is for, asked where leaders of teams may decide: as with departments,
    it is theirs that counts and not the team that does the work."""
    person = question.beneficiary or question.requester
    if person is None or not rules.focused("team"):
        return ""
    own = teams_of(person.pk)
    return own[0].key if own else ""


def scope_of(bp: Blueprint, department: str, service: str, team: str) -> dict[str, str]:
    """Where a case lies, as far as the model tells; its risk stands in the answers."""
    service_spec = bp.peek(kinds.Service, service or None)
    team_spec = bp.peek(kinds.Team, team or None)
    found = {
        "department": department,
        "service": service,
        "team": team,
        "stream": service_spec.value_stream if service_spec else None,
        "category": service_spec.category if service_spec else None,
        "site": team_spec.site if team_spec else None,
    }
    return {name: key for name, key in found.items() if key}


def _case(
    question: Question,
    bp: Blueprint,
    spec: kinds.DecisionType,
    now: datetime,
    asked_at: datetime,
    acted: tuple[Acted, ...],
    own_team: str,
) -> Case:
    values = question.values or {}
    scope = scope_of(bp, question.department, question.service, question.team)
    risk = question.risk or (str(values.get(spec.risk_field) or "") if spec.risk_field else "")
    if risk:
        scope["risk"] = risk
    if own_team:
        scope["team"] = own_team
    return Case(
        at=now,
        asked_at=asked_at,
        amount=question.amount,
        currency=question.currency,
        scope=scope,
        values=values,
        requester=question.requester.ref if question.requester else None,
        beneficiary=question.beneficiary.ref if question.beneficiary else None,
        counterparty=party_of(spec, values) if question.party is None else question.party,
        acted=acted,
    )


def _version_step(version: ModelVersion) -> TraceStep:
    return TraceStep("version", f"The rules of {version.code} apply.", {"version": version.code})


def _told(person: Person) -> Known:
    return Known(person.ref, person.name, person.active)


def _seated(acting: Acting, bp: Blueprint, known: Mapping[str, Person]) -> Seated:
    person = _person(acting.ref, known)
    assert person is not None, acting.ref
    return Seated(
        person=person,
        role=acting.role,
        role_name=_role_name(bp, acting.role),
        stands_in_for=_person(acting.for_ref, known),
        delegation_id=int(acting.delegation) if acting.delegation else None,
    )


def _person(ref: str | None, known: Mapping[str, Person]) -> Person | None:
    if ref is None:
        return None
    return known.get(ref) or person_by_ref(ref)


def _role_name(bp: Blueprint, key: str | None) -> str:
    role = bp.peek(kinds.Role, key)
    return role.name if role else (key or "")
