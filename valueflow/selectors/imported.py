"""The same figures over an imported log: a group stands for a department, a case for a request.

A log knows no calendars, no promise and usually no start stamps: what it cannot say is None with
the reason beside it, never an invented figure. Handovers handed straight back to the giver stand
in for returns.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

import numpy as np
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from esm.common.ui.amounts import number, percent
from valueflow.engine import figures, groups
from valueflow.engine.summary import (
    NO_TIME,
    CaseRow,
    Efficiency,
    Flight,
    HandoffRow,
    OpenRow,
    Promise,
    Run,
    Summary,
    Times,
)
from valueflow.logs import flow as log_flow
from valueflow.logs.cases import finished
from valueflow.logs.frame import LogFrame
from valueflow.logs.moves import moves
from valueflow.models import EventLog
from valueflow.selectors import logs
from valueflow.selectors.drill import HANDOFFS, PAGE, Drill, Line
from valueflow.selectors.frames import frame_of
from valueflow.selectors.scope import FlowScope

Row = TypeVar("Row")
HOUR_S = 3600
DAY_S = 86_400


def log_of(scope: FlowScope, user: User) -> EventLog:
    """The log of a scope. Raises NotFound unless it was read and the viewer may see it."""
    log = logs.by_number(user, scope.log_id or 0)
    if log.state != EventLog.State.READY:
        raise NotFound(_("This log has not been read yet."))
    return log


def summary(scope: FlowScope, user: User) -> Summary:
    """Figures of one imported log for the cases that finished in the period."""
    log = log_of(scope, user)
    frame = frame_of(log)
    every = cases(frame, log.name)
    done = [c for c in every if c.finished and c.ended_at and scope.start <= c.ended_at < scope.end]
    flying = [c for c in every if not c.finished and c.submitted_at < scope.end]
    at = min(scope.end, log.last_at or scope.end)
    no_promise = _("not measurable: a log holds no promise")
    return Summary(
        source=scope.source,
        start=scope.start,
        end=scope.end,
        at=at,
        zone=scope.zone.key,
        filters={},
        finished=len(done),
        submitted=sum(scope.start <= c.submitted_at < scope.end for c in every),
        finished_ever=sum(c.finished for c in every),
        lead=figures.lead(done),
        promise=Promise(0, 0, 0, None, no_promise),
        efficiency=_efficiency(frame, done),
        flight=_flight(flying, at),
        weeks=figures.weekly(every, scope.start, scope.end, scope.zone, open_known=False),
        handoffs=figures.handoffs(handovers(frame, {c.id for c in done}), _everything(every)),
        splits=(),
        open=(opened := tuple(_open(case, at) for case in flying)),
        ages=groups.ages(opened),
        run=_run(scope, done, log.name),
        day_s=DAY_S,
        unmeasured={"promise": no_promise, "business": _("a log holds no working hours")},
    )


def _everything(every: list[CaseRow]) -> frozenset[int]:
    """Whoever may open a log may list all of its cases."""
    return frozenset(case.id for case in every)


def _efficiency(frame: LogFrame, done: list[CaseRow]) -> Efficiency:
    found = log_flow.efficiency(frame)
    base = figures.efficiency(done, found.reason)
    if found.share is None or found.touch_hours is None:
        return base
    return Efficiency(
        n=found.n,
        touch_s=round(found.touch_hours * HOUR_S),
        estimated_s=0,
        lead=Times(found.lead_hours * HOUR_S, None),
        share=None,
        share_calendar=found.share,
    )


def efficiency_text(log: EventLog) -> str:
    """Flow efficiency in words: the share, or why it cannot be measured."""
    found = log_flow.efficiency(frame_of(log))
    return found.reason if found.share is None else percent(found.share)


def _flight(flying: list[CaseRow], at: datetime) -> Flight:
    return Flight(
        at=at,
        n=len(flying),
        late=None,
        days_of_work=None,
        mean_days=None,
        little=None,
    )


def _open(case: CaseRow, at: datetime) -> OpenRow:
    age = max(0, int((at - case.submitted_at).total_seconds()))
    return OpenRow(case.id, case.number, case.stream, Times(age, None), False, 0, DAY_S)


def _run(scope: FlowScope, done: list[CaseRow], name: str) -> Run:
    weeks = figures.whole_weeks(
        scope.start - timedelta(days=6), scope.end + timedelta(days=6), scope.zone
    )
    return figures.run(name, done, weeks, [], scope.zone)


def cases(frame: LogFrame, stream: str) -> list[CaseRow]:
    """Cases in the log's order; those that did not reach a closing activity are open."""
    edges = frame.first_of_case()
    done = finished(frame)
    codes = frame.codes("case")
    stamps = frame.data["ts"]
    starts = stamps.gather(edges[:-1]).to_list()
    ends = stamps.gather(edges[1:] - 1).to_list()
    found = []
    for place, (start, end) in enumerate(zip(starts, ends, strict=True)):
        code, closed = int(codes[edges[place]]), bool(done[place])
        seconds = (end - start).total_seconds()
        found.append(
            CaseRow(
                id=code,
                number=frame.cases[code],
                stream=stream,
                service="",
                version="",
                submitted_at=start,
                ended_at=end if closed else None,
                outcome="fulfilled" if closed else "open",
                day_s=DAY_S,
                lead=Times(seconds, None) if closed else NO_TIME,
            )
        )
    return found


