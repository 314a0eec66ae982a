"""The protocol against differencing, over small worlds of plain records.

A world is a list of records with a stream, a service within it, a version and departments, each of
a case; some were sent back. Everything that one caller can be told is asked for: each row of each
table under each filter over each range of blocks. Nothing that can be made of it may concern fewer
than five cases.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.valueflow.differencing import follow_from_all, told_by_two
from valueflow.engine import suppression
from valueflow.engine.suppression import FEW, blocks, hidden, ordered, over_range

ZONE = ZoneInfo("Europe/Zurich")
BLOCKS = 2

record = st.fixed_dictionaries(
    {
        "block": st.integers(0, BLOCKS - 1),
        "case": st.integers(0, 25),
        "service": st.sampled_from(["s1.a", "s1.b", "s2.a", "s2.b", "s3.a"]),
        "version": st.sampled_from(["v1", "v1", "v2"]),
        "departments": st.sampled_from([("hr",), ("it",), ("hr", "it"), ("it", "law")]),
        "pair": st.sampled_from(["hr>it", "it>hr", "it>law"]),
        "back": st.booleans(),
    }
)
worlds = st.lists(record, max_size=60)


def rows_of(one):
    yield 0, "first"
    yield 1, f"first {one['pair']}"
    yield 2, f"first from {one['pair'][:2]}"
    if one["back"]:
        yield 3, "back"
        yield 4, f"back {one['pair']}"


def filters_of(one):
    yield 0, ""
    yield 1, one["service"][:2]
    yield 2, one["service"]
    yield 3, one["version"]
    yield from ((4, name) for name in one["departments"])


def told(world):
    """Every group with its records, and those hidden, by block."""
    groups, gone = [], []
    for block in range(BLOCKS):
        mine = [place for place, one in enumerate(world) if one["block"] == block]
        found, level = defaultdict(list), {}
        for at, place in enumerate(mine):
            for depth, under in filters_of(world[place]):
                for rank, row in rows_of(world[place]):
                    found[row, under].append(at)
                    level[row, under] = (depth, rank)
        units = [(frozenset({world[place]["case"]}),) for place in mine]
        order = ordered(found, level, [1] * len(mine))
        gone.append(hidden(order, units))
        groups.append({key: frozenset(mine[at] for at in places) for key, places in found.items()})
    return groups, gone


def published(world):
    """Every figure one caller can get: the records it counts, by group and range of blocks."""
    groups, gone = told(world)
    keys = {key for found in groups for key in found}
    shown = {}
    for first, last in [(a, b) for a in range(BLOCKS) for b in range(a, BLOCKS)]:
        left = over_range(gone[first : last + 1])
        for key in keys - left:
            parts = (groups[block].get(key, frozenset()) for block in range(first, last + 1))
            shown[key, first, last] = frozenset().union(*parts)
    held = {(key, block): groups[block][key] for block in range(BLOCKS) for key in gone[block]}
    return shown, held


def cases(world, records):
    return {world[place]["case"] for place in records}


def few(world, records):
    return 0 < len(cases(world, records)) < FEW


def nothing_hidden_follows(world):
    """From no two answers, nor by linear algebra from all of them together."""
    shown, held = published(world)
    case_of = {place: one["case"] for place, one in enumerate(world)}
    figures, secret = list(set(shown.values())), list(set(held.values()))
    for records in figures:
        assert not few(world, records)
    assert told_by_two(figures, case_of, secret) == []
    single = [frozenset({place}) for place in range(len(world))]
    assert follow_from_all(set(case_of), figures, secret + single) == []


@settings(max_examples=15, deadline=None)
@given(worlds)
def test_nothing_hidden_can_be_worked_out(world):
    nothing_hidden_follows(world)


@pytest.mark.slow
@settings(max_examples=600, deadline=None)
@given(worlds)
def test_nothing_hidden_can_be_worked_out_in_many_worlds(world):
    nothing_hidden_follows(world)


@settings(max_examples=15, deadline=None)
@given(worlds)
def test_the_whole_is_hidden_only_when_it_is_small(world):
    """The whole of a block is hidden only when it is of too few itself."""
    groups, gone = told(world)
    for block, found in enumerate(groups):
        whole = found.get(("first", ""), frozenset())
        assert (("first", "") in gone[block]) == few(world, whole)


def units(*names):
    return [(frozenset({name}),) for name in names]


def test_the_smallest_shown_part_is_hidden_until_the_rest_is_of_five():
    records = units(*range(20))
    parts = {"whole": range(20), "a": range(10), "b": range(10, 17), "c": range(17, 20)}
    level = {"whole": (0,), "a": (1,), "b": (1,), "c": (1,)}
    assert hidden(ordered(parts, level, [1] * 20), records) == {"b", "c"}
    # Two small parts hide one another.
    parts |= {"b": range(10, 16), "c": range(16, 18), "d": range(18, 20)}
    records = units(*range(21))
    parts["whole"], parts["d"] = range(21), range(18, 21)
    level["d"] = (1,)
    assert hidden(ordered(parts, level, [1] * 21), records) == {"c", "d"}


def test_two_filters_never_tell_of_what_lies_between_them():
    """A version that holds a stream and two requests more: these two are not told of."""
    stream, version = range(10), range(12)
    groups = [("all", range(20)), ("stream", stream), ("version", version)]
    assert hidden(groups, units(*range(20))) == {"version"}


def test_groups_count_cases_and_people():
    """Ten handoffs of two requests are two cases; five answers of one person are one person."""
    assert hidden([("all", range(10))], units(*[1, 2] * 5)) == {"all"}
    one = [(frozenset({n}), frozenset({"p"})) for n in range(5)]
    many = [(frozenset({n}), frozenset({n})) for n in range(5)]
    assert hidden([("all", range(5))], one) == {"all"}
    assert hidden([("all", range(5))], many) == frozenset()
    assert hidden([("all", ())], []) == frozenset()


def test_a_part_that_is_the_whole_is_shown():
    groups = [("all", range(6)), ("same", range(6)), ("none", ())]
    assert hidden(groups, units(*range(6))) == frozenset()


@pytest.mark.parametrize("now", ["2026-03-30", "2026-06-01"])
def test_blocks_are_whole_and_over(now):
    at = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    found = blocks(at - timedelta(weeks=13), at, at, ZONE)
    assert found[0].start <= at - timedelta(weeks=13) < found[0].end
    for one, other in pairwise(found):
        assert one.end == other.start
    for one in found:
        assert one.first.weekday() == 0 and (one.first - suppression.ORIGIN).days % 28 == 0
        assert one.end <= at
        assert one.start.astimezone(ZONE).hour == one.end.astimezone(ZONE).hour == 0
    assert blocks(at, at, at, ZONE) == ()
    early = datetime(2020, 1, 5, tzinfo=UTC)
    assert blocks(early, early + timedelta(days=1), at, ZONE)[0].start <= early
