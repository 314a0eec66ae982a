"""Attributed time: every second of a request has one state, one accountable, one waited on.

The *request line* covers sent to fulfilled (or to now, or to another end) without hole or overlap:
it is walked backwards from the end, at each join to the branch that reached it last. What the
other branches do meanwhile is *slack* and reported apart. While branches still run the line is
provisional: it follows the live branch that has stood longest in its stage.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from valueflow.engine.records import Case, Decision, Handoff, Kind, Stretch, Visit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time in one state; keys are those of the model, times aware UTC.

    ``team`` and ``department`` are those of the stage; while an offer is open the giver is
    accountable and the receiver waited on, or the giver while a question is open. ``end`` is the
    moment the line was drawn to when the span still runs, and ``running`` says so.
    ``waiting_kind`` is team, role (a decider), requester, third or branches (at a join), and
    ``waiting_on`` the key of the team or role.
    """

    start: datetime
    end: datetime
    state: Kind
    stage: str
    visit: int
    team: str
    department: str
    accountable_role: str
    accountable_team: str
    waiting_kind: str
    waiting_on: str
    branch: str
    slack: bool
    running: bool = False

    @property
    def seconds(self) -> int:
        """Length in whole seconds of calendar time."""
        return whole_seconds(self.end) - whole_seconds(self.start)


@dataclass(frozen=True, slots=True)
class Attribution:
    """The request line, and the slack of the branches that did not decide the end."""

    line: tuple[Span, ...]
    slack: tuple[Span, ...]
    lead_s: int


def whole_seconds(moment: datetime) -> int:
    """Whole seconds since the epoch; differences of these add up, rounded ones would not."""
    return (moment - EPOCH) // timedelta(seconds=1)


def attribute(case: Case, now: datetime) -> Attribution:
    """Spans of a case up to its end, or to ``now`` while it is open; lead time in seconds."""
    line: list[Span] = []
    slack: list[Span] = []
    lead_s = 0
    for index, stretch in enumerate(case.stretches):
        end = stretch.end or max(now, stretch.start)
        path = _path(case, stretch, index)
        line += _line(case, path, stretch, end)
        on_line = {visit.number for visit in path}
        for visit in _visits_of(case, index):
            if visit.number not in on_line:
                slack += _branch(case, visit, end, stretch.end is None)
        lead_s += whole_seconds(end) - whole_seconds(stretch.start)
    return Attribution(tuple(line), tuple(sorted(slack, key=_order)), lead_s)


def _order(span: Span) -> tuple[datetime, int]:
    return span.start, span.visit


def _visits_of(case: Case, index: int) -> list[Visit]:
    """Visits entered in one stretch; a reopened request starts a new walk."""
    start = case.stretches[index].start
    later = case.stretches[index + 1].start if index + 1 < len(case.stretches) else None
    return [
        visit
        for visit in case.visits.values()
        if visit.entered_at >= start and (later is None or visit.entered_at < later)
    ]


def _path(case: Case, stretch: Stretch, index: int) -> list[Visit]:
    """Visits of the line in order of time, found by walking back from the last one."""
    visits = {visit.number: visit for visit in _visits_of(case, index)}
    last = _last(list(visits.values()), stretch)
    path: list[Visit] = []
    seen: set[int] = set()
    while last is not None and last.number not in seen:
        seen.add(last.number)
        path.append(last)
        last = _before(last, visits)
    return path[::-1]


def _last(visits: list[Visit], stretch: Stretch) -> Visit | None:
    def cut(visit: Visit) -> bool:
        cancelled = visit.outcome == "cancelled" and visit.parked_at is None
        return visit.live or (cancelled and visit.ended_at == stretch.end)

    standing = [visit for visit in visits if cut(visit)]
    if stretch.outcome != "fulfilled" and standing:
        return min(standing, key=lambda visit: (visit.entered_at, visit.number))
    ended = [visit for visit in visits if visit.ended_at is not None]
    return max(ended, key=_reached, default=None)


def _reached(visit: Visit) -> tuple[datetime, int]:
    """When a visit reached what comes after it; the later event wins a tie."""
    assert visit.ended_at is not None
    return visit.ended_at, visit.end_seq


def _before(visit: Visit, visits: dict[int, Visit]) -> Visit | None:
    """The visit that led here last; where none is named, the last one of the same branch.

    Branches are told by their tokens: ``1.2`` was forked from ``1`` and joins into it again.
    """
    named = [visits[number] for number in visit.sources if number in visits]
    known = [v for v in named if v.ended_at is not None and v.ended_at <= visit.entered_at]
    if not known:
        known = [
            v
            for v in visits.values()
            if v.number != visit.number
            and v.ended_at is not None
            and v.ended_at <= visit.entered_at
            and _related(v.token, visit.token)
        ]
    return max(known, key=_reached, default=None)


