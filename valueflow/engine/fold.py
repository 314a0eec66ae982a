"""Folds a request's events into a case, and a case into the states its rows should have.

The fold is total: an event that says nothing about flow (a comment, a file) changes nothing but
the last number seen. It never looks at a clock, so the same events always give the same case.
"""

from collections.abc import Iterable, Mapping

from valueflow.engine import moves_sides, moves_visits
from valueflow.engine.events import Event
from valueflow.engine.moves_visits import Move
from valueflow.engine.records import Case, Kind

MOVES: Mapping[str, Move] = {**moves_visits.MOVES, **moves_sides.MOVES}

# How the stored rows call the kinds of time a live visit can be in.
VISIT_STATES: Mapping[Kind, str] = {
    "handoff": "offered",
    "queued": "queued",
    "working": "active",
    "requester": "blocked",
    "third": "blocked",
    "blocked": "blocked",
    "decision": "deciding",
}


def fold(events: Iterable[Event]) -> Case:
    """The case told by ``events``, which must be one chain in the order of its numbers."""
    case = Case()
    for event in events:
        case.chain, case.last_seq = event.chain, event.seq
        move = MOVES.get(event.type)
        if move is not None:
            move(case, event, event.data)
    return case


def visit_states(case: Case) -> dict[int, str]:
    """State that the stored row of each visit must have after these events."""
    states: dict[int, str] = {}
    for number, visit in case.visits.items():
        if visit.live:
            states[number] = VISIT_STATES[visit.current]
        else:
            # A visit whose branch waits at a join is done; the wait is the token's, not its own.
            states[number] = "done" if visit.outcome == "parked" else visit.outcome
    return states


def handoff_states(case: Case) -> dict[int, str]:
    """State that the stored row of each handoff must have after these events."""
    return {number: handoff.state for number, handoff in case.handoffs.items()}


def clock_states(case: Case) -> dict[int, str]:
    """State that the stored row of each clock must have after these events."""
    return {number: clock.state for number, clock in case.clocks.items()}
