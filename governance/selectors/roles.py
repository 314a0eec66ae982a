"""Who holds a role, and who stands in for them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from esm.common import clock
from governance.blueprint.resolve import Holder
from governance.models import Absence, Person, Role, RoleAssignment


def _focus(department: str, stream: str, team: str) -> Q:
    """Assignments without a focus hold everywhere; others where their focus is asked for."""
    wanted = Q(focus_kind="")
    for kind, key in (("department", department), ("stream", stream), ("team", team)):
        if key:
            wanted |= Q(focus_kind=kind, focus_key=key)
    return wanted


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
    """Active people who hold a role at ``at``, those whose focus fits first.

    One query, a second one where somebody is away.

    Within the same fit, who holds it longest comes first, so that the answer is stable.
    """
    at = at or clock.now()
    absent = Absence.objects.filter(person_id=OuterRef("person_id"), valid__contains=at)
    rows = list(
        RoleAssignment.objects.filter(
            _focus(department, stream, team),
            role__key=role_key,
            person__active=True,
            valid__contains=at,
        )
        .select_related("person")
        .annotate(absent=Exists(absent))
    )
    found: dict[int, Person] = {}
    for row in sorted(rows, key=lambda r: (r.focus_kind == "", r.valid.lower or at, r.pk)):
        found.setdefault(row.person_id, row.person)
    gone = [row.person_id for row in rows if row.absent]
    away = stand_ins(gone, at) if gone else {}
    return [_holder(person, away) for person in found.values()]


def holders_for_resolve(
    at: datetime | None = None,
) -> Callable[[str, dict[str, str]], list[Holder]]:
    """The callable the resolver asks: role key and focus to holders at ``at``."""

    def ask(role_key: str, focus: dict[str, str]) -> list[Holder]:
        return holders(
            role_key,
            department=focus.get("department", ""),
            stream=focus.get("stream", ""),
            team=focus.get("team", ""),
            at=at,
        )

    return ask


def role_keys(person_id: int, at: datetime | None = None) -> list[str]:
    """Keys of the roles a person holds."""
    rows = RoleAssignment.objects.filter(person_id=person_id, valid__contains=at or clock.now())
    return sorted(set(rows.values_list("role__key", flat=True)))


def role_names(keys: Iterable[str]) -> dict[str, str]:
    """Names of roles by key."""
    return dict(Role.objects.filter(key__in=set(keys)).values_list("key", "name"))
