"""Kept findings as people look at them: filtered, by owner, the most at stake first, and in time.

Everybody who is signed in may know what is wrong with the model; what is told of single decisions
is for those who answer for the whole. A count of the trend and its list are one predicate.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Min, Q, QuerySet

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import CODES, SEVERITIES
from governance.blueprint.lint.stake import gravest_first
from governance.models import (
    FindingClosing,
    FindingSpell,
    KeptFinding,
    ModelVersion,
    RoleAssignment,
)
from governance.models.findings import COUNTED
from governance.selectors.finding_remedies import Remedies, Remedy, remedies_for
from governance.selectors.people import Account, facts_for, person_for, standing_for
from governance.selectors.versions import blueprint, published
from governance.selectors.waivers import sees_all

AREAS: Mapping[str, tuple[str, ...]] = {
    "people": ("PEO",),
    "process": ("PRC", "CLK", "PRV", "MOD"),
    "technology": ("TEC",),
    "governance": ("GOV", "ADO"),
    "value": ("VAL",),
}
STATES: Mapping[str, tuple[str, ...]] = {
    "counted": KeptFinding.DEBT,
    "open": ("open",),
    "acknowledged": ("acknowledged",),
    "waived": ("waived",),
    "closed": ("closed",),
    "fixed": ("fixed",),
    "all": tuple(KeptFinding.State.values),
}
MINE = "mine"
TOP, SHOWN = 5, 150
SPANS = (30, 90, 365)
DEFAULT_SPAN = 90


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which findings: all filters of the address. ``on`` is a day at whose end they were open."""

    severity: str = ""
    area: str = ""
    owner: str = ""
    stream: str = ""
    state: str = "counted"
    on: date | None = None
    span: int = DEFAULT_SPAN

    def query(self, **changes: str) -> str:
        """The address with some filters changed; usual ones fall away."""
        given = {
            "severity": self.severity,
            "area": self.area,
            "owner": self.owner,
            "stream": self.stream,
            "state": "" if self.state == "counted" else self.state,
            "on": self.on.isoformat() if self.on else "",
            "days": "" if self.span == DEFAULT_SPAN else str(self.span),
        }
        chosen = {name: text for name, text in (given | changes).items() if text}
        return f"?{urlencode(chosen)}" if chosen else "?"


@dataclass(frozen=True, slots=True)
class FindingRow:
    """A finding with the names and the one thing the viewer can do about it."""

    row: KeptFinding
    owner: str
    consequence: str
    remedy: Remedy | None
    days: int
    may_note: bool
    closing: FindingClosing | None = None

    @property
    def back(self) -> bool:
        """It was mended before and came again."""
        return self.row.times > 1


@dataclass(frozen=True, slots=True)
class OwnerGroup:
    """What one role answers for; ``vacant`` says that nobody holds it now."""

    key: str
    name: str
    vacant: bool
    days: Decimal
    rows: tuple[FindingRow, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """How many findings were open at the end of a day, by severity, gravest first."""

    day: date
    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.counts)


@dataclass(frozen=True)
class FindingsPage:
    """Everything the page shows; ``more`` are left out of the groups."""

    version: ModelVersion | None
    wanted: Wanted
    total: int
    counts: tuple[tuple[str, int], ...]
    top: tuple[FindingRow, ...]
    groups: tuple[OwnerGroup, ...]
    more: int
    trend: tuple[Day, ...]
    marks: tuple[tuple[date, str], ...]
    owners: tuple[tuple[str, str], ...]
    streams: tuple[tuple[str, str], ...]


def visible_to(user: Account) -> QuerySet[KeptFinding]:
    """What an account may know of."""
    rows = KeptFinding.objects.all()
    return rows if sees_all(user) else rows.exclude(part=COUNTED)


def own_roles(user: Account) -> set[str]:
    """Keys of the roles somebody holds."""
    standing = standing_for(user)
    return {role.key for role in standing.roles} if standing is not None else set()


