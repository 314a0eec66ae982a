"""Business time: how long a team, site or service was open, and when a target falls due.

Pure Python, no Django. Everything counts in **integer seconds**; instants are aware datetimes and
come back in UTC. Parts of a second are dropped on the way in, so compare a due moment with a whole
second too.

A calendar is a zone, intervals per weekday and dated exceptions. Intervals are seconds of the
*local* day, half-open: 09:00–17:00 is ``(32400, 61200)`` and at 17:00:00 it is closed. An exception
*replaces* the intervals of its date; an empty one closes the day.

Local times are turned into instants by one rule: **the first instant at which the local clock shows
that time or a later one**. So a time that summer time leaves out moves forward to the end of the
gap, a time that occurs twice means its first occurrence, and a date a zone skipped has no open time
at all. An interval across a change is as long as the wall really makes it (23 h and 25 h days).

``add`` gives the *least* instant after which the target has elapsed: a due that falls on closing
time stays there (it does not move to the next opening), and ``add(t, 0)`` is ``t``. Hence
``elapsed(t, add(t, d)) == d`` and ``elapsed(a, b) + elapsed(b, c) == elapsed(a, c)``.

Shape and cost: open spans as sorted epoch seconds with their running total, searched by bisect;
built per year on first use, kept on the calendar; ``build`` returns the same calendar for the same
content.
"""

import hashlib
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from esm.common.errors import Invalid

Interval = tuple[int, int]
"""Seconds of the local day, from (inclusive) to (exclusive); 86400 is the midnight that ends it."""

DAY = 86_400
DEFAULT_DAY_SECONDS = 28_800
FIRST_YEAR, LAST_YEAR = 1970, 2199
HORIZON_YEARS = 25
"""How far ahead ``add`` looks for open time before it gives up."""

_HORIZON = HORIZON_YEARS * 366 * DAY
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})\s*[-–]\s*([0-9]{1,2}):([0-9]{2})")


class CalendarError(Invalid):
    """A calendar that cannot be built, an instant outside 1970–2199, or a target never reached."""

    code = "calendar"


@dataclass(frozen=True, slots=True)
class _Table:
    """Open spans of the local years ``first`` to ``last``; epoch seconds.

    ``before[i]`` is the open time before span i, with one entry more than spans. Every instant of
    ``since`` to ``until`` lies in these years wherever the zone is.
    """

    first: int
    last: int
    since: int
    until: int
    starts: list[int]
    ends: list[int]
    before: list[int]


