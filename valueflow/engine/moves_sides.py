"""How events of handoffs, decisions and clocks change a case."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from valueflow.engine.events import Event, instant
from valueflow.engine.moves_visits import Move, phase
from valueflow.engine.records import Case, Clock, Decision, Handoff


def _optional(value: Any) -> datetime | None:
    return instant(value) if value else None


def _offered(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    handoff = Handoff(
        number=int(data["handoff"]),
        attempt=int(data.get("attempt") or 1),
        previous=data.get("previous"),
        from_visit=int(data["from_visit"]),
        to_visit=int(data["to_visit"]),
        from_stage=str(data.get("from_stage") or ""),
        to_stage=str(data.get("to_stage") or ""),
        giver_team=str(data.get("giver_team") or ""),
        giver_department=str(data.get("giver_department") or ""),
        receiver_team=str(data.get("receiver_team") or ""),
        receiver_department=str(data.get("receiver_department") or ""),
        agreement=str(data.get("agreement") or ""),
        calendar=str(data.get("calendar") or ""),
        respond_s=data.get("respond_s"),
        offered_at=event.occurred_at,
        incomplete=bool(data.get("incomplete")),
    )
    case.handoffs[handoff.number] = handoff


def _handoff(case: Case, data: Mapping[str, Any]) -> Handoff | None:
    return case.handoffs.get(int(data["handoff"]))


def _routed(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    handoff = _handoff(case, data)
    if handoff is not None:
        handoff.routed_team = str(data.get("to_team") or "")


def _responded(state: str) -> Move:
    def handler(case: Case, event: Event, data: Mapping[str, Any]) -> None:
        handoff = _handoff(case, data)
        if handoff is None:
            return
        handoff.responded_at = handoff.responded_at or event.occurred_at
        if state == "accepted":
            handoff.accepted_at, handoff.auto = event.occurred_at, bool(data.get("auto"))
        if state == "returned":
            handoff.returned_at, handoff.reason = event.occurred_at, str(data.get("reason") or "")
        _answered(case, event, data, state)
        visit = case.visits.get(handoff.to_visit)
        if state == "accepted" and visit is not None and visit.live:
            visit.accepted_at = visit.accepted_at or event.occurred_at
            if visit.current == "handoff":
                phase(visit, event.occurred_at, "queued")

    return handler


def _asked(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    handoff = _handoff(case, data)
    if handoff is not None:
        handoff.state = "clarifying"
        handoff.waits_on_giver.append((event.occurred_at, None))


def _answered(case: Case, event: Event, data: Mapping[str, Any], state: str = "offered") -> None:
    handoff = _handoff(case, data)
    if handoff is None:
        return
    handoff.state = state
    if handoff.waits_on_giver and handoff.waits_on_giver[-1][1] is None:
        handoff.waits_on_giver[-1] = (handoff.waits_on_giver[-1][0], event.occurred_at)


def _escalated(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    handoff = _handoff(case, data)
    if handoff is not None:
        handoff.escalated = True


def _decision_opened(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    number = int(data["decision"])
    case.decisions[number] = Decision(
        number=number,
        type=str(data.get("type") or ""),
        visit=data.get("visit"),
        role=str(data.get("role") or ""),
        right=str(data.get("right") or ""),
        amount=data.get("amount"),
        currency=str(data.get("currency") or ""),
        band_min=data.get("band_min"),
        band_max=data.get("band_max"),
        calendar=str(data.get("calendar") or ""),
        latency_s=data.get("latency_s"),
        opened_at=event.occurred_at,
        version=str(data.get("version") or ""),
    )


def _decision_moved(state: str) -> Move:
    def handler(case: Case, event: Event, data: Mapping[str, Any]) -> None:
        decision = case.decisions.get(int(data["decision"]))
        if decision is None:
            return
        decision.role = str(data.get("role") or decision.role)
        if state == "decided":
            decision.decided_at = event.occurred_at
            decision.outcome = str(data.get("outcome") or "")
            decision.right = str(data.get("right") or decision.right)
        if state:
            decision.state = state

    return handler


def _decision_seated(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    decision = case.decisions.get(int(data["decision"]))
    if decision is not None and data.get("body_key"):
        decision.role = str(data["body_key"])


def _clock_started(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    number = int(data["clock"])
    case.clocks[number] = Clock(
        number=number,
        metric=str(data.get("metric") or ""),
        visit=data.get("visit"),
        handoff=data.get("handoff"),
        decision=data.get("decision"),
        target_s=int(data.get("target_s") or 0),
        calendar=str(data.get("calendar") or ""),
        due_at=_optional(data.get("due_at")),
    )


def _clock_moved(state: str) -> Move:
    def handler(case: Case, event: Event, data: Mapping[str, Any]) -> None:
        clock = case.clocks.get(int(data["clock"]))
        if clock is None:
            return
        if state == "warned":
            clock.warned.append(int(data.get("percent") or 0))
            return
        if state == "breached":
            clock.breached_at = _optional(data.get("due_at")) or event.occurred_at
            return
        clock.state = state
        if state == "running":
            clock.due_at = _optional(data.get("due_at"))
        if state == "stopped":
            clock.met = bool(data.get("met"))
            clock.elapsed_s = data.get("elapsed_s")

    return handler


def _clock_retargeted(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    clock = case.clocks.get(int(data["clock"]))
    if clock is not None:
        clock.target_s = int(data["target_s"])
        clock.due_at = _optional(data.get("due_at")) or clock.due_at


def _clock_reset(case: Case, event: Event, data: Mapping[str, Any]) -> None:
    clock = case.clocks.get(int(data["clock"]))
    if clock is not None:
        clock.state, clock.warned = "running", []
        clock.met = clock.elapsed_s = clock.breached_at = None
        clock.due_at = _optional(data.get("due_at"))


MOVES: Mapping[str, Move] = {
    "handoff.offered": _offered,
    "handoff.routed": _routed,
    "handoff.accepted": _responded("accepted"),
    "handoff.returned": _responded("returned"),
    "handoff.withdrawn": _responded("withdrawn"),
    "handoff.clarification_asked": _asked,
    "handoff.clarified": _answered,
    "handoff.escalated": _escalated,
    "decision.opened": _decision_opened,
    "decision.decided": _decision_moved("decided"),
    "decision.reassigned": _decision_moved(""),
    "decision.seated": _decision_seated,
    "decision.voided": _decision_moved("void"),
    "clock.started": _clock_started,
    "clock.paused": _clock_moved("paused"),
    "clock.resumed": _clock_moved("running"),
    "clock.warned": _clock_moved("warned"),
    "clock.breached": _clock_moved("breached"),
    "clock.stopped": _clock_moved("stopped"),
    "clock.cancelled": _clock_moved("cancelled"),
    "clock.retargeted": _clock_retargeted,
    "clock.reset": _clock_reset,
}
