"""Open decisions that are no longer with whom the rules name."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from governance.models import (
    Absence,
    AskedOpinion,
    Decision,
    Delegation,
    Opinion,
    RoleAssignment,
)

SHOWN = 200
AGAIN = timedelta(minutes=1)


def stale_decisions(at: datetime, limit: int) -> list[int]:
    """Ids of open decisions whose decider can no longer act as they were chosen; two queries.

    The role was taken away, the person left, is away now, whom they act for is back, a delegation
    ended, one began to count that covers it, or they gave an opinion, which a rule may keep apart
    from deciding. Those of several are looked at again every minute. Also those on which somebody
    is asked for an opinion who has that part no more.
    """
    holder = Coalesce(OuterRef("stands_in_for_id"), OuterRef("decider_id"))
    held = RoleAssignment.objects.filter(
        role__key=OuterRef("role_key"), person_id=holder, valid__contains=at
    )
    away = Absence.objects.filter(person_id=OuterRef("decider_id"), valid__contains=at)
    first_away = Absence.objects.filter(person_id=OuterRef("stands_in_for_id"), valid__contains=at)
    given = Delegation.objects.filter(
        pk=OuterRef("delegation_id"), state=Delegation.State.ACCEPTED, valid__contains=at
    )
    alone = Q(rule="single")
    rows = Decision.objects.filter(state=Decision.State.OPEN).filter(
        (~alone & (Q(seated_at=None) | Q(seated_at__lte=at - AGAIN)))
        | (alone & Q(decider__isnull=True))
        | Q(decider__active=False)
        | (alone & ~Exists(held))
        | Exists(away)
        | (Q(stands_in_for__isnull=False) & ~Exists(first_away))
        | (Q(delegation__isnull=False) & ~Exists(given))
        | Exists(Opinion.objects.filter(decision=OuterRef("pk"), person=OuterRef("decider_id")))
        | Exists(_asked_in_vain(at))
        | _given_meanwhile(at)
    )
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def _asked_in_vain(at: datetime) -> QuerySet[AskedOpinion]:
    """Those asked for an opinion on a decision who left, are away or do not hold the role: some of
    them act for a holder who is away, and stay asked when it is looked at again."""
    away = Absence.objects.filter(person_id=OuterRef("person_id"), valid__contains=at)
    held = RoleAssignment.objects.filter(
        role__key=OuterRef("role_key"), person_id=OuterRef("person_id"), valid__contains=at
    )
    rows = AskedOpinion.objects.filter(decision=OuterRef("pk"))
    return rows.filter(Q(person__active=False) | Exists(away) | ~Exists(held))


def _given_meanwhile(at: datetime) -> Q:
    """What passed over people who are away, and may be their delegate's by now."""
    away = Absence.objects.filter(person_id=OuterRef("giver_id"), valid__contains=at)
    rows = Delegation.objects.filter(
        Exists(away), state=Delegation.State.ACCEPTED, valid__contains=at, delegate__active=True
    )
    wanted = Q(pk__in=())
    for row in rows.select_related("giver").order_by("pk")[:SHOWN]:
        passed = [{"code": "absent", "data": {"person": row.giver.ref}}]
        theirs = Q(stands_in_for=row.giver_id) | Q(trace__contains=passed)
        theirs &= Q(delegation=None) & ~Q(requester=row.delegate_id)
        if row.of == Delegation.Of.TYPE:
            theirs &= Q(type_key=row.key)
        if row.max_amount is not None:
            limit = Q(amount=None) | Q(amount__lte=row.max_amount)
            theirs &= limit | ~Q(currency=row.currency) if row.currency else limit
        if row.scope_kind in ("department", "service"):
            theirs &= Q(**{f"{row.scope_kind}_key": row.scope_key})
        wanted |= theirs
    return wanted
