"""Tallies merge, and counts made beforehand say what the rows say."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import examples
from valueflow.engine import figures
from valueflow.engine.contributions import Heap, Key, SpanRow, Told, VisitRow, contributions, moved
from valueflow.engine.groups import Both, Done, Flying, Offers
from valueflow.engine.statistics import percentile
from valueflow.engine.summary import CaseRow, HandoffRow, Times
from valueflow.engine.tally import ERROR, Tally, bucket_of, merged, middle

START = datetime(2026, 3, 2, tzinfo=UTC)
UTC_ZONE = ZoneInfo("UTC")
SHARES = (0.0, 0.1, 0.5, 0.85, 0.95, 1.0)
seconds = st.integers(0, 40_000_000)


def counted(values: list[int]) -> Tally:
    """The same as buckets."""
    tally = Tally(values)
    return Tally.of_buckets(tally.counts(), tally.total)


def near(value: float | None, exact: float | None) -> bool:
    if value is None or exact is None:
        return value is exact
    return abs(value - exact) <= ERROR * exact


@given(st.floats(1, 1e9))
def test_a_bucket_stands_for_what_lies_in_it(value: float) -> None:
    assert abs(middle(bucket_of(value)) - value) <= ERROR * value
    assert middle(bucket_of(0)) == middle(bucket_of(0.9)) == 0


@settings(max_examples=examples(60))
@given(st.lists(st.lists(seconds, max_size=30), max_size=5))
def test_parts_merge_to_the_whole(parts: list[list[int]]) -> None:
    everything = [value for part in parts for value in part]
    for make in (Tally, counted):
        whole = merged(make(part) for part in parts)
        added = sum((make(part) for part in parts), make([]))
        assert whole == added
        assert (whole.n, whole.total) == (len(everything), sum(everything))
        for share in SHARES:
            exact = percentile(everything, share)
            if make is Tally:
                assert whole.quantile(share) == exact
            assert near(whole.quantile(share), exact)
    if parts:
        rest = merged(counted(part) for part in parts) - counted(parts[0])
        assert rest == merged(counted(part) for part in parts[1:])


def test_rows_and_buckets_mix_and_rows_stay_exact() -> None:
    rows, buckets = Tally([10, 20, 30]), counted([1000] * 7)
    assert rows.exact and rows.quantile(0.5) == 20 and rows.mean == 20
    both = rows + buckets
    assert (both.exact, both.n, both.total) == (False, 10, 7060)
    assert near(both.quantile(0.5), 1000)
    assert (Tally([5, 5, 9]) - Tally([5])).values == [5, 9]
    assert Tally().quantile(0.5) is None and Tally().sum is None


@st.composite
def histories(draw: st.DrawFn) -> Told:
    """A few requests with handoffs, spans and visits, some of them open."""
    cases, offers, spans, visits = [], [], [], []
    for number in range(draw(st.integers(0, 14))):
        sent = START + timedelta(hours=draw(st.integers(0, 1500)))
        lasted = draw(st.none() | st.integers(0, 3_000_000))
        ended = None if lasted is None else sent + timedelta(seconds=lasted)
        outcome = "open" if ended is None else draw(st.sampled_from(["fulfilled"] * 3 + ["closed"]))
        case = CaseRow(
            id=number,
            number=f"R-{number}",
            stream=draw(st.sampled_from("st")),
            service=draw(st.sampled_from("vw")),
            version=draw(st.sampled_from(["V-1", "V-2"])),
            submitted_at=sent,
            ended_at=ended,
            outcome=outcome,
            promise=draw(st.sampled_from(["met", "missed", "running", "paused", "none"])),
            due_at=draw(st.none() | st.just(sent + timedelta(hours=draw(st.integers(0, 900))))),
            lead=Times(lasted, None if lasted is None else lasted // 3),
            touch_s=draw(st.integers(0, 5000)),
            touch_estimated_s=draw(st.integers(0, 50)),
            first_pass=draw(st.booleans()),
            departments=tuple(sorted(draw(st.sets(st.sampled_from("abc"))))),
        )
        cases.append(case)
        for _ in range(draw(st.integers(0, 3))):
            wait, lost = draw(st.integers(0, 90_000)), draw(st.none() | st.integers(0, 90_000))
            offers.append(
                HandoffRow(
                    case=number,
                    giver=draw(st.sampled_from("ab")),
                    receiver=draw(st.sampled_from("abc")),
                    attempt=draw(st.integers(1, 2)),
                    outcome=draw(st.sampled_from(["accepted", "returned"])),
                    sent_back=draw(st.booleans()),
                    wait=Times(wait, wait // 2),
                    lost=Times(lost, lost),
                    day_s=28_800,
                    reason=draw(st.sampled_from(["", "incomplete"])),
                    agreement="a-b",
                    met=draw(st.sampled_from([None, True, False])),
                    to_stage=draw(st.sampled_from(["one", "two"])),
                )
            )
            spans.append(SpanRow(number, "one", "working", Times(wait, wait // 2)))
            visits.append(VisitRow(number, "one", Times(wait, wait // 3)))
    return Told(cases, offers, spans, visits)


def week(at: datetime) -> object:
    return figures.monday(at, UTC_ZONE)


def heap(found: dict, scope: str, key: str, part: str = "") -> Heap:
    """All weeks of one key together."""
    return Heap(
        count
        for (_slot, *place), counts in found.items()
        if place == [scope, key, part]
        for count in counts
    )


def same_spread(counted: Both, exact: Both) -> None:
    assert (counted.sum, counted.mean) == (exact.sum, exact.mean)
    for basis in ("calendar", "business"):
        for share in SHARES:
            one = getattr(counted, basis).quantile(share)
            assert near(one, getattr(exact, basis).quantile(share))


def same_done(group: Done, rows: list[CaseRow]) -> None:
    exact = Done.of(rows)
    for name in ("n", "met", "missed", "clean", "touched", "touch_s", "estimated_s"):
        assert getattr(group, name) == getattr(exact, name), name
    same_spread(group.lead, exact.lead)
    assert group.days.total == pytest.approx(exact.days.total, abs=1e-4)


@settings(max_examples=examples(60), deadline=None)
@given(histories())
def test_counts_say_what_the_rows_say(told: Told) -> None:
    found = contributions(told, week)
    finished = [case for case in told.cases if case.finished]
    same_done(heap(found, "all", "").done(), finished)
    for stream in "st":
        mine = [case for case in finished if case.stream == stream]
        same_done(heap(found, "stream", stream).done(), mine)
        for version in ("V-1", "V-2"):
            rows = [case for case in mine if case.version == version]
            same_done(heap(found, "version", stream, version).done(), rows)
        ids = {case.id for case in mine}
        offers = [row for row in told.offers if row.case in ids]
        for (giver, receiver), exact in figures.offers(offers).items():
            group = heap(found, "pair", stream, f"{giver}>{receiver}").offers()
            for name in ("n", "back", "offers", "answered", "kept"):
                assert getattr(group, name) == getattr(exact, name), name
            same_spread(group.wait, exact.wait)
            assert group.lost.sum == exact.lost.sum
        arrived = Offers.of(row for row in offers if row.to_stage == "two")
        steps = heap(found, "step", stream, "two").steps()
        assert (steps.first, steps.back) == (arrived.n, arrived.back)
        visits = [row for row in told.visits if row.case in ids]
        needed = heap(found, "step", stream, "one").steps()
        assert needed.n == len({row.case for row in visits})
        assert needed.stay.sum == Both.of([row.stay for row in visits]).sum
    for name in "abc":
        mine = [case for case in finished if name in case.departments]
        same_done(heap(found, "department", "", name).done(), mine)


@settings(max_examples=examples(60), deadline=None)
@given(histories(), st.integers(0, 12))
def test_moves_before_a_week_say_what_was_in_flight(told: Told, number: int) -> None:
    at = START + timedelta(weeks=number)
    sums = [0, 0, 0, 0]
    for key, moves in moved(told.cases, week).items():
        if key.scope == "all" and key.slot < at.date():
            sums = [a + b for a, b in zip(sums, moves, strict=True)]
    exact = Flying.of(figures.in_flight_at(told.cases, at), at)
    assert Flying(sums[0] - sums[1], sums[2] - sums[3]) == exact


def test_a_confusion_of_scopes_would_show() -> None:
    case = CaseRow(1, "R-1", "s", "v", "V-1", START, START + timedelta(hours=2), "fulfilled")
    found = contributions(Told([case]), week)
    assert {key.scope for key in found} == {"all", "stream", "service", "version"}
    assert Key(START.date(), "service", "s", "v") in found


@pytest.mark.parametrize("ended", [None, 1, 3, 9])
@pytest.mark.parametrize("due", [None, 0, 2, 5])
@pytest.mark.parametrize("promise", ["missed", "running", "paused"])
def test_one_request_is_late_from_its_due_week_to_its_end(ended, due, promise) -> None:
    case = CaseRow(
        1,
        "R-1",
        "s",
        "v",
        "V-1",
        START + timedelta(hours=5),
        None if ended is None else START + timedelta(weeks=ended, hours=7),
        "open" if ended is None else "fulfilled",
        promise=promise,
        due_at=None if due is None else START + timedelta(weeks=due, hours=6),
    )
    found = moved([case], week)
    for number in range(12):
        at = START + timedelta(weeks=number)
        keys = [key for key in found if key.slot < at.date() and key.scope == "all"]
        sums = [sum(found[key][place] for key in keys) for place in range(4)]
        exact = Flying.of(figures.in_flight_at([case], at), at)
        assert Flying(sums[0] - sums[1], sums[2] - sums[3]) == exact