def _filtered(user: Account, wanted: Wanted) -> QuerySet[KeptFinding]:
    """Under all filters but state and day."""
    rows = visible_to(user)
    if wanted.severity:
        rows = rows.filter(severity=wanted.severity)
    if wanted.area:
        codes = Q()
        for start in AREAS[wanted.area]:
            codes |= Q(rule__startswith=start)
        rows = rows.filter(codes)
    if wanted.owner == MINE:
        rows = rows.filter(owner_role__in=own_roles(user))
    elif wanted.owner:
        rows = rows.filter(owner_role=wanted.owner)
    return rows.filter(streams__contains=[wanted.stream]) if wanted.stream else rows


def listed(user: Account, wanted: Wanted, zone: ZoneInfo) -> QuerySet[KeptFinding]:
    """The findings of a list: of a state, or open at the end of a day."""
    if wanted.on is None:
        return _filtered(user, wanted).filter(state__in=STATES[wanted.state])
    spells = FindingSpell.objects.filter(_at(end_of(wanted.on, zone)))
    if wanted.severity:
        # The severity it had then.
        spells = spells.filter(severity=wanted.severity)
    rows = _filtered(user, replace(wanted, severity=""))
    return rows.filter(pk__in=spells.values("finding"))


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The end of a day in the organisation's zone, or this moment while it is not over."""
    midnight = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
    return min(midnight, clock.now())


def _at(moment: datetime) -> Q:
    """Spells in which a moment lies."""
    return Q(began_at__lte=moment) & (Q(ended_at=None) | Q(ended_at__gt=moment))


def trend(user: Account, wanted: Wanted, zone: ZoneInfo) -> tuple[Day, ...]:
    """How many were open at the end of each day of the span, under the filters; two queries.

    Days before anything was ever looked for are left out: nobody knows of them.
    """
    today = clock.now().astimezone(zone).date()
    began = FindingSpell.objects.aggregate(first=Min("began_at"))["first"]
    first = began.astimezone(zone).date() if began is not None else today
    days = [today - timedelta(days=n) for n in range(wanted.span - 1, -1, -1)]
    days = [day for day in days if day >= first]
    ends = [end_of(day, zone) for day in days]
    spells = FindingSpell.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=ends[0]),
        finding__in=_filtered(user, replace(wanted, severity="")),
        began_at__lte=ends[-1],
    )
    if wanted.severity:
        spells = spells.filter(severity=wanted.severity)
    known = list(spells.order_by().values_list("severity", "began_at", "ended_at"))
    found = []
    for day, end in zip(days, ends, strict=True):
        there = [s for s, began, ended in known if began <= end and (ended is None or ended > end)]
        found.append(Day(day, tuple(there.count(severity) for severity in SEVERITIES)))
    return tuple(found)


def zone_of(bp: Blueprint | None) -> ZoneInfo:
    """The organisation's zone."""
    return ZoneInfo(bp.organisation().zone if bp is not None else "UTC")


def page(user: Account, wanted: Wanted) -> FindingsPage:
    """The whole page; a handful of queries however many there are."""
    version = published()
    bp = blueprint(version) if version is not None else None
    zone = zone_of(bp)
    found = list(listed(user, wanted, zone).select_related("acknowledged_by", "waiver", "version"))
    rows = shown(user, found, bp, version)
    graves = [sum(one.row.severity == severity for one in rows) for severity in SEVERITIES]
    visible = visible_to(user).filter(state__in=STATES["all"]).order_by()
    days = trend(user, wanted, zone)
    owners = visible.exclude(owner_role="").values_list("owner_role", flat=True).distinct()
    return FindingsPage(
        version=version,
        wanted=wanted,
        total=len(rows),
        counts=tuple((s, n) for s, n in zip(SEVERITIES, graves, strict=True) if n),
        top=tuple(rows[:TOP]) if len(rows) > TOP else (),
        groups=_groups(rows[:SHOWN], bp),
        more=max(0, len(rows) - SHOWN),
        trend=days,
        marks=tuple(mark for mark in _marks(wanted, zone) if days and mark[0] >= days[0].day),
        owners=tuple(sorted(((key, _name(bp, key)) for key in owners), key=lambda o: o[1])),
        streams=tuple((k, s.name) for k, s in bp.find(kinds.ValueStream).items()) if bp else (),
    )