class BusinessCalendar:
    """Open hours of one zone; immutable and safe to share between threads.

    ``weekly`` maps 0 (Monday) … 6 to intervals, ``exceptions`` a local date to the intervals that
    replace that day's; ``day_seconds`` is how much one business day counts (default 8 h).
    Raises ``CalendarError`` for an unknown zone and for intervals that overlap or leave the day.
    """

    def __init__(
        self,
        zone: str,
        weekly: Mapping[int, Sequence[Interval]],
        exceptions: Mapping[date, Sequence[Interval]] | None = None,
        day_seconds: int = DEFAULT_DAY_SECONDS,
    ) -> None:
        if day_seconds <= 0:
            raise CalendarError("A business day must be longer than nothing.")
        if not set(weekly) <= set(range(7)):
            raise CalendarError("Weekdays are numbered 0 (Monday) to 6 (Sunday).")
        self.zone = zone
        self.day_seconds = day_seconds
        self._tz = _zone(zone)
        self._weekly = tuple(_checked(weekly.get(day, ()), _WEEKDAYS[day]) for day in range(7))
        self._exceptions = {
            day: _checked(spans, day.isoformat())
            for day, spans in sorted((exceptions or {}).items())
        }
        self._table: _Table | None = None

    @property
    def content(self) -> list[Any]:
        """Zone, intervals per weekday, exceptions, day length: all that it is, as JSON holds it."""
        exceptions = [[day.isoformat(), spans] for day, spans in self._exceptions.items()]
        return [self.zone, self._weekly, exceptions, self.day_seconds]

    @classmethod
    def of_content(cls, content: Sequence[Any]) -> "BusinessCalendar":
        """The calendar with this ``content``."""
        zone, weekly, exceptions, day_seconds = content
        dated = {date.fromisoformat(day): spans for day, spans in exceptions}
        return cls(zone, dict(enumerate(weekly)), dated, day_seconds)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of zone, intervals, exceptions and day length: equal content, equal hash."""
        return hashlib.sha256(self.content_text.encode()).hexdigest()

    @cached_property
    def content_text(self) -> str:
        """The content as JSON, as it is hashed."""
        return json.dumps(self.content)

    def add(self, start: datetime, seconds: int) -> datetime:
        """The least instant (UTC) with ``seconds`` of open time after ``start``; 0 gives ``start``.

        Raises ``CalendarError`` when ``seconds`` is negative or not reached within 25 years.
        """
        if seconds < 0:
            raise CalendarError("A target cannot be negative.")
        if seconds == 0:
            return start
        since = _epoch(start)
        table = self._covering(since, since)
        while (goal := _open_until(table, since) + seconds) > table.before[-1]:
            if table.until >= since + _HORIZON:
                raise self._never(since, seconds)
            table = self._covering(since, since, table.last + 1 + (table.last - table.first) // 2)
        # lo=1 finds the first span *ending* at or after the goal: a due on closing time stays.
        span = bisect_left(table.before, goal, 1) - 1
        due = table.starts[span] + goal - table.before[span]
        if due > since + _HORIZON:  # the same answer, however far the table happens to reach
            raise self._never(since, seconds)
        return _instant(due)

    def _never(self, since: int, seconds: int) -> CalendarError:
        return CalendarError(
            f"This calendar ({self.zone}) does not have {seconds} s of open time in the "
            f"{HORIZON_YEARS} years after {_instant(since):%Y-%m-%d %H:%M} UTC."
        )

    def elapsed(self, a: datetime, b: datetime) -> int:
        """Open seconds from ``a`` until ``b``; 0 when ``b`` is not after ``a``."""
        since, until = _epoch(a), _epoch(b)
        if until <= since:
            return 0
        table = self._covering(since, until)
        return _open_until(table, until) - _open_until(table, since)

    def is_open(self, t: datetime) -> bool:
        """Whether the calendar is open in the second of ``t``; at closing time it is not."""
        at = _epoch(t)
        table = self._covering(at, at)
        span = bisect_right(table.starts, at) - 1
        return span >= 0 and at < table.ends[span]

    def local_day(self, t: datetime) -> date:
        """The date on the wall in this zone."""
        return t.astimezone(self._tz).date()

    def open_spans(self, a: datetime, b: datetime) -> list[tuple[datetime, datetime]]:
        """Open spans between ``a`` and ``b`` (UTC), cut to them; spans that touch are one."""
        since, until = _epoch(a), _epoch(b)
        if until <= since:
            return []
        table = self._covering(since, until)
        found: list[list[int]] = []
        for span in range(bisect_right(table.ends, since), bisect_left(table.starts, until)):
            start, end = max(table.starts[span], since), min(table.ends[span], until)
            if found and found[-1][1] == start:
                found[-1][1] = end
            else:
                found.append([start, end])
        return [(_instant(start), _instant(end)) for start, end in found]

    def days(self, seconds: int) -> Decimal:
        """Business seconds in business days of this calendar's stated length, not rounded."""
        return Decimal(seconds) / self.day_seconds

    def _covering(self, since: int, until: int, year: int = FIRST_YEAR) -> _Table:
        """The table that spans these instants and ``year``; what is missing is added to it.

        A day on either side, because tables hold local years and local time is up to a day off.
        Replaced as a whole: two threads may both grow it, the later one wins, either is right.
        """
        table = self._table
        if table and table.since <= since and until <= table.until and year <= table.last:
            return table
        first, last = _year(since, -DAY), max(_year(until, DAY), year)
        if table is None:
            starts, ends = self._spans(first, last)
        else:
            starts, ends = table.starts, table.ends
            if first < table.first:
                earlier = self._spans(first, table.first - 1)
                starts, ends = earlier[0] + starts, earlier[1] + ends
            if last > table.last:
                later = self._spans(table.last + 1, last)
                starts, ends = starts + later[0], ends + later[1]
            first, last = min(first, table.first), max(last, table.last)
        before, total = [0], 0
        for start, end in zip(starts, ends, strict=True):
            total += end - start
            before.append(total)
        edges = _midnight(first) + DAY, _midnight(last + 1) - DAY
        table = _Table(first, last, *edges, starts, ends, before)
        self._table = table
        return table

    def _spans(self, first: int, last: int) -> tuple[list[int], list[int]]:
        """Starts and ends, in epoch seconds, of all open spans of the *local* years given."""
        starts: list[int] = []
        ends: list[int] = []
        ordinal, stop = date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal()
        offset = self._offset(ordinal)
        while ordinal < stop:
            day = date.fromordinal(ordinal)
            midnight = (ordinal - _EPOCH_DAY) * DAY
            following = self._offset(ordinal + 1)
            for opens, closes in self._exceptions.get(day, self._weekly[day.weekday()]):
                if offset == following:
                    start, end = midnight + opens - offset, midnight + closes - offset
                else:
                    start, end = self._moment(midnight + opens), self._moment(midnight + closes)
                if start < end:
                    starts.append(start)
                    ends.append(end)
            ordinal, offset = ordinal + 1, following
        return starts, ends

    def _offset(self, ordinal: int) -> int:
        """Seconds local time is ahead of UTC at the midnight that starts a day."""
        return self._ahead(datetime.fromordinal(ordinal))

    def _ahead(self, local: datetime) -> int:
        offset = local.replace(tzinfo=self._tz).utcoffset()
        if offset is None:
            raise CalendarError(f"The zone {self.zone} has no offset at {local}.")
        return offset // _SECOND

    def _moment(self, wall: int) -> int:
        """The first instant at which the local clock shows ``wall`` (local seconds) or later."""
        local = datetime.fromordinal(_EPOCH_DAY + wall // DAY) + timedelta(seconds=wall % DAY)
        early, late = self._ahead(local), self._ahead(local.replace(fold=1))
        if early >= late:  # an ordinary time, or one that occurs twice: the first of them
            return wall - early
        # In a gap ``early`` is the offset before it: the change lies between these two instants.
        before, after = wall - late, wall - early
        while after - before > 1:
            middle = (before + after) // 2
            if self._shown(middle) >= wall:
                after = middle
            else:
                before = middle
        return after

    def _shown(self, at: int) -> int:
        """What the local clock shows at an instant, in local seconds."""
        offset = _instant(at).astimezone(self._tz).utcoffset()
        return at + (offset or timedelta(0)) // _SECOND


def build(
    calendar_spec: Mapping[str, Any],
    exceptions: Iterable[tuple[date, Sequence[Any]]] = (),
) -> BusinessCalendar:
    """The calendar of a model element; equal content gives the very same object.

    ``calendar_spec`` holds ``zone``, ``weekly`` (``{"mon": ["09:00-12:30", …]}``; numbers 0–6 and
    pairs of seconds are taken too) and ``day_s``. Each exception is a local date and the spans that
    replace it, an empty list for a holiday; the last one for a date counts.
    Raises ``CalendarError``.
    """
    weekly = {_weekday(day): _intervals(spans) for day, spans in calendar_spec["weekly"].items()}
    dated = {day: _intervals(spans) for day, spans in exceptions}
    return _built(
        str(calendar_spec["zone"]),
        tuple(sorted(weekly.items())),
        tuple(sorted(dated.items())),
        int(calendar_spec.get("day_s") or DEFAULT_DAY_SECONDS),
    )


@lru_cache(maxsize=128)
def _built(
    zone: str,
    weekly: tuple[tuple[int, tuple[Interval, ...]], ...],
    exceptions: tuple[tuple[date, tuple[Interval, ...]], ...],
    day_seconds: int,
) -> BusinessCalendar:
    return BusinessCalendar(zone, dict(weekly), dict(exceptions), day_seconds)


def _weekday(name: object) -> int:
    if isinstance(name, int):
        return name
    key = str(name).lower()[:3]
    if key not in _WEEKDAYS:
        raise CalendarError(f"“{name}” is no day of the week.")
    return _WEEKDAYS.index(key)


def _intervals(spans: Sequence[Any]) -> tuple[Interval, ...]:
    return tuple(
        _interval(span) if isinstance(span, str) else (int(span[0]), int(span[1])) for span in spans
    )


def _interval(text: str) -> Interval:
    match = _SPAN.fullmatch(text.strip())
    if match is None:
        raise CalendarError(f"“{text}” is no span of a day; write it like 09:00-12:30.")
    hour, minute, to_hour, to_minute = map(int, match.groups())
    if minute > 59 or to_minute > 59:
        raise CalendarError(f"“{text}” has a minute above 59.")
    return hour * 3600 + minute * 60, to_hour * 3600 + to_minute * 60


def _checked(spans: Sequence[Interval], where: str) -> tuple[Interval, ...]:
    ordered = tuple(sorted((int(start), int(end)) for start, end in spans))
    previous = 0
    for start, end in ordered:
        if not 0 <= start < end <= DAY:
            raise CalendarError(f"A span of {where} does not lie within one day, or is empty.")
        if start < previous:
            raise CalendarError(f"Spans of {where} overlap.")
        previous = end
    return ordered


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as unknown:  # not found, a path, a directory
        raise CalendarError(f"There is no time zone “{name}”.") from unknown


def _epoch(t: datetime) -> int:
    if t.tzinfo is None:
        raise CalendarError("An instant needs a time zone.")
    return (t - _EPOCH) // _SECOND


def _instant(seconds: int) -> datetime:
    return _EPOCH + timedelta(seconds=seconds)


def _midnight(year: int) -> int:
    """Epoch second at which a year begins in UTC."""
    return (date(year, 1, 1).toordinal() - _EPOCH_DAY) * DAY


def _year(seconds: int, margin: int = 0) -> int:
    """The UTC year of an instant moved by ``margin`` seconds; the instant itself is checked."""
    year = _instant(seconds).year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarError(f"The year {year} lies outside {FIRST_YEAR} to {LAST_YEAR}.")
    return _instant(seconds + margin).year


def _open_until(table: _Table, at: int) -> int:
    """Open seconds from the beginning of the table until ``at``."""
    span = bisect_right(table.starts, at) - 1
    if span < 0:
        return 0
    return table.before[span] + min(at, table.ends[span]) - table.starts[span]
