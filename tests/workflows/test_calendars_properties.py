"""Business time for any calendar: laws that always hold, and a slow second opinion."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.oracle import calendar as oracle
from workflows.calendars import BusinessCalendar

ZONES = [
    "UTC",
    "Europe/Dublin",
    "Europe/Helsinki",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/Havana",
    "Antarctica/Troll",
]
# Days around which some zone changes its clocks, or its side of the date line.
CHANGES = [
    date(2011, 3, 13),
    date(2011, 12, 30),
    date(2018, 11, 4),
    date(2026, 2, 15),
    date(2026, 3, 8),
    date(2026, 3, 22),
    date(2026, 3, 29),
    date(2026, 4, 5),
    date(2026, 4, 24),
    date(2026, 10, 4),
    date(2026, 10, 25),
    date(2026, 10, 29),
    date(2026, 11, 1),
    date(2026, 12, 31),
]
Pairs = list[tuple[int, int]]


@st.composite
def pairs(draw: st.DrawFn) -> Pairs:
    """Spans of one day that do not overlap, to the quarter hour or to the second."""
    step = draw(st.sampled_from([900, 1]))
    cuts = draw(st.lists(st.integers(0, 86_400 // step), max_size=6, unique=True))
    ordered = sorted(cut * step for cut in cuts)
    return list(zip(ordered[::2], ordered[1::2], strict=False))


@st.composite
def cases(draw: st.DrawFn) -> tuple[str, dict[int, Pairs], dict[date, Pairs], datetime]:
    """A calendar and an instant near a day on which clocks change."""
    near = draw(st.sampled_from(CHANGES))
    weekly = {day: draw(pairs()) for day in range(7)}
    dated = {
        near + timedelta(days=draw(st.integers(-3, 3))): draw(pairs())
        for _ in range(draw(st.integers(0, 2)))
    }
    offset = draw(st.integers(-3 * 86_400, 3 * 86_400))
    start = datetime(near.year, near.month, near.day, tzinfo=UTC) + timedelta(seconds=offset)
    return draw(st.sampled_from(ZONES)), weekly, dated, start


@settings(deadline=None)
@given(cases(), st.integers(0, 4 * 86_400), st.integers(0, 4 * 86_400))
def test_elapsed_is_additive_monotone_and_within_wall_time(
    case: tuple[str, dict[int, Pairs], dict[date, Pairs], datetime], one: int, two: int
) -> None:
    zone, weekly, dated, a = case
    calendar = BusinessCalendar(zone, weekly, dated)
    b = a + timedelta(seconds=one)
    c = b + timedelta(seconds=two)
    first, second = calendar.elapsed(a, b), calendar.elapsed(b, c)
    assert 0 <= first <= one
    assert first + second == calendar.elapsed(a, c)
    spans = calendar.open_spans(a, c)
    assert sum((end - start).total_seconds() for start, end in spans) == first + second
    assert all(calendar.is_open(start) for start, _ in spans)
    assert all(left[1] < right[0] for left, right in pairwise(spans))


@settings(deadline=None)
@given(cases(), st.integers(0, 500_000))
def test_add_is_the_least_inverse_of_elapsed(
    case: tuple[str, dict[int, Pairs], dict[date, Pairs], datetime], target: int
) -> None:
    zone, weekly, dated, start = case
    weekly = {**weekly, 2: weekly[2] or [(32_400, 61_200)]}
    calendar = BusinessCalendar(zone, weekly, dated)
    if target > 25 * 52 * sum(closes - opens for opens, closes in weekly[2]):
        return
    due = calendar.add(start, target)
    assert calendar.elapsed(start, due) == target
    if target:
        assert calendar.elapsed(start, due - timedelta(seconds=1)) == target - 1
    else:
        assert due == start


@settings(deadline=None, max_examples=examples(60))
@given(cases(), st.integers(0, 2 * 86_400), st.integers(0, 40_000))
def test_the_second_opinion_agrees(
    case: tuple[str, dict[int, Pairs], dict[date, Pairs], datetime], length: int, target: int
) -> None:
    zone, weekly, dated, start = case
    calendar = BusinessCalendar(zone, weekly, dated)
    end = start + timedelta(seconds=length)
    assert calendar.elapsed(start, end) == oracle.open_seconds(zone, weekly, dated, start, end)
    if sum(closes - opens for spans in weekly.values() for opens, closes in spans) > 20_000:
        assert calendar.add(start, target) == oracle.due(zone, weekly, dated, start, target)
