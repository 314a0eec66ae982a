"""Requests as exported events tell them. Imports none of our code.

Every visit to a stage is one stretch of a branch, cut into states where an event says so. The line
of a request is found backwards: from the visit that ended it (or is live) to the one that led to
it, so that at a join the branch that came last is followed. What is not on it is slack.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

ENDS = ("fulfilled", "withdrawn", "declined", "cancelled")
ENTERED = {"offered": "handoff", "queued": "queued", "deciding": "decision"}
WAITS = {"requester": "requester", "third": "third"}


def moment(text: str) -> datetime:
    """A moment of the export; whole seconds, as all durations are."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).replace(microsecond=0)


@dataclass(frozen=True)
class Span:
    """One state of one branch, from start until end; who answers for it and who must act."""

    start: datetime
    end: datetime
    state: str
    stage: str
    accountable: str
    waiting_on: str

    @property
    def seconds(self) -> int:
        """Calendar seconds."""
        return int((self.end - self.start).total_seconds())


@dataclass
class Visit:
    """One entry to a stage; ``before`` is the visit that led here, within one stretch."""

    seq: int
    stage: str
    team: str
    entered: datetime
    before: int | None
    stretch: int = 0
    marks: list[tuple[datetime, str, str, str]] = field(default_factory=list)
    left: tuple[datetime, int] | None = None

    def move(self, stage: str) -> None:
        """It is one of another stage, and always was as far as figures go."""
        self.stage = stage

    def spans(self, until: datetime) -> list[Span]:
        """Its states, up to its end or ``until``."""
        stops = [mark[0] for mark in self.marks[1:]] + [self.left[0] if self.left else until]
        return [
            Span(at, stop, state, self.stage, accountable, waiting_on)
            for (at, state, accountable, waiting_on), stop in zip(self.marks, stops, strict=True)
        ]


@dataclass
class Offer:
    """One offer of work from team to team."""

    data: dict[str, Any]
    offered: datetime
    accepted: datetime | None = None
    returned: datetime | None = None
    asked: bool = False

    @property
    def sent_back(self) -> bool:
        """The receiver could not use it as it was."""
        return self.returned is not None or self.asked


@dataclass
class Promise:
    """The clock of the promise: the stretches it ran, the last one maybe still running."""

    target_s: int
    calendar: str
    since: datetime | None
    state: str = "running"
    ran: list[tuple[datetime, datetime]] = field(default_factory=list)

    def halt(self, at: datetime, state: str) -> None:
        """It stands still or has ended."""
        if self.since is not None:
            self.ran.append((self.since, at))
        self.since, self.state = None, state


