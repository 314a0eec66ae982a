"""Who decides, asked with the rules of a version and the holders of this moment."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.resolve import Holder, Resolution, TraceStep, resolve
from governance.models import Decision, ModelVersion, Person
from governance.selectors.people import person_by_ref
from governance.selectors.roles import holders_for_resolve
from governance.selectors.versions import blueprint


@dataclass(frozen=True)
class Answer:
    """A resolution with the persons behind its references and the whole trace to store."""

    resolution: Resolution
    decider: Person | None
    stands_in_for: Person | None
    role_name: str
    trace: list[dict[str, Any]]
    requester_excluded: bool

    @property
    def decider_id(self) -> int | None:
        """The decider's id, or None when nobody is left."""
        return self.decider.pk if self.decider else None


@dataclass(frozen=True, kw_only=True)
class Question:
    """One case for the resolver. ``since`` and ``before`` bound what counts as split."""

    version: ModelVersion
    decision_type: str
    amount: Decimal | None
    currency: str = ""
    department: str = ""
    service: str = ""
    team: str = ""
    requester: Person | None = None
    beneficiary: Person | None = None
    values: Mapping[str, Any] | None = None
    at: datetime | None = None
    decision_id: int | None = None


def answer(question: Question) -> Answer:
    """Ask the resolver. Raises UnknownElement for a type the version does not have."""
    bp = blueprint(question.version)
    spec = bp.get(kinds.DecisionType, question.decision_type)
    steps = [_version_step(question.version)]
    amount = _amount(question, spec, steps)
    found = resolve(
        bp,
        question.decision_type,
        amount,
        {
            "department": question.department or None,
            "service": question.service or None,
            "team": question.team or None,
            "stream": _stream(bp, question.service),
            "values": question.values or {},
        },
        question.requester.ref if question.requester else None,
        frozenset(),
        holders_for_resolve(),
        beneficiary_ref=question.beneficiary.ref if question.beneficiary else None,
    )
    role = bp.peek(kinds.Role, found.role)
    return Answer(
        resolution=found,
        decider=_person(found.decider),
        stands_in_for=_person(found.on_behalf_of),
        role_name=role.name if role else (found.role or ""),
        trace=[asdict(step) for step in (*steps, *found.trace)],
        requester_excluded=spec.requester_excluded,
    )


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
            at=decision.opened_at,
            decision_id=decision.pk,
        )
    )


def _version_step(version: ModelVersion) -> TraceStep:
    return TraceStep("version", f"The rules of {version.code} apply.", {"version": version.code})


def _stream(bp: Blueprint, service: str) -> str | None:
    spec = bp.peek(kinds.Service, service or None)
    return spec.value_stream if spec else None


def _person(holder: Holder | None) -> Person | None:
    return person_by_ref(holder.ref) if holder else None


def _amount(question: Question, spec: kinds.DecisionType, steps: list[TraceStep]) -> Decimal | None:
    """The amount that chooses the band: in the type's currency, with what was split off it."""
    amount = question.amount
    if amount is None or spec.unit == "none":
        return amount
    if spec.currency and question.currency and question.currency != spec.currency:
        steps.append(
            TraceStep(
                "currency",
                f"The amount is in {question.currency}, the bands are in {spec.currency}"
                " and no rate is agreed.",
                {"currency": question.currency},
            )
        )
        return None
    if not spec.split_days or question.requester is None:
        return amount
    other = split_sum(question, spec.split_days)
    if other:
        steps.append(
            TraceStep(
                "split",
                f"The same person asked for {other:,f} more within {spec.split_days} days;"
                f" together {amount + other:,f} decide the band.",
                {"other": format(other, "f"), "days": spec.split_days},
            )
        )
    return amount + other


def split_sum(question: Question, days: int) -> Decimal:
    """What the same people asked for by the same type in the days before, unless refused.

    Who asks and whom it is for count alike, so that nothing is split among colleagues.
    """
    at = question.at or clock.now()
    people = [person for person in (question.requester, question.beneficiary) if person]
    rows = Decision.objects.filter(
        Q(requester__in=people) | Q(beneficiary__in=people),
        type_key=question.decision_type,
        opened_at__gt=at - timedelta(days=days),
        opened_at__lte=at,
        currency=question.currency,
    ).exclude(state=Decision.State.VOID)
    rows = rows.exclude(outcome__in=[Decision.Outcome.DECLINE, Decision.Outcome.REFER_BACK])
    if question.decision_id is not None:
        rows = rows.filter(pk__lt=question.decision_id)
    total: Decimal | None = rows.aggregate(total=Sum("amount"))["total"]
    return total or Decimal(0)
