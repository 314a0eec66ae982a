"""Clocks: a process whose machine is wrong about the time, and zones that change."""

from datetime import date, datetime, timedelta
from random import Random

import numpy as np

from esm.events.models import Heartbeat
from esm.events.services import skew
from tests.faults.installation import FAST, WEB
from tests.faults.kinds.base import Fault
from tests.oracle.calendar_cases import EPOCH, YEARS, compare, pairs, twelve
from tests.oracle.calendar_cases import KINDS as ZONES
from tests.oracle.minutes import DAY, Counted, Pairs, Stretch, turns
from tests.platform.portal import wait_for
from workflows.calendars import BusinessCalendar

STEPS = {"+1 h": 3600, "-1 h": -3600, "+400 d": 400 * 86_400}


class WrongClock(Fault):
    """F15: one process is off. It does nothing and says so; a right one beside it goes on."""

    key = "F15"
    title = "clock of one process is wrong"
    variants = tuple(f"{step} {where}" for where in ("worker", "web") for step in STEPS)
    at = (0.5, 2.0)
    lasts = (6.0, 7.0)
    SECOND = f"{FAST} 2"
    right_again = False

    def prepare(self) -> None:
        step, _, self.where = self.variant.rpartition(" ")
        self.more = {"CLOCK_STEP_S": str(STEPS[step])}
        self.alarms = len(self.harness.logged_errors("s off the database's"))
        if self.where == "worker":
            self.harness.processes.add_fast(self.SECOND)

    def inject(self) -> None:
        self.calls = len(self.harness.web.operations)
        name = FAST if self.where == "worker" else WEB
        self.harness.processes.renew(name, more=self.more)
        if self.where == "web":
            wait_for(lambda: self.harness.web.client_answers("/healthz"), "web to be back", 120)
            self.calls = len(self.harness.web.operations)
            self.answer = self.harness.web.call("GET", "/requests", by="beat")

    def heal(self) -> None:
        self.until = len(self.harness.web.operations)
        self.harness.processes.renew(FAST if self.where == "worker" else WEB)
        self.right_again = True

    def check(self) -> list[str]:
        alarms = len(self.harness.logged_errors("s off the database's")) - self.alarms
        self.note(f"said {alarms} times that its clock is wrong")
        wrong = [] if alarms else ["nobody noticed that the clock was wrong"]
        if self.where == "web":
            mine = self.harness.web.operations[self.calls : self.until]
            wrong += [f"{one.path} got {one.status}" for one in mine if one.acknowledged]
            wrong += [] if self.answer.status == 503 else [f"web answered {self.answer.status}"]
        return wrong

    def restore(self) -> None:
        if self.where == "worker":
            self.harness.processes.remove(self.SECOND)
        if not self.right_again:
            self.harness.processes.renew(FAST if self.where == "worker" else WEB)
        # What it said makes /readyz red for half a minute, for people to see.
        Heartbeat.objects.filter(queue=skew.ALARM).delete()


class ZonesChange(Fault):
    """F16: turned clocks, leap days, a zone that is edited: simulated, against the minutes."""

    key = "F16"
    title = "DST, leap day, zone edit (simulated)"
    walks = False
    CASES = 3_000
    EDITS = 200

    def finish(self) -> None:
        seed = self.dice.randrange(10_000)
        figures = compare(BusinessCalendar, twelve(seed), self.CASES, seed, each=50)
        self.wrong = figures.differences[:5]
        edits = [self._edit(self.dice) for _ in range(self.EDITS // 20)]
        self.wrong += [line for lines in edits for line in lines]
        self.note(f"{figures}; {self.EDITS} clocks over an edit of their zone")
        self.recovery_s, self.state = 0.0, "healed"

    def _edit(self, dice: Random) -> list[str]:
        """Twenty clocks run when their calendar changes its zone: the past keeps the old one."""
        old, new = (dice.choice(dice.choice(list(ZONES.values()))) for _ in range(2))
        changes = turns(old, *YEARS) or [dice.randrange(YEARS[0], 60 * 365) * DAY]
        at = dice.choice(changes) // 60 * 60
        weekly: dict[int, Pairs] = {day: pairs(dice, 60) for day in range(7)}
        leap = date(2028, 2, 29)
        dated: dict[date, Pairs] = {leap: pairs(dice, 60)}
        if dice.random() < 0.3:
            at = int((datetime(2028, 2, 29, 12) - datetime(1970, 1, 1)).total_seconds())
        begin, end = at - 6 * DAY, at + 30 * DAY
        before, after = (
            Counted.of(Stretch(zone, begin, end, 60), weekly, dated) for zone in (old, new)
        )
        ours = [BusinessCalendar(zone, weekly, dated) for zone in (old, new)]
        edited = at + dice.randrange(-3600, 3600)
        found = []
        for _ in range(20):
            start = edited - dice.randrange(0, 4 * DAY)
            passed = int(before.elapsed(np.array([start]), np.array([edited]))[0])
            left = int(after.left(np.array([edited]))[0])
            if not left:
                continue
            target = passed + dice.randrange(1, min(left, 5 * DAY) + 1)
            due = int(after.add(np.array([edited]), np.array([target - passed]))[0])
            moment = [EPOCH + timedelta(seconds=one) for one in (start, edited, due)]
            got = ours[1].add(moment[1], target - ours[0].elapsed(moment[0], moment[1]))
            if got != moment[2]:
                found.append(f"{old} → {new} at {moment[1]}: due {got}, not {moment[2]}")
        return found

    def check(self) -> list[str]:
        return self.wrong


KINDS = (WrongClock, ZonesChange)
