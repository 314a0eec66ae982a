"""What the causes of waits are told from: the waits of a week, the work beside them, who was there.

Teams are named ``team <key>`` and deciders ``role <key> <key of the team that asks>``.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min, OuterRef, Q, QuerySet, Subquery

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Workflow
from governance.blueprint.weeks import WEEK_DAYS
from governance.models import Absence, Membership, RoleAssignment
from governance.selectors import versions
from valueflow.engine.causes import LONGEST, WITHIN, People, Presence, Wait, Work
from valueflow.engine.facts import WorkingTime
from valueflow.models import FactSpan, FactVisit
from workflows.calendars import BusinessCalendar
from workflows.selectors import calendars

WEEK = timedelta(weeks=1)
# Part of every mark: change it when the rules of ``engine.causes`` change.
RULES = "1"
COLUMNS = (
    "fact_id", "position", "start", "end", "state", "stage", "team", "came", "waiting_kind",
    "waiting_on", "slack", "fact__calendar", "fact__request__version_id", "fact__workflow",
)  # fmt: skip
# Who was there so long before a week may tell why its waits lasted.
BEFORE = 13 * WEEK


@dataclass(frozen=True, slots=True)
class Row:
    """A wait and what is kept of it beside its cause."""

    wait: Wait
    stage: str
    team: str
    waiting_kind: str
    waiting_on: str
    slack: bool


def moment_of(day: date) -> datetime:
    """The midnight (UTC) at which a day begins."""
    return datetime.combine(day, time.min, UTC)


def monday_of(at: datetime) -> date:
    """The Monday of the week of a moment, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def first_week() -> date | None:
    """The week in which the first span began; one query."""
    first = FactSpan.objects.aggregate(first=Min("start"))["first"]
    return monday_of(first) if first is not None else None


def marks(since: date, until: date) -> dict[date, str]:
    """Of each week with ended spans, a mark of those spans; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT date_trunc('week', "end" AT TIME ZONE 'UTC')::date AS week, count(*),
                   sum(hashtextextended(concat_ws('|', fact_id, position, start, "end", state,
                       stage, team, visit, waiting_kind, waiting_on, slack), 0)::numeric)
            FROM valueflow_factspan WHERE "end" >= %s AND "end" < %s GROUP BY week
            """,
            [moment_of(since), moment_of(until)],
        )
        return {week: f"{count} {total}" for week, count, total in cursor.fetchall()}


def waits_of(start: datetime, end: datetime) -> list[Row]:
    """Waits that ended from one moment to, not including, another; one query."""
    rows = _spans().filter(end__gte=start, end__lt=end).exclude(state="working")
    return list(_rows(rows.order_by("fact_id", "position").values_list(*COLUMNS)))


def _spans() -> QuerySet[FactSpan]:
    """Spans with the moment at which their visit began."""
    visit = FactVisit.objects.filter(fact=OuterRef("fact_id"), number=OuterRef("visit"))
    return FactSpan.objects.annotate(came=Subquery(visit.values("entered_at")[:1]))


def others_of(start: datetime, end: datetime) -> list[Wait]:
    """Waits beside those of a week that may be of one batch with them; two queries."""
    before = waits_of(start - LONGEST - WITHIN, start)
    return [row.wait for row in before + waits_of(end, end + WITHIN + timedelta(seconds=1))]


def _rows(rows: Iterable[Sequence[object]]) -> Iterator[Row]:
    days = _Days()
    for values in rows:
        one = dict(zip(COLUMNS, values, strict=True))
        who = _who(str(one["waiting_kind"]), str(one["waiting_on"]), str(one["team"]))
        place = f"{one['fact__workflow']}/{one['stage']}"
        wait = Wait(
            case=one["fact_id"],  # type: ignore[arg-type]
            position=one["position"],  # type: ignore[arg-type]
            queue=f"{place} {one['state']} {who}",
            state=one["state"],  # type: ignore[arg-type]
            who=who,
            service=f"{one['fact__request__version_id']} {one['fact__calendar']}",
            arrived=one["came"] or one["start"],  # type: ignore[arg-type]
            start=one["start"],  # type: ignore[arg-type]
            end=one["end"],  # type: ignore[arg-type]
            shut=days.shut(one),
        )
        yield Row(
            wait=wait,
            stage=str(one["stage"]),
            team=str(one["team"]),
            waiting_kind=str(one["waiting_kind"]),
            waiting_on=str(one["waiting_on"]),
            slack=bool(one["slack"]),
        )