def shown(
    user: Account,
    found: Sequence[KeptFinding],
    bp: Blueprint | None,
    version: ModelVersion | None,
) -> list[FindingRow]:
    """Findings in their order: blockers, then by days at stake, by severity, the oldest first."""
    remedies = None
    if bp is not None and version is not None:
        remedies = remedies_for(user, bp, version, [row for row in found if row.fixed_at is None])
    mine, steward = own_roles(user), facts_for(user).steward
    person = person_for(user)
    closings = _closings(found)
    rows = [
        FindingRow(
            row=row,
            owner=_name(bp, row.owner_role),
            consequence=CODES[row.rule].then if row.rule in CODES else "",
            remedy=_remedy(remedies, row),
            days=((row.fixed_at or clock.now()) - row.opened_at).days,
            may_note=row.open and person is not None and (steward or row.owner_role in mine),
            closing=closings.get(row.pk),
        )
        for row in found
    ]
    return sorted(rows, key=_order)


def _closings(found: Sequence[KeptFinding]) -> dict[int, FindingClosing]:
    """By finding, how it was closed last; a query where one is closed, or was before."""
    ids = [row.pk for row in found if row.state in ("closed", "open", "acknowledged")]
    rows = FindingClosing.objects.filter(finding__in=ids).order_by("pk")
    return {row.finding_id: row for row in rows.select_related("who", "proposal", "closed_by")}


def _order(one: FindingRow) -> tuple[object, ...]:
    row = one.row
    return (*gravest_first(row.severity, row.stake), row.opened_at, row.pk)


def _remedy(remedies: Remedies | None, row: KeptFinding) -> Remedy | None:
    return remedies.of(row) if remedies is not None and row.fixed_at is None else None


def _name(bp: Blueprint | None, key: str) -> str:
    role = bp.peek(kinds.Role, key) if bp is not None else None
    return role.name if role is not None else key.replace("-", " ")


def _groups(rows: Sequence[FindingRow], bp: Blueprint | None) -> tuple[OwnerGroup, ...]:
    """By owner, whoever has most at stake first; one query."""
    by_owner: dict[str, list[FindingRow]] = defaultdict(list)
    for one in rows:
        by_owner[one.row.owner_role].append(one)
    now = clock.now()
    held = RoleAssignment.objects.filter(
        role__key__in=by_owner, person__active=True, valid__contains=now
    )
    known = set(held.values_list("role__key", flat=True))
    return tuple(
        OwnerGroup(
            key=key,
            name=_name(bp, key),
            vacant=key not in known,
            days=sum((one.row.stake or Decimal(0) for one in own), Decimal(0)),
            rows=tuple(own),
        )
        for key, own in by_owner.items()
    )


def _marks(wanted: Wanted, zone: ZoneInfo) -> tuple[tuple[date, str], ...]:
    """Days of the span on which a version came into force."""
    today = clock.now().astimezone(zone).date()
    rows = ModelVersion.objects.filter(published_at__isnull=False).order_by("number")
    found = []
    for code, at in rows.values_list("code", "published_at"):
        day = at.astimezone(zone).date() if at is not None else None
        if day is not None and day > today - timedelta(days=wanted.span):
            found.append((day, code))
    return tuple(found)


def open_of(roles: Sequence[str], user: Account) -> int:
    """How many open findings roles answer for, of those the viewer may know; one query."""
    return visible_to(user).filter(owner_role__in=roles, state__in=KeptFinding.DEBT).count()
