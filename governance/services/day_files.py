"""Days of an iCalendar file, as entries that may become exceptions of a calendar.

Only what says when an event is and what it is called is given to the reader; files are bounded in
bytes, events, lines and repetition, so that no file keeps a worker.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
from django.utils.translation import gettext as _
from icalendar.error import BrokenCalendarProperty
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from esm.common.errors import Invalid, TooLarge
from governance.services.day_rules import Budget, RuleError, occurrences, read_rule
from governance.services.day_sources import Entry, Found, Refused

MAX_BYTES = 1_048_576
MAX_EVENTS = 2_000
MAX_DAYS = 2_000
MAX_LINE = 4_000
MAX_PERIODS = 50_000
LONGEST_DAYS = 31
MOST_A_YEAR = 60
_KEPT = (
    "DTSTART", "DTEND", "DURATION", "SUMMARY", "RRULE", "RDATE", "EXDATE", "UID",
    "RECURRENCE-ID", "STATUS", "CATEGORIES", "DESCRIPTION",
)  # fmt: skip
_DAY = timedelta(days=1)
_BROKEN = (
    BrokenCalendarProperty,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


class _No(ValueError):
    """An event that is not taken; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is wanted of a file: which days, in which zone, and whether parts of days count."""

    zone: str
    first: date
    last: date
    half_days: bool


def read_file(content: bytes, bounds: Bounds) -> Found:
    """The days of a file. Raises Invalid, TooLarge."""
    found = Found()
    events = _events(content)
    moved = {(str(e.get("UID", "")), day) for e in events for day in _moved_from(e, bounds)}
    budget = Budget(MAX_PERIODS)
    for event in events:
        name = _name(event)
        try:
            days = list(_days(event, bounds, budget, moved))
        except (_No, RuleError) as refused:
            found.refused.append(Refused(name, _when(event), str(refused)))
            continue
        except _BROKEN:
            said = _("Its dates cannot be read.")
            found.refused.append(Refused(name, _when(event), said))
            continue
        found.entries += days
        if len(found.entries) > MAX_DAYS:
            raise _invalid(
                _("The file closes more than %(n)s days; take a smaller one.")
                % {"n": f"{MAX_DAYS:,}"}
            )
    found.entries.sort(key=lambda one: (one.day, one.name))
    return found


def _events(content: bytes) -> list[Any]:
    if len(content) > MAX_BYTES:
        raise TooLarge(_("The file is larger than 1 MB; take a smaller one."))
    text = content.decode("utf-8-sig", errors="replace").replace("\x00", "")
    if "BEGIN:VCALENDAR" not in text[:2_000].upper():
        raise _invalid(_("This is no iCalendar file: it does not begin with BEGIN:VCALENDAR."))
    try:
        read = icalendar.Calendar.from_ical("\r\n".join(_lines(text)), multiple=True)
        return [event for calendar in read for event in calendar.walk("VEVENT")]
    except _BROKEN as wrong:
        raise _invalid(
            _("This iCalendar file is damaged: it cannot be read to its end.")
        ) from wrong


def _lines(text: str) -> Iterator[str]:
    """One calendar with its events and nothing of them but what is read here.

    Zones a file describes by itself are left out: names are looked up in ours.
    """
    unfolded = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n ", "").replace("\n\t", "")
    yield "BEGIN:VCALENDAR"
    inside, events = [], 0
    for line in unfolded.split("\n"):
        name = line.partition(":")[0].partition(";")[0].strip().upper()
        if name == "BEGIN":
            inside.append(line.partition(":")[2].strip().upper())
            events += inside[-1] == "VEVENT"
            if events > MAX_EVENTS:
                raise _invalid(
                    _("The file has more than %(n)s events; take a smaller one.")
                    % {"n": f"{MAX_EVENTS:,}"}
                )
        if inside[:3] == ["VCALENDAR", "VEVENT"]:
            if name in ("BEGIN", "END"):
                yield f"{name}:VEVENT"
            elif name in _KEPT:
                if len(line) > MAX_LINE and name != "DESCRIPTION":
                    raise _invalid(
                        _("A line of the file is too long: %(line)s …") % {"line": line[:60]}
                    )
                if len(line) <= MAX_LINE:
                    yield line
        if name == "END" and inside:
            inside.pop()
    if inside:
        raise _invalid(_("This iCalendar file is damaged: it cannot be read to its end."))
    yield "END:VCALENDAR"


def _days(
    event: Any, bounds: Bounds, budget: Budget, moved: set[tuple[str, date]]
) -> Iterator[Entry]:
    """The days of one event, every repetition of it."""
    if str(event.get("STATUS", "")).strip().upper() == "CANCELLED":
        raise _No(_("It is cancelled."))
    start, end = _span(event, bounds)
    length = end - start
    whole = not (start.time() != time() or end.time() != time())
    if not whole and not bounds.half_days:
        raise _No(_("It takes a part of a day only; say that such parts count to take it."))
    if length > timedelta(days=LONGEST_DAYS):
        raise _No(_("It lasts longer than %(n)s days.") % {"n": LONGEST_DAYS})
    if not whole and length > _DAY:
        raise _No(_("It begins and ends within days and lasts longer than one."))
    begins = _begins(event, start.date(), bounds, budget, moved)
    if not begins:
        said = _("It lies outside %(first)s to %(last)s.")
        raise _No(said % {"first": bounds.first.isoformat(), "last": bounds.last.isoformat()})
    name, doubt = _name(event), _doubt(event)
    for day in begins:
        yield from _cut(day, start.time(), length, whole, name, doubt)


def _cut(
    day: date, at: time, length: timedelta, whole: bool, name: str, doubt: str
) -> Iterator[Entry]:
    if whole:
        for number in range(max(1, length.days)):
            yield Entry(day + timedelta(days=number), name, (), doubt)
        return
    begin = at.hour * 3600 + at.minute * 60
    end = begin + -(-int(length.total_seconds()) // 60) * 60
    if begin < min(end, 86_400):
        yield Entry(day, name, ((begin, min(end, 86_400)),), doubt)
    if end > 86_400:
        yield Entry(day + _DAY, name, ((0, end - 86_400),), doubt)


def _begins(
    event: Any, start: date, bounds: Bounds, budget: Budget, moved: set[tuple[str, date]]
) -> list[date]:
    """First days of the event within the bounds, without those that are taken out or moved."""
    rules = _all(event, "RRULE")
    if len(rules) > 1:
        raise _No(_("It repeats by several rules, which is not read."))
    days = {start}
    if rules:
        rule = read_rule(rules[0].to_ical().decode())
        days = set(occurrences(rule, start, bounds.first, bounds.last, budget))
        years = bounds.last.year - bounds.first.year + 1
        if len(days) > MOST_A_YEAR * years:
            raise _No(_("It repeats more than %(n)s times a year.") % {"n": MOST_A_YEAR})
    days |= set(_dates(event, "RDATE", bounds))
    days -= set(_dates(event, "EXDATE", bounds))
    if "RECURRENCE-ID" not in event:
        uid = str(event.get("UID", ""))
        days = {day for day in days if (uid, day) not in moved}
    return sorted(day for day in days if bounds.first <= day <= bounds.last)


def _span(event: Any, bounds: Bounds) -> tuple[datetime, datetime]:
    """First and last moment as the wall of the calendar's zone shows them."""
    given = event.get("DTSTART")
    if given is None:
        raise _No(_("It does not say when it begins."))
    start = _wall(given, bounds)
    if (last := event.get("DTEND")) is not None:
        end = _wall(last, bounds)
    elif (duration := event.get("DURATION")) is not None:
        end = start + duration.dt
    else:
        end = start + (timedelta(0) if isinstance(given.dt, datetime) else _DAY)
    if isinstance(given.dt, datetime) and end == start:
        raise _No(_("It does not say when it ends."))
    if end < start:
        raise _No(_("It ends before it begins."))
    return start, max(end, start + _DAY) if not isinstance(given.dt, datetime) else end


