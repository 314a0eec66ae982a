"""The day on which somebody wants to go on with a step; until then it sorts below the rest.

Clocks run on: a day to follow up changes nothing that was promised or agreed.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState
from esm.events.actors import SYSTEM, Actor
from esm.events.services import ledger, quarantine
from esm.events.services.quarantine import Swept
from governance import policies
from workflows import locks
from workflows.event_types.working import FollowUpCame, FollowUpCleared, FollowUpSet
from workflows.models import StageVisit
from workflows.selectors import calendars
from workflows.services.case import Case, fields_of
from workflows.services.stages import scope_of

SWEEP, BATCH = "follow-ups", 200
LONGEST_DAYS = 366
STATES = (StageVisit.State.QUEUED, StageVisit.State.ACTIVE, StageVisit.State.BLOCKED)


@transaction.atomic
def set_follow_up(request_id: int, seq: int, *, on: date | None, actor: Actor) -> StageVisit:
    """Follow up on the first day from ``on`` on which the team works; None takes the day back.

    Raises Invalid for a day that is over or more than a year away.
    """
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.follow-up", scope_of(visit))
    if visit.state not in STATES:
        raise InvalidState(
            f"This step is {visit.get_state_display()}; nobody follows up on it now.", allowed=[]
        )
    at = _opening(case, visit, on) if on is not None else None
    if at == visit.follow_up_at:
        return visit
    visit.follow_up_at, visit.asleep = at, at is not None
    StageVisit.objects.filter(pk=visit.pk).update(**fields_of(visit, "follow_up_at", "asleep"))
    if at is None:
        case.note(FollowUpCleared(visit=visit.seq))
    else:
        case.note(FollowUpSet(visit=visit.seq, at=at.isoformat()))
    case.save()
    return visit


def _opening(case: Case, visit: StageVisit, on: date) -> datetime:
    """When the team opens on the day, or on the next one on which it works."""
    key = calendars.team_calendar_key(case.blueprint, visit.team.key)
    calendar = calendars.calendar_in(case.blueprint, key)
    zone = ZoneInfo(calendar.zone)
    today = case.now.astimezone(zone).date()
    if not today < on <= today + timedelta(days=LONGEST_DAYS):
        sentence = "Choose a day after today, within a year."
        raise Invalid(sentence, {"on": [sentence]})
    begins = datetime.combine(on, time.min, tzinfo=zone)
    spans = calendar.open_spans(begins, begins + timedelta(days=30))
    return spans[0][0] if spans else begins


def wake(limit: int = BATCH) -> int:
    """Let work whose day has come back to its place in the queue; how much came back.

    Requests somebody works on at this moment are left to the next sweep.
    """
    woken = quarantine.recover(SWEEP, _wake)
    rows = StageVisit.objects.filter(asleep=True, follow_up_at__lte=clock.now())
    rows = rows.exclude(request_id__in=quarantine.taken(SWEEP)).order_by("follow_up_at", "pk")
    ids = sorted(set(rows.values_list("request_id", flat=True)[:limit]))
    return woken + (quarantine.batch(SWEEP, ids, _wake).effects if ids else 0)


def _wake(ids: Sequence[int]) -> Swept:
    requests = {row.pk: row for row in locks.requests_skipping(ids)}
    now = clock.now().replace(microsecond=0)
    rows = StageVisit.objects.filter(
        asleep=True, follow_up_at__lte=clock.now(), request_id__in=requests
    )
    found = list(rows.order_by("request_id", "seq"))
    StageVisit.objects.filter(pk__in=[row.pk for row in found]).update(asleep=False)
    # What ended in the meantime needs no word.
    came = [row for row in found if row.state in StageVisit.LIVE]
    entries = [
        ledger.Entry(requests[row.request_id], [FollowUpCame(visit=row.seq)], now) for row in came
    ]
    if entries:
        ledger.record_many(entries, actor=SYSTEM)
    return Swept(len(came), len(requests))


def wake_quietly(ids: Sequence[int]) -> None:
    """Let work of these requests back to its place, and tell nobody."""
    due = StageVisit.objects.filter(request_id__in=ids, follow_up_at__lte=clock.now())
    due.update(asleep=False)