class _Days:
    """On which days of the week steps are done, as the versions say that requests are pinned to."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, str, str], frozenset[str]] = {}

    def shut(self, one: Mapping[str, Any]) -> tuple[tuple[datetime, datetime], ...]:
        """Stretches of a wait for a team or a decider on days on which its step is not done."""
        if one["waiting_kind"] not in ("team", "role"):
            return ()
        version, place = one["fact__request__version_id"], (one["fact__workflow"], one["stage"])
        days = self._of(version, *place)
        if not days:
            return ()
        return tuple(_other_days(one["start"], one["end"], days, zone_of(version)))

    def _of(self, version: int, workflow: str, stage: str) -> frozenset[str]:
        found = self._known.get((version, workflow, stage))
        if found is None:
            spec = versions.blueprint(version).peek(Workflow, workflow)
            stages = spec.stages if spec is not None else ()
            named = next((one.batch_days for one in stages if one.key == stage), ())
            found = self._known[version, workflow, stage] = frozenset(named)
        return found


def zone_of(version: int) -> ZoneInfo:
    """The zone in which days of the organisation begin."""
    return ZoneInfo(str(versions.blueprint(version).organisation().zone))


def _other_days(
    start: datetime, end: datetime, days: frozenset[str], zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    day = start.astimezone(zone).date()
    while (begins := datetime.combine(day, time.min, zone).astimezone(UTC)) < end:
        over = datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
        if WEEK_DAYS[day.weekday()] not in days:
            yield max(begins, start), min(over, end)
        day += timedelta(days=1)


def _who(kind: str, key: str, team: str) -> str:
    if kind == "role":
        return f"role {key} {team}"
    return f"{kind} {key}"


def work_beside(waits: Sequence[Wait]) -> list[Work]:
    """What teams worked on while these waited; what still runs goes on to the end. One query."""
    if not waits:
        return []
    start, end = min(one.start for one in waits), max(one.end for one in waits)
    teams = {one.who.removeprefix("team ") for one in waits if one.who.startswith("team ")}
    rows = _spans().filter(
        Q(end=None) | Q(end__gt=start), state="working", start__lt=end, team__in=teams
    )
    columns = ("fact_id", "team", "came", "start", "end")
    return [
        Work(case, f"team {team}", came or begun, begun, over or end)
        for case, team, came, begun, over in rows.order_by("fact_id", "position").values_list(
            *columns
        )
    ]


class Hours:
    """Calendars of teams, deciders and services as the version in force and pinned ones say."""

    def __init__(self) -> None:
        version = versions.published()
        self.bp: Blueprint | None = versions.blueprint(version) if version is not None else None
        self._known: dict[str, WorkingTime] = {}

    def of(self, who: str) -> WorkingTime:
        """Whose hours count while somebody is waited on."""
        if who not in self._known:
            self._known[who] = self._calendar(who.rpartition(" ")[2])
        return self._known[who]

    def mark(self) -> str:
        """Changes when the hours of a team do."""
        if self.bp is None:
            return ""
        teams = {team: self._calendar(team).content_hash for team in self.bp.keys("Team")}
        return hashlib.sha256(repr(sorted(teams.items())).encode()).hexdigest()

    def service(self, named: str) -> WorkingTime:
        """The calendar of a service in the version a request is pinned to."""
        if named not in self._known:
            version, _, key = named.partition(" ")
            self._known[named] = calendars.calendar_for(int(version), key)
        return self._known[named]

    def _calendar(self, team: str) -> BusinessCalendar:
        assert self.bp is not None, "there are no requests without a model"
        key = calendars.team_calendar_key(self.bp, team) if team in self.bp.keys("Team") else ""
        return calendars.calendar_in(self.bp, key)


def presence() -> dict[str, list[People]]:
    """How many members of each team, and holders of each role, were there; three queries.

    Whoever is away is not there; a decider with a stand-in is. What was before the first member or
    holder is not known.
    """
    away: dict[int, list[tuple[datetime, datetime | None, bool]]] = defaultdict(list)
    for person, valid, stand_in in Absence.objects.order_by("pk").values_list(
        "person_id", "valid", "stand_in_id"
    ):
        away[person].append((valid.lower, valid.upper, stand_in is not None))
    steps: dict[str, dict[datetime, int]] = defaultdict(lambda: defaultdict(int))
    members = Membership.objects.order_by("pk").values_list("team__key", "person_id", "valid")
    for team, person, valid in members:
        gone = [(left, back) for left, back, _stand_in in away[person]]
        _count(steps[f"team {team}"], (valid.lower, valid.upper), gone)
    holders = RoleAssignment.objects.order_by("pk").values_list("role__key", "person_id", "valid")
    for role, person, valid in holders:
        gone = [(left, back) for left, back, stand_in in away[person] if not stand_in]
        _count(steps[f"role {role}"], (valid.lower, valid.upper), gone)
    return {who: _summed(changes) for who, changes in steps.items()}


Range = tuple[datetime | None, datetime | None]
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(2199, 1, 1, tzinfo=UTC)


def _count(changes: dict[datetime, int], here: Range, gone: Iterable[Range]) -> None:
    """One more from a moment to another, without when they were away; overlaps count once."""
    cursor, until = here[0] or FIRST, here[1] or LAST
    changes[cursor] += 0
    for left, back in sorted((left or FIRST, back or LAST) for left, back in gone):
        if left > cursor and cursor < until:
            changes[cursor] += 1
            changes[min(left, until)] -= 1
        cursor = max(cursor, back)
    if cursor < until:
        changes[cursor] += 1
        changes[until] -= 1


def _summed(changes: Mapping[datetime, int]) -> list[People]:
    there, found = 0, []
    for at in sorted(changes):
        there += changes[at]
        found.append(People(at, there))
    return found


def by_who(people: Presence, waits: Iterable[Wait]) -> dict[str, Sequence[People]]:
    """Those who could act on each wait: of a decider, the holders of the role."""
    found: dict[str, Sequence[People]] = {}
    for who in {one.who for one in waits}:
        kind, _, rest = who.partition(" ")
        named = f"role {rest.partition(' ')[0]}" if kind == "role" else who
        if named in people:
            found[who] = people[named]
    return found


def mark_of(spans: str, hours: str, people: Presence, start: datetime, end: datetime) -> str:
    """The mark of a week: of its spans, the rules, the hours, and who was there up to its end."""
    told = hashlib.sha256(f"{RULES} {hours} {spans}".encode())
    for who in sorted(people):
        steps = [(step.at, step.there) for step in people[who] if step.at < end]
        recent = [step for step in steps if step[0] >= start - BEFORE] + steps[-1:]
        told.update(repr((who, recent)).encode())
    return told.hexdigest()