def handovers(frame: LogFrame, wanted: set[int]) -> list[HandoffRow]:
    """Steps from one group to another within the wanted cases."""
    steps = moves(frame)
    mask = steps.handovers
    source, target, case = steps.from_group[mask], steps.to_group[mask], steps.case[mask]
    hours = steps.hours[mask]
    back = np.zeros(len(case), dtype=bool)
    if len(case):
        back[:-1] = (
            (case[1:] == case[:-1]) & (source[1:] == target[:-1]) & (target[1:] == source[:-1])
        )
    return [
        HandoffRow(
            case=one,
            giver=frame.groups[giver],
            receiver=frame.groups[receiver],
            attempt=1,
            outcome="accepted",
            sent_back=returned,
            wait=Times(wait * HOUR_S, None),
            lost=Times(wait * HOUR_S, None),
            day_s=DAY_S,
        )
        for one, giver, receiver, returned, wait in zip(
            case.tolist(), source.tolist(), target.tolist(), back.tolist(), hours.tolist(),
            strict=True,
        )
        if one in wanted
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """Time all cases spent with a group or in a state; ``share`` of the whole, hours in sum."""

    name: str
    hours: float
    share: float
    cases: int
    median_hours: float

    @property
    def days(self) -> str:
        """Calendar days in sum."""
        return number(self.hours / 24, 0)


def shares(log: EventLog) -> dict[str, list[Held]]:
    """Where the time of a log goes, by state and by group, the largest first."""
    frame = frame_of(log)
    return {
        "activities": [_held(row) for row in log_flow.time_by_activity(frame)],
        "groups": [_held(row) for row in log_flow.time_by_group(frame)],
    }


def _held(row: log_flow.TimeShare) -> Held:
    return Held(row.name or _("no group yet"), row.hours, row.share, row.cases, row.median_hours)


def drill(
    scope: FlowScope, user: User, figure: str, extra: dict[str, str], after: str = ""
) -> Drill:
    """One page of cases or handovers behind a figure of a log. Raises NotFound for others."""
    log = log_of(scope, user)
    frame = frame_of(log)
    every = cases(frame, log.name)
    done = [c for c in every if c.finished and c.ended_at and scope.start <= c.ended_at < scope.end]
    if figure == HANDOFFS:
        return _handover_list(frame, every, done, extra, after)
    lists = {
        "finished": (_("Finished cases"), done),
        "in-flight": (_("Cases in flight"), [c for c in every if not c.finished]),
    }
    if figure not in lists:
        raise NotFound(_("There is no such figure."))
    title, found = lists[figure]
    week = extra.get("week", "")
    if week:
        found = [c for c in found if c.ended_at and _is_week(c.ended_at, week, scope)]
    page, rest = _page(found, after)
    return Drill(figure, title, "cases", len(found), tuple(map(_case_line, page)), rest, extra)


def _is_week(at: datetime, week: str, scope: FlowScope) -> bool:
    return figures.monday(at, scope.zone).isoformat() == week


def _page(rows: list[Row], after: str) -> tuple[list[Row], str]:
    start = int(after) if after.isdigit() else 0
    page = rows[start : start + PAGE]
    return page, str(start + PAGE) if len(rows) > start + PAGE else ""


def _case_line(case: CaseRow) -> Line:
    return Line(
        ref=case.number,
        url="",
        title="",
        service="",
        stage="",
        team="",
        sent_at=case.submitted_at,
        ended_at=case.ended_at,
        outcome=case.outcome,
        promise="none",
        lead=case.lead,
        day_s=DAY_S,
    )


def _handover_list(
    frame: LogFrame,
    every: list[CaseRow],
    done: list[CaseRow],
    extra: dict[str, str],
    after: str,
) -> Drill:
    rows = [row for row in handovers(frame, {c.id for c in done}) if _wanted(row, extra)]
    by_id = {case.id: case for case in every}
    page, rest = _page(rows, after)
    lines = tuple(
        replace(
            _case_line(by_id[row.case]),
            handoff=row.giver,
            team=row.receiver,
            wait=row.wait,
            sent_back=row.sent_back,
        )
        for row in page
    )
    return Drill(HANDOFFS, _("Handovers between groups"), "handoffs", len(rows), lines, rest, extra)


def _wanted(row: HandoffRow, extra: dict[str, str]) -> bool:
    return (
        extra.get("giver", row.giver) == row.giver
        and extra.get("receiver", row.receiver) == row.receiver
        and (row.sent_back or not extra.get("back"))
    )
