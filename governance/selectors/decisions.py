"""Decisions as their deciders see them: what waits, why it is theirs, what was decided before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from esm.common import clock
from esm.common.ui.amounts import money
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint, UnknownElement
from governance.blueprint.rights import narrowed, rules_of
from governance.models import AskedOpinion, Decision, ModelVersion, Person, Vote
from governance.registries import SubjectSummary, subject, subjects
from governance.selectors.comparable import Comparable, comparable, own_of_band
from governance.selectors.opinions import Said, asked_of, said_in
from governance.selectors.people import Account, facts_for, person_for
from governance.selectors.resolving import Answer, Question, answer, answer_for, scope_of
from governance.selectors.versions import blueprint
from governance.selectors.voting import (
    Round,
    any_of,
    has_said,
    may_answer,
    parts_of,
    round_of,
    took_part,
    votes_of,
    waits_for,
)

SOON = timedelta(hours=2)
RELATED = ("version", "requester", "stands_in_for", "delegation", "reverses")
TAKE_BACK = "Take it back"


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision with its subject and its type as the version it runs on names it."""

    decision: Decision
    subject: SubjectSummary
    code: str
    verb: str
    bulk_below: Decimal | None = None

    @property
    def several(self) -> bool:
        """Whether it may be decided together with others like it."""
        return not refused_in_bulk(self)

    @property
    def late(self) -> bool:
        """Past its moment."""
        return self.decision.due_at is not None and self.decision.due_at < clock.now()

    @property
    def soon(self) -> bool:
        """Ends within two hours."""
        due = self.decision.due_at
        return due is not None and due < clock.now() + SOON

    @property
    def name(self) -> str:
        """Code and question, such as «B01 Accept this order?»."""
        return f"{self.code} {self.decision.question}".strip()

    @property
    def takes_back(self) -> bool:
        """Whether it asks to take back another decision."""
        return self.decision.reverses_id is not None