class Case:
    """One request as its events up to a moment tell it."""

    def __init__(self, submitted: dict[str, Any]) -> None:
        self.chain: str = submitted["chain"]
        self.sent: dict[str, Any] = submitted["data"]
        self.submitted = moment(submitted["occurred_at"])
        self.ended: datetime | None = None
        self.outcome = "open"
        # From sent to fulfilled; when it was reopened, from then to the next end.
        self.stretches: list[tuple[datetime, datetime | None]] = [(self.submitted, None)]
        self.visits: dict[int, Visit] = {}
        self.offers: dict[int, Offer] = {}
        self.promise: Promise | None = None
        self.touch: list[tuple[int, bool]] = []
        self._promises: dict[int, Promise] = {}
        self._decisions: dict[int, int] = {}
        self._sent_from: int | None = None

    def read(self, event: dict[str, Any]) -> None:
        """Take in the next event of the chain."""
        at, data = moment(event["occurred_at"]), event["data"]
        about, _, what = event["type"].partition(".")
        if about == "request":
            self._request(what, at, data)
        elif about == "visit":
            self._visit(what, at, data, event["seq"])
        elif about == "handoff":
            self._handoff(what, at, data)
        elif about == "decision":
            self._decision(what, at, data, event["seq"])
        elif about == "clock":
            self._clock(what, at, data)

    def _request(self, what: str, at: datetime, data: dict[str, Any]) -> None:
        if what in ENDS:
            self.outcome, self.ended = what, at
            self.stretches[-1] = (self.stretches[-1][0], at)
        elif what == "reopened":
            self.outcome, self.ended, self._sent_from = "open", None, None
            self.stretches.append((at, None))
        elif what in ("migrated", "migration_undone"):
            self.sent = {**self.sent, "version": data["version"]}
            for told in data["visits"]:
                self.visits[told["visit"]].move(told["stage"])

    def _visit(self, what: str, at: datetime, data: dict[str, Any], seq: int) -> None:
        if what == "entered":
            self._enter(at, data)
        elif what == "skipped":
            return
        else:
            visit = self.visits[data["visit"]]
            if what == "queued":
                self._mark(visit, at, "queued", visit.team, visit.team)
            elif what in ("started", "unblocked"):
                self._mark(visit, at, "working", visit.team, visit.team)
            elif what == "released":
                self._mark(visit, at, "queued", visit.team, visit.team)
            elif what == "blocked":
                state = WAITS.get(data["party"], "blocked")
                self._mark(visit, at, state, visit.team, data["party"])
            elif what in ("completed", "returned", "cancelled"):
                visit.left = (at, seq)
                if what == "completed":
                    self.touch.append((data["touch_s"], data["estimated"]))
                elif what == "returned":
                    self._sent_from = visit.seq

    def _enter(self, at: datetime, data: dict[str, Any]) -> None:
        sources = [seq for seq in data["sources"] if seq in self.visits]
        if sources:
            before: int | None = max(sources, key=lambda seq: self.visits[seq].left or (at, 0))
        elif data["rework"]:
            before = self._sent_from
        else:
            before = None
        stretch = len(self.stretches) - 1
        visit = Visit(data["visit"], data["stage"], data["team"], at, before, stretch)
        self.visits[visit.seq] = visit
        giver = self.visits[before].team if before is not None else visit.team
        answers = giver if data["state"] == "offered" else visit.team
        self._mark(visit, at, ENTERED[data["state"]], answers, visit.team)

    def _mark(self, visit: Visit, at: datetime, state: str, answers: str, acts: str) -> None:
        visit.marks.append((at, state, answers, acts))

    def _handoff(self, what: str, at: datetime, data: dict[str, Any]) -> None:
        if what == "offered":
            self.offers[data["handoff"]] = Offer(data, at)
            return
        offer = self.offers[data["handoff"]]
        given, taken = offer.data["giver_team"], offer.data["receiver_team"]
        visit = self.visits[offer.data["to_visit"]]
        if what == "accepted":
            offer.accepted = at
        elif what == "returned":
            offer.returned = at
        elif what == "clarification_asked":
            offer.asked = True
            self._mark(visit, at, "handoff", given, given)
        elif what == "clarified":
            self._mark(visit, at, "handoff", given, taken)

    def _decision(self, what: str, at: datetime, data: dict[str, Any], seq: int) -> None:
        if what == "opened" and data["visit"] is not None:
            self._decisions[data["decision"]] = data["visit"]
        elif what == "decided" and data["outcome"] == "refer_back":
            visit = self.visits[self._decisions[data["decision"]]]
            visit.left, self._sent_from = (at, seq), visit.seq

    def _clock(self, what: str, at: datetime, data: dict[str, Any]) -> None:
        if what == "started" and data["metric"] == "promise":
            self.promise = Promise(data["target_s"], data["calendar"], at)
            self._promises[data["clock"]] = self.promise
        promise = self._promises.get(data["clock"])
        if promise is None:
            return
        if what == "retargeted":
            promise.target_s = data["target_s"]
        elif what == "paused":
            promise.halt(at, "paused")
        elif what == "resumed":
            promise.since, promise.state = at, "running"
        elif what in ("stopped", "cancelled"):
            promise.halt(at, what)

    @property
    def confidential(self) -> bool:
        """In no general figure."""
        return bool(self.sent["confidential"])

    def line(self, until: datetime) -> list[Span]:
        """Every second of its stretches (the last one maybe ``until``), each of one branch."""
        found: list[Span] = []
        for number, (_, ended) in enumerate(self.stretches):
            spans: list[Span] = []
            for visit in self.path(number):
                spans = visit.spans(ended or until) + spans
            found += spans
        return [span for span in found if span.seconds]

    def slack(self, until: datetime) -> list[Span]:
        """What other branches did meanwhile."""
        lines = [self.path(number) for number in range(len(self.stretches))]
        on_line = {visit.seq for path in lines for visit in path}
        spans = [s for v in self.visits.values() if v.seq not in on_line for s in v.spans(until)]
        return [span for span in spans if span.seconds]

    def path(self, stretch: int) -> list[Visit]:
        """The visits of the line of one stretch, last one first."""
        there = [visit for visit in self.visits.values() if visit.stretch == stretch]
        live = [visit for visit in there if visit.left is None]
        if live:
            visit: Visit | None = max(live, key=lambda v: (v.entered, v.seq))
        else:
            visit = max(there, key=lambda v: v.left or (v.entered, 0))
        found = []
        while visit is not None:
            found.append(visit)
            visit = self.visits[visit.before] if visit.before is not None else None
        return found


def events_of(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The exported lines, parsed."""
    return [json.loads(line) for line in lines if line.strip()]


def came_back(events: Iterable[dict[str, Any]]) -> dict[tuple[str, int], datetime]:
    """The ends (by chain and number) that did not last, and when the request came back."""
    found: dict[tuple[str, int], datetime] = {}
    last: dict[str, int] = {}
    for event in sorted(events, key=lambda row: (row["chain"], row["seq"])):
        if event["type"] == "request.fulfilled":
            last[event["chain"]] = event["seq"]
        elif event["type"] == "request.reopened":
            found[event["chain"], last[event["chain"]]] = moment(event["occurred_at"])
    return found


def cases_of(events: Iterable[dict[str, Any]], before: datetime) -> list[Case]:
    """All requests as they stood just before a moment; an end that did not last is none."""
    events = list(events)
    back = came_back(events)
    chains: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        undone = back.get((event["chain"], event["seq"]), before) > before
        known = event["chain"].startswith("request/") and moment(event["occurred_at"]) < before
        if known and not undone:
            chains[event["chain"]].append(event)
    found = []
    for rows in chains.values():
        first, *rest = sorted(rows, key=lambda row: row["seq"])
        case = Case(first)
        for event in rest:
            case.read(event)
        found.append(case)
    return found