def _wall(given: Any, bounds: Bounds) -> datetime:
    value = given.dt
    if not isinstance(value, datetime):
        return datetime.combine(value, time())
    named = str(given.params.get("TZID", "")).strip()
    naive = value.replace(tzinfo=None)
    if named:
        aware = naive.replace(tzinfo=_zone(named))
    elif value.tzinfo is not None:
        aware = naive.replace(tzinfo=UTC)
    else:
        return naive
    return aware.astimezone(ZoneInfo(bounds.zone)).replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(WINDOWS_TO_OLSON.get(name, name))
    except (KeyError, ValueError, OSError) as unknown:
        raise _No(
            _("It counts in the time zone “%(zone)s”, which is not known.") % {"zone": name[:60]}
        ) from unknown


def _all(event: Any, name: str) -> list[Any]:
    found = event.get(name)
    return [] if found is None else found if isinstance(found, list) else [found]


def _dates(event: Any, name: str, bounds: Bounds) -> Iterator[date]:
    for given in _all(event, name):
        for one in given.dts:
            if isinstance(one.dt, tuple):
                raise _No(_("It repeats by periods, which is not read."))
            one.params.update({k: v for k, v in given.params.items() if k == "TZID"})
            yield _wall(one, bounds).date()


def _moved_from(event: Any, bounds: Bounds) -> list[date]:
    """The day a single repetition was moved away from."""
    try:
        given = event.get("RECURRENCE-ID")
        return [] if given is None else [_wall(given, bounds).date()]
    except _BROKEN:
        return []


def _name(event: Any) -> str:
    try:
        text = " ".join(str(event.get("SUMMARY", "")).split())
    except _BROKEN:
        text = ""
    return "".join(c for c in text if c.isprintable())[:120] or _("Without a name")


def _when(event: Any) -> str:
    try:
        value = event.get("DTSTART").dt
        return str(value.isoformat()[:10])
    except _BROKEN:
        return ""


def _doubt(event: Any) -> str:
    """Feeds of holidays also hold days on which everybody works."""
    said = f"{event.get('DESCRIPTION', '')} {event.get('SUMMARY', '')}".lower()
    for given in _all(event, "CATEGORIES"):
        said += " " + given.to_ical().decode(errors="replace").lower()
    if "observance" in said:
        return _("The file calls it an observance.")
    return ""


def _invalid(said: str) -> Invalid:
    return Invalid(said, {"file": [said]})
