"""What counted in a span of time for finding deciders, read at once: seven queries."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionType
from governance.blueprint.rights import Absence, Acted, Earlier, Holding, Rate
from governance.blueprint.rights.money import RATE_DAYS
from governance.blueprint.rights.past import Before, Did, Given, Known, Past
from governance.models import Absence as AbsenceRow
from governance.models import Decision, ExchangeRate, Opinion, RoleAssignment, Vote
from governance.models import Delegation as DelegationRow
from governance.selectors.rights_facts import delegation_of

REFUSED = (Decision.Outcome.DECLINE, Decision.Outcome.REFER_BACK)


def past_between(since: datetime, until: datetime, *models: Blueprint) -> Past:
    """Holders, absences, delegations, rates and cases of a span, as far as these models ask."""
    split = timedelta(days=max((_split(bp) for bp in models), default=0))
    return Past(
        holdings=_holdings(since, until),
        absences=_absences(since, until),
        given=_given(since, until),
        rates=_rates(since - split, until),
        before=_before(since - split, until),
        did=[*_votes(until), *_opinions(until)] if any(map(_needs_acts, models)) else (),
    )


def _split(bp: Blueprint) -> int:
    return max((one.split_days for one in bp.find(DecisionType).values()), default=0)


def _needs_acts(bp: Blueprint) -> bool:
    told = {"requester", "beneficiary", "decider"}
    rules = bp.find("SodRule").values()
    return any(rule.kind == "dynamic" and {rule.a, rule.b} - told for rule in rules)


def _overlap(since: datetime, until: datetime) -> Q:
    begun = Q(valid__startswith__isnull=True) | Q(valid__startswith__lt=until)
    open_ = Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=since)
    return begun & open_


def _holdings(since: datetime, until: datetime) -> Iterator[Holding]:
    rows = RoleAssignment.objects.filter(_overlap(since, until)).order_by("pk")
    names = ("role__key", "person_id", "focus_kind", "focus_key", "valid")
    for role, person, kind, key, valid in rows.values_list(*names):
        yield Holding(role, f"P-{person}", kind, key, valid.lower, valid.upper)


def _absences(since: datetime, until: datetime) -> Iterator[Absence]:
    rows = AbsenceRow.objects.filter(_overlap(since, until)).order_by("pk")
    for person, stand_in, valid in rows.values_list("person_id", "stand_in_id", "valid"):
        other = f"P-{stand_in}" if stand_in is not None else None
        yield Absence(f"P-{person}", valid.lower, valid.upper, other)


def _given(since: datetime, until: datetime) -> Iterator[Given]:
    rows = DelegationRow.objects.filter(_overlap(since, until), accepted_at__isnull=False)
    for row in rows.select_related("giver", "delegate").order_by("accepted_at", "pk"):
        kind = row.key if row.of == DelegationRow.Of.TYPE else ""
        yield Given(delegation_of(row, frozenset()), kind, row.ended_at)


def _rates(since: datetime, until: datetime) -> Iterator[Known]:
    first = since.date() - timedelta(days=RATE_DAYS + 1)
    rows = ExchangeRate.objects.filter(day__gte=first, day__lte=until.date())
    names = ("source", "target", "day", "rate", "recorded_at", "replaced_at")
    for source, target, day, rate, known, replaced in rows.order_by("day", "pk").values_list(
        *names
    ):
        yield Known(Rate(source, target, day, rate.normalize()), known, replaced)


def _before(since: datetime, until: datetime) -> Iterator[Before]:
    """Cases with an amount that may be added up with later ones; void ones never."""
    rows = Decision.objects.filter(
        opened_at__gt=since, opened_at__lte=until, amount__isnull=False
    ).exclude(state=Decision.State.VOID)
    names = (
        "pk", "type_key", "requester_id", "beneficiary_id", "opened_at", "amount", "currency",
        "party", "outcome", "decided_at",
    )  # fmt: skip
    for pk, kind, asker, whom, at, amount, currency, party, outcome, ended in rows.order_by(
        "pk"
    ).values_list(*names):
        yield Before(
            Earlier(
                kind=kind,
                requester=f"P-{asker}",
                at=at,
                amount=amount or Decimal(0),
                currency=currency,
                beneficiary=f"P-{whom}" if whom is not None else None,
                counterparty=party,
            ),
            pk,
            ended if outcome in REFUSED else None,
        )


def _votes(until: datetime) -> Iterator[Did]:
    rows = Vote.objects.filter(counted=True, cast_at__lte=until).order_by("decision_id", "pk")
    names = (
        "decision__subject_kind", "decision__subject_id", "cast_at", "decision_id", "person_id",
        "role_key", "decision__type_key",
    )  # fmt: skip
    for kind, pk, at, decision, person, role, type_key in rows.values_list(*names):
        yield Did((kind, pk), at, decision, Acted(f"P-{person}", "decide", role, type_key))


def _opinions(until: datetime) -> Iterator[Did]:
    rows = Opinion.objects.filter(given_at__lte=until).order_by("decision_id", "pk")
    names = (
        "decision__subject_kind", "decision__subject_id", "given_at", "decision_id", "person_id",
        "part", "role_key",
    )  # fmt: skip
    for kind, pk, at, decision, person, part, role in rows.values_list(*names):
        yield Did((kind, pk), at, decision, Acted(f"P-{person}", part, role))