def refused_in_bulk(row: DecisionRow) -> str:
    """Why a decision is not decided together with others; empty where it may be."""
    decision, below = row.decision, row.bulk_below
    if decision.together:
        return "Several persons decide it together; vote on it by itself."
    if row.takes_back:
        return "It takes back another decision; decide it by itself."
    if below is None or decision.amount is None:
        return "Decisions of this kind are taken one by one."
    if decision.amount >= below:
        limit = money(below, decision.currency)
        return f"Only amounts below {limit} are decided several at once; decide it by itself."
    return ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A part that a role plays beside the decider, and what was said in it."""

    part: str
    role: str
    key: str = ""
    said: tuple[Said, ...] = ()


@dataclass(frozen=True)
class DecisionDetail:
    """Everything the page of one decision shows."""

    row: DecisionRow
    role_name: str
    comparable: Comparable
    voices: tuple[Voice, ...] = ()
    may_decide: bool = False
    may_reverse: bool = False
    why_not: str = ""
    round: Round | None = None
    asked: tuple[AskedOpinion, ...] = ()
    votes: tuple[Vote, ...] = ()
    own: tuple[DecisionRow, ...] = ()
    onward: tuple[str, ...] = ()
    trace: tuple[dict[str, Any], ...] = field(default_factory=tuple)


def visible_to(user: Account) -> QuerySet[Decision]:
    """Decisions of the deciders, those they stand in for, the requesters and whom it is for.

    Stewards, auditors and executives see all of them, but for those on subjects hidden from them.
    """
    rows = Decision.objects.all()
    person = person_for(user)
    wanted = Q(pk__in=())
    if person is not None:
        asked = [
            Decision.objects.filter(requester=person).values("pk"),
            Decision.objects.filter(beneficiary=person).values("pk"),
        ]
        wanted = Q(pk__in=any_of(*parts_of(person.pk), *asked))
    if facts_for(user).sees_all_departments:
        for kind, known in subjects().items():
            theirs = Q(subject_kind=kind)
            if known.visible is not None:
                theirs &= Q(subject_id__in=known.visible(user))
            wanted |= theirs
    return rows.filter(wanted)


def find(user: Account, pk: int) -> Decision | None:
    """A decision this account may see; also an open one that became theirs a moment ago."""
    related = Decision.objects.select_related(
        "version",
        "requester",
        "decider",
        "stands_in_for",
        "decided_by",
        "team",
        "delegation",
        "reverses",
    )
    seen = visible_to(user).filter(pk=pk)
    found = related.filter(pk__in=seen.values("pk")).first()
    person = person_for(user)
    if found is not None or person is None:
        return found
    candidate = related.filter(pk=pk, state=Decision.State.OPEN).first()
    if candidate is None:
        return None
    # Without the answers a right that depends on them is not found: the sweep assigns it soon.
    return candidate if answer_for(candidate, {}).seat_of(person.pk) is not None else None


def inbox(person: Person) -> QuerySet[Decision]:
    """Open decisions that wait for this person, those that end soonest first."""
    rows = Decision.objects.filter(waits_for(person.pk), state=Decision.State.OPEN)
    related = rows.select_related(*RELATED)
    return related.order_by("due_at", "pk")


def put_off(person: Person) -> QuerySet[Decision]:
    """Open decisions of this person that wait for a later day, the nearest first."""
    rows = Decision.objects.filter(
        may_answer(person.pk), state=Decision.State.OPEN, deferred_until__gt=clock.now()
    )
    related = rows.select_related(*RELATED)
    return related.order_by("deferred_until", "pk")


def decided_by(person: Person) -> QuerySet[Decision]:
    """What this person decided, latest first."""
    rows = Decision.objects.filter(took_part(person.pk), state=Decision.State.DECIDED)
    related = rows.select_related(*RELATED)
    return related.order_by("-decided_at", "-pk")


def waiting(person: Person | None) -> QuerySet[Decision]:
    """Decisions that wait for this person, up to the bound of a badge, to be counted."""
    if person is None:
        return Decision.objects.none()
    rows = Decision.objects.filter(waits_for(person.pk), state=Decision.State.OPEN)
    return rows.order_by()[:100]


def rows_of(decisions: Sequence[Decision]) -> list[DecisionRow]:
    """Decisions with their subjects; one query per kind of subject."""
    by_kind: dict[str, set[int]] = {}
    for decision in decisions:
        by_kind.setdefault(decision.subject_kind, set()).add(decision.subject_id)
    summaries: dict[tuple[str, int], SubjectSummary] = {}
    for kind, pks in by_kind.items():
        for pk, found in subject(kind).summary(sorted(pks)).items():
            summaries[kind, pk] = found
    return [_row(decision, summaries) for decision in decisions]


def _row(decision: Decision, summaries: dict[tuple[str, int], SubjectSummary]) -> DecisionRow:
    spec = type_of(decision)
    known = summaries.get((decision.subject_kind, decision.subject_id))
    return DecisionRow(
        decision=decision,
        subject=known or SubjectSummary(title=decision.subject_ref),
        code=spec.code if spec else "",
        verb=TAKE_BACK if decision.reverses_id else spec.verb if spec else "Approve",
        bulk_below=spec.bulk_below if spec and decision.currency == (spec.currency or "") else None,
    )


def type_of(decision: Decision) -> kinds.DecisionType | None:
    """The type of a decision in the version it runs on."""
    return blueprint(decision.version).peek(kinds.DecisionType, decision.type_key)


def decision_detail(decision: Decision, person: Person | None) -> DecisionDetail:
    """One decision with the reason why it is whose, for somebody who may see it.

    ``may_decide`` is what is stored; deciding asks again at the moment of acting.
    """
    row = rows_of([decision])[0]
    bp = blueprint(decision.version)
    together = round_of(decision, person.pk if person else None)
    may, why_not = _may_decide(decision, person, together)
    return DecisionDetail(
        row=row,
        role_name=whose_name(decision, bp),
        round=together,
        asked=tuple(asked_of(decision, person.pk if person else None)),
        votes=tuple(votes_of(decision)) if _voted_on(decision) else (),
        comparable=comparable(decision),
        voices=_voices(decision),
        may_decide=may,
        why_not=why_not,
        trace=tuple(decision.trace),
        may_reverse=_may_reverse(decision, person),
        own=tuple(rows_of(own_of_band(decision, person))) if may else (),
        onward=_onward(decision) if may else (),
    )


def _may_reverse(decision: Decision, person: Person | None) -> bool:
    """Whether the button to take it back is shown; asking looks again at who may."""
    if decision.state != Decision.State.DECIDED or decision.reverses_id is not None:
        return False
    if person is None or decision.outcome == Decision.Outcome.REFER_BACK:
        return False
    if subject(decision.subject_kind).reopen is None:
        return False
    return has_said(decision, person.pk) and not decision.reversals.exists()


def _onward(decision: Decision) -> tuple[str, ...]:
    tell = subject(decision.subject_kind).onward
    return () if tell is None else tuple(tell(decision.subject_id, decision.seq))


def whose_name(decision: Decision, bp: Blueprint) -> str:
    """The role or the body that decides, as the version names it."""
    if decision.body_key:
        body = bp.peek(kinds.GovernanceBody, decision.body_key)
        return body.name if body else decision.body_key
    role = bp.peek(kinds.Role, decision.role_key or None)
    return role.name if role else decision.role_key


def _voted_on(decision: Decision) -> bool:
    return decision.together or decision.round > 1


def _may_decide(
    decision: Decision, person: Person | None, together: Round | None
) -> tuple[bool, str]:
    if decision.state != Decision.State.OPEN:
        return False, ""
    if together is not None and together.mine is not None:
        if together.mine.vote is None:
            return True, ""
        return False, "You voted; until it is decided you may take your vote back."
    if person is not None and person.pk == decision.decider_id:
        return True, ""
    if person is not None and person.pk == decision.requester_id:
        return False, "You asked for this yourself, so somebody else decides."
    if person is not None and person.pk == decision.beneficiary_id:
        return False, "This is for you, so somebody else decides."
    if together is not None and together.voters:
        return False, "Several decide this together; you can read along."
    if decision.decider is None:
        return False, "Nobody holds a role that may decide this now."
    return False, f"{decision.decider.name} decides this; you can read along."


def _voices(decision: Decision) -> tuple[Voice, ...]:
    """Roles and bodies with a part beside deciding, in the decision's scope and band.

    Which risk it is and what conditions say stands in the answers, which not everybody reads.
    """
    bp = blueprint(decision.version)
    team = decision.team.key if decision.team else ""
    scope = scope_of(bp, decision.department_key, decision.service_key, team)
    rules = rules_of(bp, decision.type_key)
    found = []
    for right in rules.rights:
        named = tuple(pair for pair in right.narrows if pair[0] != "risk")
        inside = decision.amount is None or right.holds(decision.amount)
        if right.part != "decide" and inside and narrowed(named, scope):
            found.append((right.order, right.part, rules.name_of(right), right.role or ""))
    said = said_in(decision, {(part, key) for _, part, _, key in found})
    return tuple(
        Voice(part, name, key, tuple(one for one in said if (one.part, one.role) == (part, key)))
        for _, part, name, key in sorted(found)
    )


def decision_types(version: ModelVersion) -> list[tuple[str, kinds.DecisionType]]:
    """Types of decision of a version, by code and question."""
    found = blueprint(version).find(kinds.DecisionType)
    return sorted(found.items(), key=lambda item: (item[1].code, item[1].question))


def risk_classes(version: ModelVersion) -> list[str]:
    """Every class of risk that a type of decision of a version knows."""
    kinds_of = blueprint(version).find(kinds.DecisionType).values()
    return sorted({risk for kind in kinds_of for risk in kind.risk_classes})


def who_decides(
    version: ModelVersion,
    decision_type: str,
    *,
    amount: Decimal | None = None,
    department: str = "",
    service: str = "",
    risk: str = "",
    requester: Person | None = None,
    beneficiary: Person | None = None,
    values: Mapping[str, Any] | None = None,
) -> Answer | None:
    """Explain who would decide a case now and by which checks; None for an unknown type."""
    try:
        return answer(
            Question(
                version=version,
                decision_type=decision_type,
                amount=amount,
                department=department,
                service=service,
                risk=risk,
                requester=requester,
                beneficiary=beneficiary,
                values=values,
            )
        )
    except UnknownElement:
        return None
