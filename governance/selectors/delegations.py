"""Delegations as people see them: given, received, offered; and those that count at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from esm.common import clock
from governance.models import Delegation, Person, RoleAssignment
from governance.selectors import delegable
from governance.selectors.administration import words
from governance.selectors.people import Account, facts_for, person_for

State = Delegation.State
LIVE = (State.PROPOSED, State.ACCEPTED)
STANDINGS = ("open", "proposed", "accepted", "active", "over", "all")


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation with the names of what it gives, and where it stands now."""

    row: Delegation
    what: str
    scope: str
    standing: str

    @property
    def over(self) -> bool:
        """It can never count again."""
        return self.standing in ("expired", "declined", "revoked")


def rows_of(found: Sequence[Delegation]) -> list[DelegationRow]:
    """With names of the model in force; no query of its own."""
    bp, now = delegable.in_force() if found else None, clock.now()
    return [
        DelegationRow(
            row,
            delegable.name_of(bp, row.of, row.key),
            delegable.scope_name(bp, row.scope_kind, row.scope_key) if row.scope_kind else "",
            row.standing(now),
        )
        for row in found
    ]


def visible_to(user: Account) -> QuerySet[Delegation]:
    """One's own, given and received; everybody's for administrators, stewards and auditors."""
    rows = Delegation.objects.select_related("giver", "delegate")
    if sees_all(user):
        return rows
    person = person_for(user)
    if person is None:
        return rows.none()
    return rows.filter(Q(giver=person) | Q(delegate=person))


def sees_all(user: Account) -> bool:
    """Whether an account sees what everybody gave; from the facts at hand."""
    facts = facts_for(user)
    return facts.admin or facts.steward or facts.auditor


def of_person(person: Person) -> QuerySet[Delegation]:
    """What somebody gave and received, latest first."""
    rows = Delegation.objects.filter(Q(giver=person) | Q(delegate=person))
    return rows.select_related("giver", "delegate").order_by("-valid", "-pk")


def offered_to(person: Person, now: datetime) -> QuerySet[Delegation]:
    """What waits for somebody's answer."""
    rows = Delegation.objects.filter(delegate=person, state=State.PROPOSED)
    return rows.filter(valid__endswith__gt=now).select_related("giver", "delegate")


def standing_is(rows: QuerySet[Delegation], standing: str, now: datetime) -> QuerySet[Delegation]:
    """Those that stand like this now: one of STANDINGS."""
    open_ = Q(state__in=LIVE, valid__endswith__gt=now)
    wanted = {
        "open": open_,
        "proposed": open_ & Q(state=State.PROPOSED),
        "accepted": Q(state=State.ACCEPTED, valid__startswith__gt=now),
        "active": Q(state=State.ACCEPTED, valid__contains=now),
        "over": ~open_,
        "all": Q(),
    }
    return rows.filter(wanted[standing])


def of_text(rows: QuerySet[Delegation], text: str) -> QuerySet[Delegation]:
    """Those of people whose names hold these letters."""
    text = words(text)
    if not text:
        return rows
    named = Person.objects.filter(Q(name__icontains=text) | Q(key=text)).values("pk")
    return rows.filter(Q(giver__in=named) | Q(delegate__in=named))


def active_of(givers: Sequence[int], at: datetime) -> QuerySet[Delegation]:
    """What these people gave that is accepted and inside its period, the first accepted first."""
    rows = Delegation.objects.filter(
        giver__in=givers, state=State.ACCEPTED, accepted_at__lte=at, valid__contains=at
    )
    return rows.select_related("giver", "delegate").order_by("accepted_at", "pk")


def unheld(rows: QuerySet[Delegation], now: datetime) -> list[int]:
    """Ids of those whose giver holds nothing of what they gave, now or later, or whose delegate
    left; two queries.
    """
    found = list(rows.values_list("pk", "giver_id", "of", "key", "delegate__active").order_by("pk"))
    if not found:
        return []
    held = set(
        RoleAssignment.objects.filter(
            Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=now),
            person__in={giver for _, giver, _, _, _ in found},
            person__active=True,
        ).values_list("person_id", "role__key")
    )
    bp = delegable.in_force()
    roles = {
        (of, key): frozenset({key})
        if of == Delegation.Of.ROLE or bp is None
        else delegable.roles_behind(bp, of, key)
        for _, _, of, key, _ in found
    }
    return [
        pk
        for pk, giver, of, key, here in found
        if not here or not any((giver, role) in held for role in roles[of, key])
    ]
