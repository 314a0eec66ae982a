"""Work sessions, where a team measures its working time: one at a time per person.

Only who took a step starts one. Starting another stops the first; what is forgotten is closed at
the end of the working day of the team's calendar, or at midnight when it was begun after hours.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from esm.common import clock
from esm.common.errors import Conflict, InvalidState
from esm.events.actors import SYSTEM, Actor
from esm.events.services import ledger
from governance import policies
from governance.blueprint.blueprint import Blueprint
from governance.policies import Scope
from workflows import locks
from workflows.event_types.working import WorkStarted, WorkStopped
from workflows.models import StageVisit, WorkSession
from workflows.selectors import calendars
from workflows.services.case import Case

BATCH = 200
BUSY = "You started or stopped something at the same moment. Look again."


@dataclass(frozen=True)
class Started:
    """The running session and the request whose session it stopped, "" for none."""

    session: WorkSession
    stopped: str = ""


def closes_at(blueprint: Blueprint, team_key: str, start: datetime) -> datetime:
    """When a session that nobody stops ends: closing time of that day, after hours midnight."""
    key = calendars.team_calendar_key(blueprint, team_key)
    calendar = calendars.calendar_in(blueprint, key)
    zone = ZoneInfo(str(calendar.zone))
    tomorrow = (start.astimezone(zone) + timedelta(days=1)).date()
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone)
    spans = calendar.open_spans(start, midnight.astimezone(start.tzinfo))
    return spans[-1][1] if spans else midnight.astimezone(start.tzinfo)


@transaction.atomic
def start_session(request_id: int, seq: int, *, actor: Actor) -> Started:
    """Begin to measure; the session that ran before stops. The same one twice changes nothing.

    Raises NotAllowed for all but who took the step, InvalidState where the step is not in work or
    the team does not measure, Conflict when two starts meet.
    """
    running = _running(actor)
    wanted = {request_id} | ({running.visit.request_id} if running else set())
    cases = {r.pk: Case.of(r, actor) for r in locks.requests_in_order(sorted(wanted))}
    case = cases[request_id]
    visit = case.visit(seq)
    _require(case, visit, actor)
    assert actor.person_id is not None
    running = _running(actor)
    if running is not None and running.visit.request_id not in cases:
        raise Conflict(BUSY)
    if running is not None and running.visit_id == visit.pk:
        return Started(running)
    stopped = ""
    if running is not None:
        other = cases[running.visit.request_id]
        _stop(other, [running], case.now, "switched")
        stopped = other.request.ref
    try:
        with transaction.atomic():
            session = WorkSession.objects.create(
                visit=visit,
                person_id=actor.person_id,
                started_at=case.now,
                closes_at=closes_at(case.blueprint, visit.team.key, case.now),
            )
    except IntegrityError:
        raise Conflict(BUSY) from None
    case.note(WorkStarted(visit=visit.seq, person=actor.ref))
    for touched in sorted(cases.values(), key=lambda c: c.request.pk):
        touched.save()
    return Started(session, stopped)


def _running(actor: Actor) -> WorkSession | None:
    rows = WorkSession.objects.filter(person_id=actor.person_id or 0, stopped_at=None)
    return rows.select_related("visit").first()


def _require(case: Case, visit: StageVisit, actor: Actor) -> None:
    scope = Scope(team_id=visit.team_id, holder_id=visit.holder_id or 0)
    policies.require(actor, "visit.measure", scope)
    if not case.blueprint.get("Team", visit.team.key).work_sessions:
        raise InvalidState(f"{visit.team.name} does not measure its working time.")
    if visit.state != StageVisit.State.ACTIVE:
        raise InvalidState(f"This step is {visit.get_state_display()}; nobody works on it now.")


@transaction.atomic
def stop_session(request_id: int, seq: int, *, actor: Actor) -> WorkSession:
    """Stop one's own session on a step. Raises InvalidState when none runs."""
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    rows = list(visit.sessions.filter(person_id=actor.person_id or 0, stopped_at=None))
    if not rows:
        raise InvalidState("No work session of yours runs on this step.")
    _stop(case, rows, case.now, "stopped")
    case.save()
    return rows[0]


def end(case: Case, visit: StageVisit, how: str) -> None:
    """Within a step: nobody works on this visit any more. Costs nothing where nobody measured."""
    if getattr(visit, "measured", True):
        _stop(case, visit.sessions.filter(stopped_at=None), case.now, how)


def end_all(case: Case, how: str) -> None:
    """Within a step: the request ended, so nobody works on any of its visits."""
    open_ones = WorkSession.objects.filter(visit__request=case.request, stopped_at=None)
    _stop(case, open_ones.select_related("visit"), case.now, how)


def _stop(case: Case, rows: Iterable[WorkSession], at: datetime, how: str) -> None:
    for row in rows:
        # Somebody may have begun in the second that is stopped.
        row.stopped_at = max(at, row.started_at)
        WorkSession.objects.filter(pk=row.pk).update(stopped_at=row.stopped_at)
        seconds = int((row.stopped_at - row.started_at).total_seconds())
        person = f"P-{row.person_id}"
        case.note(WorkStopped(visit=row.visit.seq, person=person, seconds=seconds, how=how))


def close_forgotten(limit: int = BATCH) -> int:
    """Close what was left running after the day it was begun; how many."""
    now = clock.now().replace(microsecond=0)
    due = WorkSession.objects.filter(stopped_at=None, closes_at__lte=now).order_by("closes_at")
    ids = sorted(set(due.values_list("visit__request_id", flat=True)[:limit]))
    return _close(ids, now) if ids else 0


@transaction.atomic
def _close(ids: Sequence[int], now: datetime) -> int:
    requests = {row.pk: row for row in locks.requests_skipping(ids)}
    by_request: dict[int, list[WorkSession]] = defaultdict(list)
    rows = WorkSession.objects.filter(
        stopped_at=None, closes_at__lte=now, visit__request_id__in=list(requests)
    )
    for row in rows.select_related("visit").order_by("visit__request_id", "pk"):
        by_request[row.visit.request_id].append(row)
    entries, closed = [], 0
    for pk, mine in by_request.items():
        case = Case.of(requests[pk], SYSTEM)
        for row in mine:
            _stop(case, [row], row.closes_at or now, "forgotten")
        closed += len(mine)
        entries.append(ledger.Entry(case.request, case.events, now))
    ledger.record_many(entries, actor=SYSTEM)
    return closed
