"""What somebody can give to somebody else: roles they hold, and what those roles decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.rights import Right, rules_of
from governance.models import Absence, Delegation, Person, RoleAssignment
from governance.models.delegations import LONGEST
from governance.selectors.versions import blueprint, published

OF = Delegation.Of
# A last day inside what is allowed, whichever zone it is typed in.
MOST = LONGEST - timedelta(days=1)
# What a delegation may be narrowed to, and the kind of the model it names.
SCOPES: dict[str, tuple[str, type[kinds.ElementSpec]]] = {
    "department": ("Department", kinds.Department),
    "service": ("Service", kinds.Service),
    "site": ("Site", kinds.Site),
}


@dataclass(frozen=True, slots=True)
class Thing:
    """A role or a type of decision, with what it is called."""

    of: str
    key: str
    name: str

    @property
    def value(self) -> str:
        """As a choice of a form holds it."""
        return f"{self.of}:{self.key}"


def in_force() -> Blueprint | None:
    """The model that is in force; None before the first publication."""
    version = published()
    return blueprint(version) if version is not None else None


def things_of(person: Person, at: datetime) -> list[Thing]:
    """What a person can give now: roles that decide something, then single types of decision."""
    bp = in_force()
    if bp is None:
        return []
    held = set(
        RoleAssignment.objects.filter(person=person, valid__contains=at).values_list(
            "role__key", flat=True
        )
    )
    roles, types = set[str](), list[Thing]()
    for key, spec in bp.find(kinds.DecisionType).items():
        theirs = held & deciding_roles(bp, key)
        if theirs:
            roles |= theirs
            types.append(Thing(OF.TYPE, key, f"{spec.code} {spec.question}".strip()))
    found = [Thing(OF.ROLE, key, name_of(bp, OF.ROLE, key)) for key in roles]
    return sorted(found, key=lambda one: one.name) + sorted(types, key=lambda one: one.name)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What somebody may offer before an absence: one role, to whoever stands in."""

    thing: Thing
    absence: Absence
    until: datetime


def suggestions(person: Person, absences: Sequence[Absence], now: datetime) -> list[Suggestion]:
    """For each absence that is not over the roles that nobody was offered for it; 3 queries."""
    coming = [row for row in absences if row.valid.upper is None or row.valid.upper > now]
    roles = [one for one in things_of(person, now) if one.of == OF.ROLE] if coming else []
    if not roles:
        return []
    given = list(
        Delegation.objects.filter(
            giver=person, state__in=["proposed", "accepted"], valid__endswith__gt=now
        )
    )
    return [
        Suggestion(role, row, min(row.valid.upper or since + MOST, since + MOST))
        for row in coming
        for since in [max(row.valid.lower, now)]
        for role in roles
        if not any(one.key == role.key and _overlap(one, row) for one in given)
    ]


def _overlap(given: Delegation, away: Absence) -> bool:
    upper = away.valid.upper
    return given.valid.upper > away.valid.lower and (upper is None or given.valid.lower < upper)


def name_of(bp: Blueprint | None, of: str, key: str) -> str:
    """What a role or a type of decision is called in the model in force; its key when gone."""
    if bp is None:
        return key
    if of == OF.ROLE:
        role = bp.peek(kinds.Role, key)
        return role.name if role else key
    spec = bp.peek(kinds.DecisionType, key)
    return f"{spec.code} {spec.question}".strip() if spec else key


def scope_name(bp: Blueprint | None, kind: str, key: str) -> str:
    """What a department, service or site is called."""
    known = SCOPES.get(kind)
    spec = bp.peek(known[1], key) if bp is not None and known is not None else None
    return str(getattr(spec, "name", key))


def scopes(bp: Blueprint | None) -> list[tuple[str, str]]:
    """Choices of what a delegation is narrowed to."""
    if bp is None:
        return []
    return [
        (f"{kind}:{key}", f"{label}: {getattr(spec, 'name', key)}")
        for kind, (label, cls) in SCOPES.items()
        for key, spec in sorted(bp.find(cls).items())
    ]


def deciding_roles(bp: Blueprint, decision_type: str) -> frozenset[str]:
    """Roles that decide something of a type, alone or as members of a body."""
    return frozenset(
        role
        for right in rules_of(bp, decision_type).rights
        if right.part == "decide" and not right.pre_authorised
        for role in roles_of(bp, right)
    )


def roles_of(bp: Blueprint, right: Right) -> tuple[str, ...]:
    """The role of a right, or the members of its body."""
    if right.body is not None:
        return bp.get(kinds.GovernanceBody, right.body).members
    return (right.role,) if right.role else ()


def roles_behind(bp: Blueprint, of: str, key: str) -> frozenset[str]:
    """The roles a giver needs at least one of."""
    if of == OF.ROLE:
        return frozenset({key}) if bp.peek(kinds.Role, key) is not None else frozenset()
    if bp.peek(kinds.DecisionType, key) is None:
        return frozenset()
    return deciding_roles(bp, key)


def limit_of(bp: Blueprint, of: str, key: str, held: frozenset[str]) -> Decimal | None:
    """Where the widest band of the giver ends; None where it has no end."""
    types = [key] if of == OF.TYPE else list(bp.find(kinds.DecisionType))
    ends = [
        right.high
        for one in types
        if bp.get(kinds.DecisionType, one).unit != "none"
        for right in rules_of(bp, one).rights
        if right.part == "decide" and held & set(roles_of(bp, right))
    ]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


def barred(
    bp: Blueprint, of: str, key: str, held: frozenset[str], delegate: Person, at: datetime
) -> str:
    """The role that keeps a delegate from acting in all roles of the giver; "" when none does."""
    theirs = None
    others: dict[str, str] = {}
    for spec in bp.find(kinds.SodRule).values():
        if spec.kind != "static" or spec.severity == "warning":
            continue
        if spec.decision_types and not (of == OF.TYPE and key in spec.decision_types):
            continue
        if theirs is None:
            theirs = set(_held_now(delegate, at))
        for mine, other in ((spec.a, spec.b), (spec.b, spec.a)):
            if mine in held and other in theirs:
                others[mine] = other
    return next(iter(others.values())) if others and set(others) == set(held) else ""


def _held_now(person: Person, at: datetime) -> list[str]:
    rows = RoleAssignment.objects.filter(person=person, valid__contains=at)
    return list(rows.values_list("role__key", flat=True))


def holdings(person: Person, roles: frozenset[str], at: datetime) -> list[RoleAssignment]:
    """The holdings of these roles that count at a moment."""
    rows = RoleAssignment.objects.filter(
        person=person, role__key__in=roles, valid__contains=at
    ).select_related("role")
    return list(rows.order_by("pk"))


def still_held(person: Person, roles: frozenset[str], at: datetime) -> bool:
    """Whether somebody holds one of these roles at a moment or will."""
    rows = RoleAssignment.objects.filter(person=person, role__key__in=roles)
    return rows.filter(Q(valid__endswith__isnull=True) | Q(valid__endswith__gt=at)).exists()
