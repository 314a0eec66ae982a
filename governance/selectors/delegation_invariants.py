"""I17, read from rows: what was decided for somebody else lay inside what they had given."""

from collections.abc import Iterable

from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from governance.models import Decision, Delegation, RoleAssignment

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


def counted_once_accepted() -> Iterable[str]:
    """A sentence for each delegation that counts though its delegate answered after its end."""
    rows = Delegation.objects.filter(accepted_at__isnull=False)
    late = rows.filter(Q(accepted_at__gte=F("valid__endswith")) | Q(ended_at__lt=F("accepted_at")))
    for row in late.order_by("pk")[:CAP]:
        yield f"Delegation {row.pk} was accepted after it was over."


def _inside() -> Q:
    """Of the persons, the time, the thing, the amount and the scope of the delegation."""
    at = F("decided_at")
    persons = Q(decided_by=F("delegation__delegate"), stands_in_for=F("delegation__giver"))
    persons &= ~Q(requester=F("delegation__delegate"))
    time = Q(delegation__accepted_at__lte=at) & Q(delegation__valid__contains=at)
    time &= Q(delegation__ended_at__isnull=True) | Q(delegation__ended_at__gte=at)
    thing = Q(delegation__of="role", role_key=F("delegation__key"))
    thing |= Q(delegation__of="type", type_key=F("delegation__key"))
    # Amounts of two currencies were compared at the rate of their day, which is no column.
    amount = Q(delegation__max_amount__isnull=True) | Q(amount__isnull=True)
    amount |= ~Q(currency=F("delegation__currency"))
    amount |= Q(amount__lte=Coalesce(F("delegation__max_amount"), 0, output_field=DecimalField()))
    scope = ~Q(delegation__scope_kind__in=["department", "service"])
    scope |= Q(delegation__scope_kind="department", department_key=F("delegation__scope_key"))
    scope |= Q(delegation__scope_kind="service", service_key=F("delegation__scope_key"))
    return persons & time & thing & amount & scope


def _held() -> QuerySet[RoleAssignment]:
    return RoleAssignment.objects.filter(
        role__key=OuterRef("role_key"),
        person=OuterRef("delegation__giver"),
        valid__contains=OuterRef("decided_at"),
    )
