"""Who decided how much: the parts each person played, by type."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Q, QuerySet, Sum

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.facts import People
from governance.models import Decision, Vote


@dataclass(frozen=True, slots=True)
class Played:
    """What one person decided of one type in one currency; ``amount`` sums what it was about."""

    type_key: str
    person: str
    currency: str
    n: int
    amount: Decimal


def played(rows: QuerySet[Decision]) -> list[Played]:
    """Parts of deciding: what was decided alone, and votes that counted. Two queries."""
    alone = rows.filter(rule="single", decided_by__isnull=False).order_by()
    together = Vote.objects.filter(decision__in=rows.exclude(rule="single"), counted=True)
    found = [
        *alone.values_list("type_key", "decided_by", "currency").annotate(
            n=Count("pk"), total=Sum("amount")
        ),
        *together.order_by()
        .values_list("decision__type_key", "person", "decision__currency")
        .annotate(n=Count("pk"), total=Sum("decision__amount")),
    ]
    return [Played(key, str(who), cur, n, total or Decimal(0)) for key, who, cur, n, total in found]


def by_person(parts: Iterable[Played]) -> dict[str, int]:
    """How many parts each person played."""
    found: Counter[str] = Counter()
    for one in parts:
        found[one.person] += one.n
    return dict(found)


def amounts_by_person(parts: Iterable[Played], currency: str) -> dict[str, Fraction | int]:
    """What the parts of each person were about, in one currency; amounts of others are left out."""
    found: dict[str, Fraction | int] = {}
    for one in parts:
        if one.currency == currency:
            found[one.person] = found.get(one.person, 0) + Fraction(one.amount)
    return found


def by_role(rows: QuerySet[Decision]) -> dict[str, int]:
    """How many were decided in each role or by each body, under the marks of ``under``."""
    found: Counter[str] = Counter()
    counted = rows.order_by().values_list("role_key", "body_key").annotate(n=Count("pk"))
    for role, body, n in counted:
        if role or body:
            found[f"body:{body}" if body else f"role:{role}"] += n
    return dict(found)


def under(by: str) -> Q:
    """The predicate behind ``role:KEY`` or ``body:KEY``; nothing for a mark that is none."""
    what, _, key = by.partition(":")
    if what == "role" and key:
        return Q(role_key=key, body_key="")
    if what == "body" and key:
        return Q(body_key=key)
    return Q(pk__in=())


def deciding_rights(bp: Blueprint) -> dict[str, dict[str, kinds.DecisionRight]]:
    """Rights to decide by type of decision and key; what is allowed beforehand asks for nobody."""
    found: dict[str, dict[str, kinds.DecisionRight]] = {}
    for key, right in sorted(bp.find(kinds.DecisionRight).items()):
        if right.part == "decide" and not right.pre_authorised:
            found.setdefault(str(right.decision_type), {})[key] = right
    return found


def holders_of_right(bp: Blueprint, right: kinds.DecisionRight, people: People) -> set[str]:
    """Who may use a right now: holders of its role, or of the roles of its body's members."""
    if right.body is None:
        return set(people.holders(str(right.role)))
    members = bp.get(kinds.GovernanceBody, right.body).members
    return {ref for role in members for ref in people.holders(str(role))}
