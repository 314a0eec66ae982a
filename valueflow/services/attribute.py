"""Tells why waits lasted, week by week; a week is told anew when anything in it changed."""

from datetime import date, timedelta

from django.db import transaction

from esm.common import clock
from valueflow.engine.causes import Presence, causes
from valueflow.locks import lock_weeks
from valueflow.models import FactWait, WaitWeek
from valueflow.selectors import waits
from valueflow.selectors.waits import WEEK, Hours

RECENT = 3


def attribute_waits(*, weeks: int | None = RECENT) -> int:
    """Tell the waits of the last weeks, or of all with None, where anything changed in them.

    Idempotent: told again they are the same. Returns how many weeks were made anew.
    """
    first = waits.first_week()
    if first is None:
        return 0
    until = waits.monday_of(clock.now()) + WEEK
    since = first if weeks is None else max(first, until - weeks * WEEK)
    people, hours = waits.presence(), Hours()
    by = hours.mark()
    marks = waits.marks(since, until)
    told = dict(WaitWeek.objects.filter(monday__gte=since).values_list("monday", "mark"))
    made = 0
    for monday in sorted(marks.keys() | told.keys()):
        start = waits.moment_of(monday)
        mark = waits.mark_of(marks.get(monday, ""), by, people, start, start + WEEK)
        if told.get(monday) != mark:
            _tell(monday, mark, people, hours)
            made += 1
    return made


@transaction.atomic
def _tell(monday: date, mark: str, people: Presence, hours: Hours) -> None:
    lock_weeks()
    start = waits.moment_of(monday)
    end = start + timedelta(weeks=1)
    rows = waits.waits_of(start, end)
    asked = [row.wait for row in rows]
    parts = causes(
        asked,
        waits.work_beside(asked),
        waits.by_who(people, asked),
        hours=hours.of,
        service_hours=hours.service,
        others=waits.others_of(start, end),
    )
    FactWait._default_manager.filter(week=monday)._raw_delete("default")  # type: ignore[attr-defined]
    FactWait.objects.bulk_create(
        [
            FactWait(
                fact_id=row.wait.case,
                position=row.wait.position,
                week=monday,
                state=row.wait.state,
                stage=row.stage,
                team=row.team,
                waiting_kind=row.waiting_kind,
                waiting_on=row.waiting_on,
                slack=row.slack,
                cause=part.cause,
                cal_s=part.cal_s,
                bus_s=part.bus_s,
            )
            for row in rows
            for part in parts[row.wait.case, row.wait.position]
        ],
        batch_size=2000,
    )
    WaitWeek.objects.update_or_create(monday=monday, defaults={"mark": mark})
