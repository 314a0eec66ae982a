"""Why waits lasted: planted reasons are found again, and every second has exactly one cause."""

import random
from datetime import timedelta

import pytest

from tests.valueflow import planted
from tests.valueflow.planted import MONDAY, OFFICE
from valueflow.engine.attribution import whole_seconds
from valueflow.engine.causes import BATCH, People, Wait, Work, causes

HOUR = timedelta(hours=1)
NINE = MONDAY + 9 * HOUR


def told(waits, works=(), presence=None, others=()):
    """Calendar seconds by cause of each wait's case."""
    found = causes(
        waits,
        works,
        presence or {},
        hours=lambda _who: OFFICE,
        service_hours=lambda _key: OFFICE,
        others=others,
    )
    return {case: {part.cause: part.cal_s for part in parts} for (case, _), parts in found.items()}


def wait(case, start, end, *, state="queued", queue="step", arrived=None):
    return Wait(case, 1, queue, state, "team", "", arrived or start, start, end)


@pytest.fixture(scope="module")
def played():
    waits, works, presence, truth = [], [], {}, {}
    for team, items in planted.history():
        some, work, people = planted.records(team, items)
        waits += some
        works += work
        presence[team.name] = people
        truth |= {item.number: item.why for item in items if item.why}
    for row, why in planted.outside():
        waits.append(row)
        truth[row.case] = {why: (row.end - row.start) // planted.MINUTE}
    return waits, works, presence, truth


def found_in(waits, works, presence):
    return causes(
        waits, works, presence, hours=lambda _who: OFFICE, service_hours=lambda _key: OFFICE
    )


def test_planted_causes_are_found(played):
    waits, works, presence, truth = played
    cells = planted.matrix(truth, found_in(waits, works, presence))
    print(f"\n{planted.shown(cells)}")
    assert cells == {
        ("contention", "contention"): 4_074_000,
        ("priority", "priority"): 330_060,
        ("batching", "batching"): 5_124_780,
        ("absence", "absence"): 1_607_340,
        ("external", "external"): 1_015_200,
        ("off_hours", "off_hours"): 35_078_400,
        ("branches", "branches"): 172_800,
        ("untold", "untold"): 152_160,
        # Work that no record shows, batches of fewer than five, batches that take long to work off.
        ("contention", "untold"): 67_200,
        ("batching", "untold"): 1_936_680,
        ("batching", "priority"): 80_820,
    }


def test_parts_add_up_and_order_does_not_matter(played):
    waits, works, presence, _ = played
    found = found_in(waits, works, presence)
    for one in waits:
        parts = found[one.case, one.position]
        assert sum(part.cal_s for part in parts) == whole_seconds(one.end) - whole_seconds(
            one.start
        )
        assert sum(part.bus_s for part in parts) == OFFICE.elapsed(one.start, one.end)
        assert all(part.cal_s >= 0 and part.bus_s >= 0 for part in parts)
    mixed, busy = list(waits), list(works)
    dice = random.Random(3)
    dice.shuffle(mixed)
    dice.shuffle(busy)
    assert found_in(mixed, busy, presence) == found


def test_a_batch_needs_five_that_came_at_different_moments():
    end = NINE + 6 * HOUR
    rows = [wait(n, NINE + n * HOUR, end + timedelta(minutes=n)) for n in range(BATCH)]
    assert told(rows)[0] == {"batching": 6 * 3600}
    assert told(rows)[4] == {"batching": 2 * 3600, "untold": 240}
    assert told(rows[1:])[4] == {"untold": 2 * 3600 + 240}
    assert told(rows[:1], others=rows[1:])[0] == {"batching": 6 * 3600}
    together = [wait(n, NINE + timedelta(minutes=n), end) for n in range(BATCH)]
    assert told(together)[0] == {"untold": 6 * 3600}


def test_what_came_before_and_was_served_ends_the_wait_for_a_batch():
    end = NINE + 6 * HOUR
    rows = [wait(n + 10, NINE + n * HOUR, end) for n in range(BATCH)]
    early = wait(1, NINE - 24 * HOUR, NINE + 2 * HOUR)
    late = wait(99, NINE + HOUR, NINE + 2 * HOUR)
    assert told([*rows, early])[10] == {"untold": 2 * 3600, "batching": 4 * 3600}
    assert told([*rows, late])[10] == {"batching": 6 * 3600}


def test_the_first_of_the_causes_that_holds_counts():
    start, end = NINE, NINE + 4 * HOUR
    row = wait(5, start, end)
    first = Work(1, "team", start - HOUR, start, start + 2 * HOUR)
    later = Work(9, "team", start + HOUR, start + HOUR, end)
    own = Work(5, "team", start - HOUR, start, end)
    two = {"team": [People(start - HOUR, 2), People(start + 3 * HOUR, 0)]}
    assert told([row]) == {5: {"untold": 4 * 3600}}
    assert told([row], [first]) == {5: {"contention": 2 * 3600, "untold": 2 * 3600}}
    assert told([row], [first], two) == {5: {"untold": 3 * 3600, "absence": 3600}}
    assert told([row], [first, later, own]) == {5: {"contention": 3600, "priority": 3 * 3600}}
    assert told([row], [first, later], two) == {
        5: {"untold": 3600, "priority": 2 * 3600, "absence": 3600}
    }


def test_outside_the_hours_of_who_is_waited_on_only_calendar_time_passes():
    row = wait(5, NINE + 7 * HOUR, NINE + 26 * HOUR)
    (parts,) = found_in([row], [], {}).values()
    assert [(part.cause, part.cal_s, part.bus_s) for part in parts] == [
        ("off_hours", 16 * 3600, 0),
        ("untold", 3 * 3600, 3 * 3600),
    ]
    asked = wait(5, NINE + 7 * HOUR, NINE + 26 * HOUR, state="requester")
    (parts,) = found_in([asked], [], {}).values()
    assert [(part.cause, part.cal_s, part.bus_s) for part in parts] == [
        ("external", 19 * 3600, 3 * 3600)
    ]
