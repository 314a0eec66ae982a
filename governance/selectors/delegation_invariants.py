"""I17, read from rows: what was decided for somebody else lay inside what they had given."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from governance.models import Decision, Delegation, RoleAssignment, Vote

SENTENCE = (
    "What was decided under a delegation lay inside what its giver held and had given, at that"
    " moment."
)
CAP = 50


def decided_within_what_was_given() -> Iterable[str]:
    """A sentence for each decided decision that its delegation did not allow; at most 50."""
    rows = Decision.objects.filter(state=Decision.State.DECIDED, delegation__isnull=False)
    for row in rows.exclude(_inside()).order_by("pk")[:CAP]:
        yield f"Decision {row.pk} was taken under delegation {row.delegation_id} outside of it."
    for row in rows.exclude(Exists(_held())).order_by("pk")[:CAP]:
        yield (
            f"Decision {row.pk} was taken under delegation {row.delegation_id}, whose giver did"
            f" not hold {row.role_key} then."
        )


def voted_within_what_was_given() -> Iterable[str]:
    """A sentence for each counted vote of several that its delegation did not allow; at most 50."""
    rows = Vote.objects.filter(counted=True, delegation__isnull=False)
    for row in rows.exclude(_inside("decision__", by="person", at="cast_at")).order_by("pk")[:CAP]:
        yield f"Vote {row.pk} was cast under delegation {row.delegation_id} outside of it."
    for row in rows.exclude(Exists(_held("cast_at"))).order_by("pk")[:CAP]:
        yield (
            f"Vote {row.pk} was cast under delegation {row.delegation_id}, whose giver did not hold"
            f" {row.role_key} then."
        )


def counted_once_accepted() -> Iterable[str]:
    """A sentence for each delegation that counts though its delegate answered after its end."""
    rows = Delegation.objects.filter(accepted_at__isnull=False)
    late = rows.filter(Q(accepted_at__gte=F("valid__endswith")) | Q(ended_at__lt=F("accepted_at")))
    for row in late.order_by("pk")[:CAP]:
        yield f"Delegation {row.pk} was accepted after it was over."


def _inside(on: str = "", *, by: str = "decided_by", at: str = "decided_at") -> Q:
    """Of the persons, the time, the thing, the amount and the scope of the delegation.

    ``on`` leads to the decision, ``by`` and ``at`` say who acted when.
    """
    moment, amount_of = F(at), F(f"{on}amount")
    persons = Q(**{by: F("delegation__delegate")}, stands_in_for=F("delegation__giver"))
    persons &= ~Q(**{f"{on}requester": F("delegation__delegate")})
    time = Q(delegation__accepted_at__lte=moment) & Q(delegation__valid__contains=moment)
    time &= Q(delegation__ended_at__isnull=True) | Q(delegation__ended_at__gte=moment)
    thing = Q(delegation__of="role", role_key=F("delegation__key"))
    thing |= Q(**{f"{on}type_key": F("delegation__key")}, delegation__of="type")
    # Amounts of two currencies were compared at the rate of their day, which is no column.
    amount = Q(delegation__max_amount__isnull=True) | Q(**{f"{on}amount__isnull": True})
    amount |= ~Q(**{f"{on}currency": F("delegation__currency")})
    amount |= Q(delegation__max_amount__gte=amount_of)
    scope = ~Q(delegation__scope_kind__in=["department", "service"])
    for kind in ("department", "service"):
        key = F("delegation__scope_key")
        scope |= Q(**{f"{on}{kind}_key": key}, delegation__scope_kind=kind)
    return persons & time & thing & amount & scope


def _held(at: str = "decided_at") -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(
        role__key=OuterRef("role_key"),
        person=OuterRef("delegation__giver"),
        valid__contains=OuterRef(at),
    )
