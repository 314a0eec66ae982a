"""The dated facts that finding a decider needs, read from the database at one moment.

The only place that turns rows into facts; rates are read by ``governance/selectors/rates.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256

from django.db.models import Exists, OuterRef, Q, QuerySet

from governance.blueprint.rights import (
    Absence,
    Acted,
    Delegation,
    Earlier,
    Holding,
    Person,
    Rate,
    Rules,
)
from governance.models import Absence as AbsenceRow
from governance.models import Decision, Opinion, RoleAssignment, Vote
from governance.models import Delegation as DelegationRow
from governance.models import Person as PersonRow
from governance.selectors.delegations import active_of
from governance.selectors.rates import rates_for

# Sides of a rule that the case itself tells; others need what was decided on the subject before.
_TOLD = frozenset({"requester", "beneficiary", "decider"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Who holds what, who is away; ``rows`` are the persons behind the references."""

    people: dict[str, Person]
    holdings: tuple[Holding, ...]
    absences: tuple[Absence, ...]
    delegations: tuple[Delegation, ...]
    rows: Mapping[str, PersonRow]


def facts_at(rules: Rules, at: datetime) -> Facts:
    """Holders of every role the rules may ask for; one query, three where one of them is away.

    Of absences only those that count are read: of holders, of whom they gave it to, and along the
    chain of who stands in, one more query a link.
    """
    held = RoleAssignment.objects.filter(
        role__key__in=rules.role_keys(), person__active=True, valid__contains=at
    ).annotate(away=Exists(_away("person_id", at)))
    rows: dict[str, PersonRow] = {}
    holdings = []
    gone: dict[int, None] = {}
    for row in held.select_related("person", "role").order_by("pk"):
        rows[row.person.ref] = row.person
        if row.away:
            gone[row.person_id] = None
        holdings.append(
            Holding(
                role=row.role.key,
                person=row.person.ref,
                focus_kind=row.focus_kind,
                focus_key=row.focus_key,
                start=row.valid.lower,
                end=row.valid.upper,
            )
        )
    absences: tuple[Absence, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    if gone:
        delegations = delegations_at(rules, at, list(gone), rows)
        delegates = {rows[one.delegate].pk for one in delegations}
        absences = _absences(at, {*gone, *delegates}, rows)
    people = {ref: Person(ref, row.name, row.active) for ref, row in rows.items()}
    return Facts(people, tuple(holdings), absences, delegations, rows)


def _away(person: str, at: datetime) -> QuerySet[AbsenceRow]:
    return AbsenceRow.objects.filter(person_id=OuterRef(person), valid__contains=at)


def _absences(at: datetime, people: set[int], rows: dict[str, PersonRow]) -> tuple[Absence, ...]:
    """Absences of these people and of those who stand in for them; everybody joins the rows."""
    found: list[AbsenceRow] = []
    known: set[int] = set()
    while people:
        known |= people
        given = AbsenceRow.objects.filter(person_id__in=people, valid__contains=at)
        given = given.annotate(further=Exists(_away("stand_in_id", at)))
        people = set()
        for row in given.select_related("person", "stand_in").order_by("pk"):
            rows.setdefault(row.person.ref, row.person)
            if row.stand_in is not None:
                rows.setdefault(row.stand_in.ref, row.stand_in)
                if row.further and row.stand_in_id not in known:
                    people.add(row.stand_in.pk)
            found.append(row)
    return tuple(
        Absence(
            row.person.ref,
            row.valid.lower,
            row.valid.upper,
            row.stand_in.ref if row.stand_in else None,
        )
        for row in sorted(found, key=lambda row: row.pk)
    )


def delegations_at(
    rules: Rules, at: datetime, givers: list[int], rows: dict[str, PersonRow]
) -> tuple[Delegation, ...]:
    """What these people gave that counts now; its delegates join the rows."""
    found = []
    rights = frozenset(right.key for right in rules.rights)
    for row in active_of(givers, at):
        whole_type = row.of == DelegationRow.Of.TYPE
        if whole_type and row.key != rules.kind.key:
            continue
        rows.setdefault(row.delegate.ref, row.delegate)
        found.append(delegation_of(row, rights))
    return tuple(found)


def delegation_of(row: DelegationRow, rights: frozenset[str]) -> Delegation:
    """A delegation as a fact; ``rights`` are those of its type, where it is of a whole type."""
    whole_type = row.of == DelegationRow.Of.TYPE
    return Delegation(
        key=str(row.pk),
        giver=row.giver.ref,
        delegate=row.delegate.ref,
        start=row.valid.lower,
        end=row.valid.upper,
        role=None if whole_type else row.key,
        rights=rights if whole_type else frozenset(),
        narrows=((row.scope_kind, row.scope_key),) if row.scope_kind else (),
        max_amount=row.max_amount,
        currency=row.currency,
        accepted_at=row.accepted_at,
    )


def rates_at(
    rules: Rules,
    asked_at: datetime,
    currency: str,
    delegations: tuple[Delegation, ...],
    earlier: tuple[Earlier, ...],
) -> tuple[Rate, ...]:
    """Stored rates for the case, for limits of delegations and for what is added up with it."""
    priced = [(currency, asked_at)]
    priced += [(one.currency, asked_at) for one in delegations if one.max_amount is not None]
    priced += [(one.currency, one.at) for one in earlier]
    return rates_for(rules, asked_at, priced)


def party_mark(name: object) -> str:
    """A counter-party as it is kept with a decision: enough to tell two apart, no name."""
    plain = " ".join(str(name or "").split()).casefold()
    return sha256(plain.encode()).hexdigest()[:32] if plain else ""


def earlier_cases(
    rules: Rules,
    at: datetime,
    people: tuple[PersonRow, ...],
    decision_id: int | None,
) -> tuple[Earlier, ...]:
    """What the same people asked for by the same type lately, unless refused; none where off."""
    days = rules.kind.split_days
    if not days or not people or rules.kind.unit == "none":
        return ()
    rows = Decision.objects.filter(
        Q(requester__in=people) | Q(beneficiary__in=people),
        type_key=rules.kind.key,
        opened_at__gt=at - timedelta(days=days),
        opened_at__lte=at,
        amount__isnull=False,
    ).exclude(state=Decision.State.VOID)
    rows = rows.exclude(outcome__in=[Decision.Outcome.DECLINE, Decision.Outcome.REFER_BACK])
    if decision_id is not None:
        rows = rows.filter(pk__lt=decision_id)
    return tuple(
        Earlier(
            kind=row.type_key,
            requester=row.requester.ref,
            at=row.opened_at,
            amount=row.amount or Decimal(0),
            currency=row.currency,
            beneficiary=row.beneficiary.ref if row.beneficiary else None,
            counterparty=row.party,
        )
        for row in rows.select_related("requester", "beneficiary").order_by("pk")
    )


def acted_before(rules: Rules, decision: Decision) -> tuple[Acted, ...]:
    """Who decided what on the same subject, or gave an opinion on it, on this decision as well.

    Asked only where a rule of separation needs it. What was said stays an act in the case when
    somebody says something else later, or when the round is void.
    """
    sides = {side for rule in rules.separations if not rule.static for side in (rule.a, rule.b)}
    if not sides - _TOLD:
        return ()
    on = {
        "decision__subject_kind": decision.subject_kind,
        "decision__subject_id": decision.subject_id,
    }
    rows = Vote.objects.filter(**on, counted=True).exclude(decision_id=decision.pk)
    votes = rows.select_related("person", "decision").order_by("decision_id", "pk")
    said = Opinion.objects.filter(**on).select_related("person").order_by("decision_id", "pk")
    return (
        *(Acted(row.person.ref, "decide", row.role_key, row.decision.type_key) for row in votes),
        *(Acted(row.person.ref, row.part, row.role_key) for row in said),
    )
