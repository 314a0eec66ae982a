"""Writes the events of one request by hand: a small teller with a clock of its own.

Teams, departments and roles are derived from the stage's name, so that a test names only what it
is about: stage ``a`` belongs to team ``team-a`` of department ``dep-a`` under role ``role-a``.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from valueflow.engine.events import Event, from_row

# A Monday; the calendars of the tests open at 09:00.
MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Story:
    """One request told step by step; every verb is one transaction at the present moment."""

    def __init__(self, number: int = 10001, start: datetime = MONDAY, **head: Any) -> None:
        self.rows: list[dict[str, Any]] = []
        self.now = start
        self.number = number
        self.chain = f"request/{number - 10000}"
        self.visits = self.handoffs = self.decisions = self.clocks = 0
        self.stage: dict[int, str] = {}
        self.token: dict[int, str] = {}
        self.offer: dict[int, int] = {}
        self.asked: dict[str, Any] = {
            "number": number,
            "service": "advice",
            "offering": "advice-written",
            "stream": "stream",
            "workflow": "flow",
            "version": "V-1",
            "requester": "P-1",
            "department": "dep-asker",
            "promise_s": 5 * 28_800,
            "promised_at": None,
            "calendar": "office",
            "amount": None,
            "currency": "",
            "confidential": False,
            "channel": "browser",
        } | head

    def __iter__(self):
        return iter(self.events)

    @property
    def events(self) -> list[Event]:
        """The events told so far."""
        return [from_row(row) for row in self.rows]

    def tell(self, kind: str, /, at: datetime | None = None, **data: Any) -> "Story":
        """Append one event at the present moment, or at another one."""
        self.rows.append(
            {
                "chain": self.chain,
                "seq": len(self.rows) + 1,
                "type": kind,
                "occurred_at": (at or self.now).isoformat(),
                "role": "",
                "team": "",
                "department": "",
                "version": self.asked["version"],
                "data": data,
            }
        )
        return self

    def after(self, **delta: float) -> "Story":
        """Let time pass."""
        self.now += timedelta(**delta)
        return self

    def submit(self, *stages: str) -> "Story":
        """Sent; the first stage (or several, after a fork at the start) is queued."""
        self.tell("request.submitted", **self.asked)
        self.start_clock("promise", target_s=self.asked["promise_s"])
        for index, stage in enumerate(stages):
            token = "0" if len(stages) == 1 else f"0.{index + 1}"
            self.enter(stage, state="queued", token=token)
        return self

    def start_clock(self, metric: str, target_s: int = 14_400, **data: Any) -> int:
        """A clock starts; returns its number."""
        self.clocks += 1
        due = self.now + timedelta(seconds=target_s)
        given = {"visit": None, "handoff": None, "decision": None, "calendar": "office"} | data
        self.tell(
            "clock.started",
            clock=self.clocks,
            metric=metric,
            target_s=target_s,
            due_at=due.isoformat(),
            **given,
        )
        return self.clocks

    def enter(
        self,
        stage: str,
        *,
        state: str,
        token: str,
        sources: Sequence[int] = (),
        rework: bool = False,
        handoff: int | None = None,
        kind: str = "work",
    ) -> int:
        """A stage is entered; returns the visit's number."""
        self.visits += 1
        number = self.visits
        self.stage[number], self.token[number] = stage, token
        self.tell(
            "visit.entered",
            visit=number,
            stage=stage,
            kind=kind,
            team=f"team-{stage}",
            department=f"dep-{stage}",
            role=f"role-{stage}",
            est_touch_s=3600,
            target_s=28_800,
            calendar="office",
            token=token,
            rework=rework,
            sources=list(sources),
            handoff=handoff,
            state=state,
        )
        return number

    def claim(self, visit: int | None = None) -> "Story":
        """Somebody takes the visit (the latest one unless named)."""
        return self.tell("visit.started", visit=visit or self.visits, holder="P-9")

    def complete(
        self, visit: int | None = None, *, touch_s: int = 3600, estimated: bool = True
    ) -> int:
        """The visit's work is done; returns its number."""
        number = visit or self.visits
        self.tell("visit.completed", visit=number, touch_s=touch_s, estimated=estimated, to=[])
        return number

    def hand_over(
        self,
        stage: str,
        visit: int | None = None,
        *,
        token: str | None = None,
        sources: Sequence[int] | None = None,
        previous: int | None = None,
        **touch: Any,
    ) -> int:
        """Complete a visit and offer the next stage to its team; returns the handoff's number."""
        giver = self.complete(visit, **touch)
        return self.offer_from(giver, stage, token=token, sources=sources, previous=previous)

    def offer_from(
        self,
        giver: int,
        stage: str,
        *,
        token: str | None = None,
        sources: Sequence[int] | None = None,
        previous: int | None = None,
    ) -> int:
        """Offer a stage after a visit that has ended."""
        self.handoffs += 1
        number = self.handoffs
        attempt = 1 if previous is None else self._attempt(previous) + 1
        visit = self.enter(
            stage,
            state="offered",
            token=token or self.token[giver],
            sources=[giver] if sources is None else sources,
            handoff=number,
        )
        self.offer[visit] = number
        return self._offered(number, attempt, previous, giver, visit, stage)

    def _offered(
        self, number: int, attempt: int, previous: int | None, giver: int, visit: int, stage: str
    ) -> int:
        self.tell(
            "handoff.offered",
            handoff=number,
            attempt=attempt,
            previous=previous,
            from_visit=giver,
            to_visit=visit,
            from_stage=self.stage[giver],
            to_stage=stage,
            giver_team=f"team-{self.stage[giver]}",
            giver_department=f"dep-{self.stage[giver]}",
            receiver_team=f"team-{stage}",
            receiver_department=f"dep-{stage}",
            agreement=f"{self.stage[giver]}-to-{stage}",
            respond_s=14_400,
            complete_s=28_800,
            calendar="office",
            criteria=[],
            incomplete=False,
        )
        return number

    def _attempt(self, handoff: int) -> int:
        return next(
            row["data"]["attempt"]
            for row in self.rows
            if row["type"] == "handoff.offered" and row["data"]["handoff"] == handoff
        )

    def _receiving(self, handoff: int) -> int:
        return next(visit for visit, number in self.offer.items() if number == handoff)

    def accept(self, handoff: int | None = None, *, auto: bool = False) -> "Story":
        """The receiver takes the work into its queue."""
        number = handoff or self.handoffs
        self.tell("handoff.accepted", handoff=number, auto=auto)
        return self.tell("visit.queued", visit=self._receiving(number))

    def send_back(self, handoff: int | None = None, reason: str = "incomplete") -> int:
        """The receiver returns it: the giver's stage is entered anew as rework, queued."""
        number = handoff or self.handoffs
        visit = self._receiving(number)
        giver = next(
            row["data"]["from_visit"]
            for row in self.rows
            if row["type"] == "handoff.offered" and row["data"]["handoff"] == number
        )
        self.tell("handoff.returned", handoff=number, reason=reason, returns=1)
        self.tell("visit.returned", visit=visit, handoff=number)
        return self.enter(
            self.stage[giver],
            state="queued",
            token=self.token[visit],
            sources=[visit],
            rework=True,
        )

    def decide(self, stage: str, visit: int | None = None, **touch: Any) -> int:
        """Complete a visit whose next stage is a decision; returns the deciding visit."""
        giver = self.complete(visit, **touch)
        number = self.enter(
            stage, state="deciding", token=self.token[giver], sources=[giver], kind="decision"
        )
        self.decisions += 1
        self.tell(
            "decision.opened",
            decision=self.decisions,
            type="approve-spend",
            visit=number,
            amount="200000.00",
            currency="EUR",
            right="spend-high",
            band_min="100000",
            band_max=None,
            role="chief",
            decider="P-3",
            due_at=None,
            latency_s=28_800,
            calendar="office",
            version="V-1",
        )
        return number

    def decided(self, outcome: str = "approve") -> "Story":
        """The open decision is made and its visit completed without touch time."""
        self.tell(
            "decision.decided",
            decision=self.decisions,
            outcome=outcome,
            role="chief",
            right="spend-high",
            decider="P-3",
        )
        return self

    def park(self, visit: int, join: str = "join", **touch: Any) -> int:
        """The visit is done and its branch waits at a join."""
        self.complete(visit, **touch)
        self.tell("visit.parked", visit=visit, join=join)
        return visit

    def fulfil(self, *, met: bool = True, elapsed_s: int = 0) -> "Story":
        """The last stage ended."""
        self.tell("clock.stopped", clock=1, met=met, elapsed_s=elapsed_s)
        return self.tell("request.fulfilled")

    def withdraw(self, *live: int) -> "Story":
        """The requester no longer needs it."""
        for visit in live:
            self.tell("visit.cancelled", visit=visit)
        self.tell("clock.cancelled", clock=1)
        return self.tell("request.withdrawn")
