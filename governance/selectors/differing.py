"""Decisions of which practice and rules disagree: GOV16, for one decision and for many.

Decided under a right the pinned version does not have, by another role than it names, or by
somebody who did not hold the role at that moment. Where no right applied there is nothing to differ
from: the fallback decides.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from governance.blueprint import kinds
from governance.models import Decision, RoleAssignment
from governance.selectors.versions import blueprint

# Whose right it was: who gave it away, or for whom somebody stood in, or who decided.
OWNER = Coalesce("delegation__giver_id", "stands_in_for_id", "decided_by_id")
NOT_HELD = Q(decided_by__isnull=False) & ~Exists(
    RoleAssignment.objects.filter(
        role__key=OuterRef("role_key"),
        person=OuterRef("whose"),
        valid__contains=OuterRef("decided_at"),
    )
)


def unknown(version_id: int, code: str, type_key: str, right_key: str, role_key: str) -> str:
    """What a version says of a right and a role that were used; nothing where it names them."""
    right = blueprint(version_id).peek(kinds.DecisionRight, right_key)
    if right is None or right.part != "decide" or right.decision_type != type_key:
        return f"was decided under a right that {code} does not have."
    if right.body is None and right.role != role_key:
        return f"was decided by another role than {code} names."
    return ""


def differing(rows: QuerySet[Decision]) -> QuerySet[Decision]:
    """Those of the decided that differ; one query here, and the models of their versions."""
    used = rows.exclude(right_key="").order_by()
    combinations = used.values_list(
        "version_id", "version__code", "type_key", "right_key", "role_key"
    ).distinct()
    wrong = Q(pk__in=())
    for version, code, type_key, right, role in combinations:
        if unknown(version, code, type_key, right, role):
            wrong |= Q(version=version, type_key=type_key, right_key=right, role_key=role)
    owned = rows.exclude(right_key="").annotate(whose=OWNER)
    return owned.filter(wrong | NOT_HELD)


def what_differs(one: Decision, not_held: set[int]) -> str:
    """In words what differs; ``not_held`` are ids of those whose role its owner did not hold."""
    if not one.right_key:
        return ""
    version = one.version
    said = unknown(version.pk, version.code, one.type_key, one.right_key, one.role_key)
    if said:
        return said
    held = one.pk not in not_held
    return "" if held else "was decided by somebody who did not hold the role then."


def not_held(pks: list[int]) -> set[int]:
    """Ids of those whose role the owner of the right did not hold at that moment; one query."""
    rows = Decision.objects.filter(pk__in=pks).annotate(whose=OWNER)
    return set(rows.filter(NOT_HELD).values_list("pk", flat=True))
