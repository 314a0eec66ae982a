"""Lives a simulated history through the services, with the clock injected at each instant.

Sweeps and consumers run in this process at the moments at which they would have run: a sweep when
the earliest threshold has come, the consumers after whatever wrote events. Nothing is mailed.
"""

import gc
import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from demo.services.acting import Cast
from demo.services.agreeing import Agreeing
from demo.services.counting import Cost
from demo.story import Action
from esm.common import clock
from esm.common.errors import ServiceError
from esm.events.models import Delivery
from esm.events.services import dirty, dispatch
from esm.events.services.hints import set_hints
from esm.notices.services.mute import muted
from governance.selectors.stale import stale_decisions
from governance.services import findings, reassigning, taking_effect
from workflows.models import Clock
from workflows.selectors import calendars, identities
from workflows.services import closing, timers

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
MONDAY = 0
GARBAGE_EVERY = 2000
QUEUE = "outbox"
Progress = Callable[[int, int, datetime], None]


class ReplayError(RuntimeError):
    """A service refused what the history says somebody did."""


@dataclass
class Stage:
    """The present moment of the replay, and what it cost so far."""

    now: datetime
    cost: Cost = field(default_factory=Cost)

    def read(self) -> datetime:
        """The injected clock."""
        return self.now

    def go(self, moment: datetime) -> None:
        """Let it be another moment."""
        self.now = moment


@contextmanager
def injected(stage: Stage) -> Iterator[None]:
    """Let every service read the replay's time; nothing is mailed, nobody is woken."""
    clock.set_source(stage.read)
    set_hints(False)
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with muted():
            yield
    finally:
        gc.enable()
        gc.unfreeze()
        set_hints(True)
        clock.set_source(None)


def forget_caches() -> None:
    """Teams, calendars: what processes remember between publications."""
    identities.forget()
    calendars.forget()


@dataclass
class Replay:
    """One run over ``actions``, in their order; ``changes`` are when versions take effect."""

    stage: Stage
    cast: Cast
    actions: Sequence[Action]
    changes: Sequence[datetime]
    end: datetime
    progress: Progress | None = None
    observe: Callable[[datetime], object] | None = None
    story: Agreeing | None = None

    def run(self) -> None:
        """Live until ``end``. Raises ReplayError."""
        done = 0
        for at, action in self._agenda():
            self._until(at)
            if action is None:
                self._daily()
            else:
                self._act(action)
                done += 1
                if done % GARBAGE_EVERY == 0:
                    gc.collect()
            self._drain()
            if self.progress is not None:
                self.progress(done, len(self.actions), at)
        self._until(self.end)
        self._drain()

    def _agenda(self) -> Iterator[tuple[datetime, Action | None]]:
        """Actions, with the start of each day and each change of version between them."""
        days = []
        if self.actions:
            day = self.actions[0].at.replace(hour=0, minute=0, second=0, microsecond=0)
            while day < self.end:
                days.append(day)
                day += DAY
        steps = self.story.moments if self.story is not None else []
        moments = sorted({*days, *self.changes, *steps})
        plain = ((action.at, action) for action in self.actions)
        marks = ((moment, None) for moment in moments if moment <= self.end)
        return heapq.merge(marks, plain, key=lambda item: (item[0], item[1] is not None))

    def _until(self, moment: datetime) -> None:
        """Fire every threshold that comes before ``moment``, each at its own time."""
        while True:
            row = (
                Clock.objects.filter(next_due__isnull=False, state=Clock.State.RUNNING)
                .order_by("next_due", "pk")
                .only("next_due", "next_kind")
                .first()
            )
            if row is None or row.next_due is None:
                break
            # A breach is past its due moment; a warning is on it.
            due = row.next_due + SECOND if row.next_kind == "breach" else row.next_due
            if due > moment:
                break
            self.stage.now = max(self.stage.now, due)
            fired = timers.sweep()
            if not fired:
                raise ReplayError(f"The sweep at {due:%Y-%m-%d %H:%M:%S} fired nothing.")
            self.stage.cost.count("sweep")
            self._drain()
        self.stage.now = max(self.stage.now, moment)

    def _daily(self) -> None:
        """What changes with the day: versions in force, who decides, what closes by silence."""
        published = taking_effect.sweep_effective()
        if published:
            forget_caches()
            self.cast.forget()
        self.stage.cost.count("publication", len(published))
        if stale_decisions(clock.now(), 1):
            self.stage.cost.count("reassignment", len(reassigning.sweep_reassign()))
        self.stage.cost.count("closing", closing.close_silent())
        if self.story is not None:
            self.stage.cost.count("agreeing", self.story.run(clock.now()))
        if published or clock.now().weekday() == MONDAY:
            self._look()

    def _look(self) -> None:
        """What is wrong with the model, as the nights before would have found it, once a week."""
        project_all(Cost())
        if self.observe is not None:
            self.observe(clock.now())
        findings.keep_findings()
        self.stage.cost.count("check")

    def _act(self, action: Action) -> None:
        try:
            self.cast.act(action)
        except (ServiceError, LookupError, AssertionError) as error:
            who = action.person or "the decider"
            raise ReplayError(
                f"{action.verb} {action.stage} of case {action.case} by {who}"
                f" at {action.at:%Y-%m-%d %H:%M}: {error}"
            ) from error
        self.stage.cost.count(action.verb)

    def _drain(self) -> None:
        """Run the consumers until nothing is due; asking for as many as there are saves claims.

        What is to be done at a later moment waits for it.
        """
        due = Delivery.objects.filter(queue=QUEUE, state=Delivery.State.DUE)
        while count := due.filter(due_at__lte=clock.now()).count():
            outcome = dispatch.dispatch(QUEUE, limit=count)
            if outcome.failed or outcome.dead:
                error = Delivery.objects.exclude(error="").values_list("error", flat=True).last()
                raise ReplayError(f"A delivery failed: {error}")
            self.stage.cost.count("delivery", outcome.done)


def project_all(cost: Cost) -> int:
    """Bring the value-flow facts up to date; how many requests."""
    done = 0
    while count := dirty.project_dirty():
        done += count
    cost.count("projection", done)
    return done
