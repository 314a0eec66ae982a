"""How events of the request itself and of its visits change a case."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from valueflow.engine.events import Event
from valueflow.engine.records import Case, Kind, Phase, Stretch, Visit

Move = Callable[[Case, Event, Mapping[str, Any]], None]

ENTRY_KINDS: Mapping[str, Kind] = {
    "offered": "handoff",
    "queued": "queued",
    "deciding": "decision",
    "active": "working",
}
PARTIES: Mapping[str, Kind] = {"requester": "requester", "third": "third"}


def phase(visit: Visit, at: datetime, kind: Kind) -> None:
    if not visit.phases or visit.phases[-1].kind != kind:
        visit.phases.append(Phase(at, kind))


def _end(visit: Visit, event: Event, outcome: str) -> None:
    if visit.ended_at is None:
        visit.ended_at, visit.end_seq = event.occurred_at, event.seq
    visit.outcome = outcome


def _submitted(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.head, case.state = data, "submitted"
    case.stretches.append(Stretch(event.occurred_at))


def _started(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.state = "in_progress"
    case.started_at = case.started_at or event.occurred_at


def _ended(outcome: str) -> Move:
    def handler(case: Case, event: Event, data: Mapping[str, Any]) -> None:
        case.state = outcome
        stretch = case.stretches[-1]
        if stretch.end is None:
            stretch.end, stretch.outcome = event.occurred_at, outcome
        for visit in case.visits.values():
            # A join that leads straight to the end enters no further stage.
            if visit.parked_at is not None and visit.joined_at is None:
                visit.joined_at = event.occurred_at

    return handler


def _closed(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.state = "closed"


def _reopened(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.state = "in_progress"
    case.stretches.append(Stretch(event.occurred_at))


def _waiting(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.state = "waiting"
    _blocked(case, event, data)


def _resumed(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.state = "in_progress"
    _unblocked(case, event, data)


def _entered(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    visit = Visit(
        number=int(data["visit"]),
        stage=str(data["stage"]),
        kind=str(data.get("kind") or "work"),
        team=str(data.get("team") or ""),
        department=str(data.get("department") or ""),
        role=str(data.get("role") or ""),
        token=str(data.get("token") or ""),
        entered_at=event.occurred_at,
        sources=tuple(data.get("sources") or ()),
        handoff=data.get("handoff"),
        rework=bool(data.get("rework")),
        est_touch_s=int(data.get("est_touch_s") or 0),
        target_s=data.get("target_s"),
        calendar=str(data.get("calendar") or ""),
    )
    phase(visit, event.occurred_at, ENTRY_KINDS.get(str(data.get("state")), "queued"))
    for waiting in case.visits.values():
        # The token of a fork rests again only when its branches have joined.
        joins = waiting.number in visit.sources or waiting.token.startswith(f"{visit.token}.")
        if joins and waiting.parked_at is not None and waiting.joined_at is None:
            waiting.joined_at = event.occurred_at
    case.visits[visit.number] = visit


def _visit(case: Case, data: Mapping[str, Any]) -> Visit | None:
    number = data.get("visit")
    return case.visits.get(int(number)) if number is not None else None


def _moved(kind: Kind) -> Move:
    def handler(case: Case, event: Event, data: Mapping[str, Any]) -> None:
        visit = _visit(case, data)
        if visit is None:
            return
        if kind == "queued" and visit.handoff is not None and visit.accepted_at is None:
            visit.accepted_at = event.occurred_at
        if kind == "working":
            visit.started_at = visit.started_at or event.occurred_at
        phase(visit, event.occurred_at, kind)

    return handler


def _blocked(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    visit = _visit(case, data)
    if visit is not None and visit.live and not visit.blocked:
        visit.blocked = True
        phase(visit, event.occurred_at, PARTIES.get(str(data.get("party")), "blocked"))


def _unblocked(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    visit = _visit(case, data)
    if visit is None or not visit.live or not visit.blocked:
        return
    visit.blocked = False
    standing = ("requester", "third", "blocked")
    worked = [step.kind for step in visit.phases if step.kind not in standing]
    before: Kind = worked[-1] if worked else "queued"
    phase(visit, event.occurred_at, before)


def _completed(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    visit = _visit(case, data)
    if visit is None:
        return
    _end(visit, event, "parked" if visit.outcome == "parked" else "done")
    visit.touch_s = int(data.get("touch_s") or 0)
    visit.estimated = bool(data.get("estimated"))


def _visit_ended(outcome: str) -> Move:
    def handler(case: Case, event: Event, data: Mapping[str, Any]) -> None:
        visit = _visit(case, data)
        if visit is not None:
            _end(visit, event, outcome)
            if outcome == "parked":
                visit.parked_at = event.occurred_at

    return handler


def _migrated(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    """It follows another version; where its live visits go on is told with it."""
    case.head = {**case.head, "version": str(data["version"])}
    for told in data["visits"]:
        visit = _visit(case, told)
        if visit is not None:
            visit.stage, visit.role = str(told["stage"]), str(told["role"])
            visit.est_touch_s = int(told["est_touch_s"])


def _skipped(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    case.skipped.append(str(data["stage"]))


MOVES: Mapping[str, Move] = {
    "request.submitted": _submitted,
    "request.started": _started,
    "request.waiting": _waiting,
    "request.resumed": _resumed,
    "request.fulfilled": _ended("fulfilled"),
    "request.withdrawn": _ended("withdrawn"),
    "request.declined": _ended("declined"),
    "request.cancelled": _ended("cancelled"),
    "request.closed": _closed,
    "request.reopened": _reopened,
    "request.migrated": _migrated,
    "request.migration_undone": _migrated,
    "visit.entered": _entered,
    "visit.queued": _moved("queued"),
    "visit.started": _moved("working"),
    "visit.released": _moved("queued"),
    "visit.blocked": _blocked,
    "visit.unblocked": _unblocked,
    "visit.completed": _completed,
    "visit.returned": _visit_ended("returned"),
    "visit.cancelled": _visit_ended("cancelled"),
    "visit.parked": _visit_ended("parked"),
    "visit.skipped": _skipped,
}