def _related(a: str, b: str) -> bool:
    return a == b or a.startswith(f"{b}.") or b.startswith(f"{a}.")


def _line(case: Case, path: list[Visit], stretch: Stretch, end: datetime) -> list[Span]:
    """Spans of the path; each visit also answers for what lies between it and the one before."""
    spans: list[Span] = []
    cursor = stretch.start
    running = stretch.end is None
    for position, visit in enumerate(path):
        upto = path[position + 1].entered_at if position + 1 < len(path) else end
        if visit.entered_at > cursor:
            spans.append(_span(case, visit, "queued", cursor, visit.entered_at, slack=False))
        start = max(cursor, visit.entered_at)
        spans += _phases(case, visit, start, upto, running=running and visit.live)
        cursor = max(start, upto)
    return spans


def _branch(case: Case, visit: Visit, end: datetime, is_open: bool) -> list[Span]:
    """Slack of one visit: its own time, then the wait at the join."""
    upto = visit.ended_at or end
    spans = _phases(case, visit, visit.entered_at, upto, slack=True, running=is_open and visit.live)
    if visit.parked_at is not None:
        joined = visit.joined_at or end
        if joined > visit.parked_at:
            waits = visit.joined_at is None and is_open
            spans.append(
                _span(case, visit, "parked", visit.parked_at, joined, slack=True, running=waits)
            )
    return spans


def _phases(
    case: Case,
    visit: Visit,
    start: datetime,
    end: datetime,
    *,
    slack: bool = False,
    running: bool = False,
) -> list[Span]:
    """Spans of a visit's phases between two moments; the last phase reaches to the end."""
    spans: list[Span] = []
    for position, phase in enumerate(visit.phases):
        last = position + 1 == len(visit.phases)
        begins = max(phase.at, start) if position else start
        ends = end if last else min(visit.phases[position + 1].at, end)
        for piece_start, piece_end, asked in _pieces(case, visit, phase.kind, begins, ends):
            spans.append(
                _span(
                    case,
                    visit,
                    phase.kind,
                    piece_start,
                    piece_end,
                    slack=slack,
                    asked=asked,
                    running=running and last and piece_end == end,
                )
            )
    return spans


def _pieces(
    case: Case, visit: Visit, kind: Kind, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime, bool]]:
    """Cuts a phase where a question to the giver opens and closes; empty pieces are left out."""
    handoff = case.handoffs.get(visit.handoff or 0)
    questions = handoff.waits_on_giver if kind == "handoff" and handoff is not None else []
    cursor = start
    for asked_at, answered_at in questions:
        opens = min(max(asked_at, cursor), end)
        closes = min(max(answered_at or end, opens), end)
        if opens > cursor:
            yield cursor, opens, False
        if closes > opens:
            yield opens, closes, True
        cursor = closes
    if end > cursor:
        yield cursor, end, False


def _span(
    case: Case,
    visit: Visit,
    kind: Kind,
    start: datetime,
    end: datetime,
    *,
    slack: bool,
    asked: bool = False,
    running: bool = False,
) -> Span:
    handoff = case.handoffs.get(visit.handoff or 0) if kind == "handoff" else None
    role, team = _accountable(case, visit, handoff)
    waiting_kind, waiting_on = _waiting(case, visit, kind, handoff, asked)
    return Span(
        start=start,
        end=end,
        state=kind,
        stage=visit.stage,
        visit=visit.number,
        team=visit.team,
        department=visit.department,
        accountable_role=role,
        accountable_team=team,
        waiting_kind=waiting_kind,
        waiting_on=waiting_on,
        branch=visit.token,
        slack=slack,
        running=running,
    )


def _accountable(case: Case, visit: Visit, handoff: Handoff | None) -> tuple[str, str]:
    """Who answers: the giver until an offer is accepted, then the stage's role and team."""
    if handoff is None:
        return visit.role, visit.team
    giver = case.visits.get(handoff.from_visit)
    return (giver.role if giver else ""), handoff.giver_team


def _waiting(
    case: Case, visit: Visit, kind: Kind, handoff: Handoff | None, asked: bool
) -> tuple[str, str]:
    """Who must act next, as a kind and a key."""
    if kind in ("requester", "third"):
        return kind, ""
    if kind == "decision":
        return "role", _decider_role(case.decisions, visit)
    if kind == "parked":
        return "branches", ""
    if handoff is not None:
        receiver = handoff.routed_team or handoff.receiver_team or visit.team
        return "team", handoff.giver_team if asked else receiver
    return "team", visit.team


def _decider_role(decisions: dict[int, Decision], visit: Visit) -> str:
    opened = [d for d in decisions.values() if d.visit == visit.number]
    return opened[-1].role if opened else ""
