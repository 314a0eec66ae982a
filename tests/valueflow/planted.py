"""Teams that let work wait for reasons known minute by minute: what the causes are held against.

Every team plays one rule for weeks: whenever somebody is free the rule says which item is taken, or
why none is. Each minute an item waits is written down under its reason, by what the rule knew then
and not by what the records show later.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from valueflow.engine.causes import CAUSES, Part, People, Wait, Work
from workflows.calendars import BusinessCalendar

MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
OFFICE = BusinessCalendar("UTC", {day: [(9 * 3600, 17 * 3600)] for day in range(5)})


@dataclass
class Item:
    """One item: when it came, how long its work takes, and why it waited, minute by minute."""

    number: int
    came: int
    takes: int
    urgent: bool = False
    taken: int | None = None
    done: int | None = None
    why: Counter[str] = field(default_factory=Counter)


@dataclass
class Team:
    """``pick`` is given the minute and those waiting in order, and gives an item or a reason."""

    name: str
    people: int
    pick: Callable[[int, list[Item]], Item | str]
    away: tuple[int, int] = (0, 0)

    def there(self, minute: int) -> int:
        return 0 if self.away[0] <= minute < self.away[1] else self.people


def moment(minute: int) -> datetime:
    return MONDAY + minute * MINUTE


def is_open(minute: int) -> bool:
    return minute // 1440 % 7 < 5 and 540 <= minute % 1440 < 1020


def play(team: Team, items: list[Item], minutes: int) -> None:
    """Let a team work through what comes; people go on only while they are there."""
    todo = sorted(items, key=lambda item: (item.came, item.number))
    waiting: list[Item] = []
    busy: list[tuple[Item, int]] = []
    for minute in range(minutes):
        while todo and todo[0].came <= minute:
            waiting.append(todo.pop(0))
        if not is_open(minute):
            for item in waiting:
                item.why["off_hours"] += 1
            continue
        there = team.there(minute)
        if not there:
            for item in waiting:
                item.why["absence"] += 1
            continue
        busy = [(item, left - 1) for item, left in busy]
        for item, left in busy:
            if left <= 0:
                item.done = minute
        busy = [(item, left) for item, left in busy if left > 0]
        why = ""
        while waiting and len(busy) < there:
            chosen = team.pick(minute, waiting)
            if isinstance(chosen, str):
                why = chosen
                break
            waiting.remove(chosen)
            chosen.taken = minute
            busy.append((chosen, chosen.takes))
        for item in waiting:
            passed = any((b.came, b.number) > (item.came, item.number) for b, _left in busy)
            item.why[why or ("priority" if passed else "contention")] += 1


def records(team: Team, items: list[Item]) -> tuple[list[Wait], list[Work], list[People]]:
    """What the ledger would tell of it."""
    waits, works = [], []
    for item in items:
        if item.taken is None or item.done is None:
            continue
        came, taken, done = moment(item.came), moment(item.taken), moment(item.done)
        if taken > came:
            waits.append(
                Wait(item.number, 1, team.name, "queued", team.name, "", came, came, taken)
            )
        works.append(Work(item.number, team.name, came, taken, done))
    people = [People(MONDAY - timedelta(days=90), team.people)]
    if team.away[1]:
        people += [People(moment(team.away[0]), 0), People(moment(team.away[1]), team.people)]
    return waits, works, people


def first(_minute: int, waiting: list[Item]) -> Item:
    """First come, first served."""
    return waiting[0]


def urgent_first(_minute: int, waiting: list[Item]) -> Item:
    """What is urgent is taken first, whenever it came."""
    return next((item for item in waiting if item.urgent), waiting[0])


def on_fridays(minute: int, waiting: list[Item]) -> Item | str:
    """All that came is done in one go on Friday at two; what is urgent at once."""
    if minute // 1440 % 7 == 4 and minute % 1440 >= 840:
        return waiting[0]
    return next((item for item in waiting if item.urgent), "batching")


def slowly(minute: int, waiting: list[Item]) -> Item | str:
    """Somebody is free, but nothing is begun before the full hour: no record says why."""
    return waiting[0] if minute % 60 == 0 else "untold"


def elsewhere(minute: int, waiting: list[Item]) -> Item | str:
    """From one to three the team is at work that no record shows."""
    return "contention" if 780 <= minute % 1440 < 900 else waiting[0]


def mixed(minute: int, waiting: list[Item]) -> Item | str:
    """What is urgent first; the rest is kept for Tuesdays and Thursdays at ten."""
    urgent = next((item for item in waiting if item.urgent), None)
    if urgent is not None:
        return urgent
    return waiting[0] if minute // 1440 % 7 in (1, 3) and minute % 1440 >= 600 else "batching"


def arrivals(dice: random.Random, start: int, count: int, takes: int, urgent: float) -> list[Item]:
    """Items that come during office hours of four weeks."""
    found = []
    for n in range(count):
        day = dice.choice([week * 7 + day for week in range(4) for day in range(5)])
        came = day * 1440 + dice.randrange(540, 1020)
        found.append(Item(start + n, came, takes, dice.random() < urgent))
    return found


def history(seed: int = 8) -> list[tuple[Team, list[Item]]]:
    """Teams over eight weeks; the last three wait for reasons that records show in part."""
    dice = random.Random(seed)
    week = 7 * 1440
    plans = (
        (Team("fridays", 1, on_fridays), 80, 1, 0.04),
        (Team("full", 1, first), 110, 80, 0.0),
        (Team("pairs", 2, first), 130, 130, 0.0),
        (Team("urgent", 1, urgent_first), 100, 85, 0.3),
        (Team("single", 1, first, (week, 2 * week)), 60, 30, 0.0),
        (Team("hourly", 1, slowly), 60, 25, 0.0),
        (Team("seldom", 1, on_fridays), 14, 1, 0.0),
        (Team("elsewhere", 1, elsewhere), 60, 60, 0.0),
        (Team("mixed", 2, mixed, (week + 2000, week + 4400)), 90, 45, 0.25),
    )
    told = []
    for number, (team, count, takes, urgent) in enumerate(plans, 1):
        items = arrivals(dice, number * 1000, count, takes, urgent)
        play(team, items, 8 * week)
        told.append((team, items))
    return told


def outside(seed: int = 9) -> list[tuple[Wait, str]]:
    """Waits for a requester, a third party, other branches."""
    dice = random.Random(seed)
    found = []
    for n, (state, why) in enumerate(
        [("requester", "external"), ("third", "external"), ("parked", "branches")] * 4
    ):
        start = moment(dice.randrange(20_000))
        end = start + timedelta(minutes=dice.randrange(30, 4000))
        found.append((Wait(90_000 + n, 1, state, state, "", "", start, start, end), why))  # type: ignore[arg-type]
    return found


def matrix(
    planted: dict[int, Counter[str]], found: dict[tuple[int, int], tuple[Part, ...]]
) -> dict[tuple[str, str], int]:
    """Seconds by planted and found cause: what both name for a wait lies on the diagonal.

    The rest of a wait is spread by the order of causes, so a row adds up to what was planted.
    """
    cells: dict[tuple[str, str], int] = defaultdict(int)
    for number, reasons in planted.items():
        truth = {why: minutes * 60 for why, minutes in reasons.items()}
        told = {part.cause: part.cal_s for part in found[number, 1]}
        assert sum(truth.values()) == sum(told.values())
        for cause in CAUSES:
            both = min(truth.get(cause, 0), told.get(cause, 0))
            if both:
                cells[cause, cause] += both
                truth[cause] -= both
                told[cause] -= both
        for cause in CAUSES:
            for other in CAUSES:
                moved = min(truth.get(cause, 0), told.get(other, 0))
                if moved:
                    cells[cause, other] += moved
                    truth[cause] -= moved
                    told[other] -= moved
    return dict(cells)


def shown(cells: dict[tuple[str, str], int]) -> str:
    """The matrix as a table: planted down, found across."""
    lines = ["planted \\ found".ljust(16) + "".join(name.rjust(12) for name in CAUSES)]
    for planted in CAUSES:
        row = "".join(f"{cells.get((planted, found), 0):12,}" for found in CAUSES)
        lines.append(planted.ljust(16) + row)
    total = sum(cells.values())
    right = sum(cells.get((cause, cause), 0) for cause in CAUSES)
    lines.append(f"{right:,} of {total:,} seconds under the planted cause: {right / total:.2%}")
    return "\n".join(lines)
