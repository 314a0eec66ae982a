"""Who holds a role, and who stands in for them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from esm.common import clock
from governance.models import Absence, Person, Role, RoleAssignment


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role at the moment of asking; `ref` identifies the person."""

    ref: str
    name: str
    absent: bool = False
    stand_in: str | None = None
    stand_in_name: str = ""


@dataclass(frozen=True)
class Wanted:
    """A role, and where it is asked for."""

    role: str
    department: str = ""
    stream: str = ""
    team: str = ""

    @property
    def focuses(self) -> list[tuple[str, str]]:
        """Assignments without a focus hold everywhere; others where their focus is asked for."""
        asked = (("department", self.department), ("stream", self.stream), ("team", self.team))
        return [("", ""), *((kind, key) for kind, key in asked if key)]

    def rows(self) -> Q:
        """The assignments of the role that hold there."""
        there = Q(focus_kind="")
        for kind, key in self.focuses[1:]:
            there |= Q(focus_kind=kind, focus_key=key)
        return Q(there, role__key=self.role)

    def fits(self, row: RoleAssignment) -> bool:
        """Whether an assignment is one of them."""
        focus = (row.focus_kind, row.focus_key if row.focus_kind else "")
        return row.role.key == self.role and focus in self.focuses


def stand_ins(person_ids: Iterable[int], at: datetime) -> dict[int, Person | None]:
    """Who is away at ``at``, and who stands in: an active person who is not away, or None.

    A stand-in who is away is followed to their own stand-in, never round in a circle.
    """
    away: dict[int, Person | None] = {}
    rows = Absence.objects.filter(valid__contains=at).select_related("stand_in").order_by("pk")
    all_away: dict[int, Person | None] = {}
    for row in rows:
        if all_away.get(row.person_id) is None:
            all_away[row.person_id] = row.stand_in
    for person_id in set(person_ids):
        if person_id not in all_away:
            continue
        seen = {person_id}
        found = all_away[person_id]
        while found is not None and found.pk in all_away and found.pk not in seen:
            seen.add(found.pk)
            found = all_away[found.pk]
        usable = found is not None and found.active and found.pk not in seen
        away[person_id] = found if usable else None
    return away


def _holder(person: Person, away: Mapping[int, Person | None]) -> Holder:
    stand_in = away.get(person.pk)
    return Holder(
        ref=person.ref,
        name=person.name,
        absent=person.pk in away,
        stand_in=stand_in.ref if stand_in else None,
        stand_in_name=stand_in.name if stand_in else "",
    )


def holders(
    role_key: str,
    *,
    department: str = "",
    stream: str = "",
    team: str = "",
    at: datetime | None = None,
) -> list[Holder]:
    """Active people who hold a role at ``at``, those whose focus fits first."""
    wanted = Wanted(role_key, department, stream, team)
    return holders_of([wanted], at=at)[wanted]


def holders_of(
    asked: Collection[Wanted], *, at: datetime | None = None
) -> dict[Wanted, list[Holder]]:
    """The holders of several roles; one query, a second one where somebody is away.

    Within the same fit, who holds it longest comes first, so that the answer is stable.
    """
    if not asked:
        return {}
    at = at or clock.now()
    absent = Absence.objects.filter(person_id=OuterRef("person_id"), valid__contains=at)
    rows = RoleAssignment.objects.filter(
        reduce(or_, (wanted.rows() for wanted in asked)),
        person__active=True,
        valid__contains=at,
    )
    found = list(rows.select_related("person", "role").annotate(absent=Exists(absent)))
    found.sort(key=lambda r: (r.focus_kind == "", r.valid.lower or at, r.pk))
    gone = [row.person_id for row in found if row.absent]
    away = stand_ins(gone, at) if gone else {}
    people = {w: {r.person_id: r.person for r in found if w.fits(r)} for w in asked}
    return {w: [_holder(person, away) for person in each.values()] for w, each in people.items()}


def role_keys(person_id: int, at: datetime | None = None) -> list[str]:
    """Keys of the roles a person holds."""
    rows = RoleAssignment.objects.filter(person_id=person_id, valid__contains=at or clock.now())
    return sorted(set(rows.values_list("role__key", flat=True)))


def role_names(keys: Iterable[str]) -> dict[str, str]:
    """Names of roles by key."""
    return dict(Role.objects.filter(key__in=set(keys)).values_list("key", "name"))
