"""Days on which an event of an iCalendar file comes again (RRULE of RFC 5545, whole days only).

What holidays repeat by is read: years, months, weeks or days, with BYMONTH, BYMONTHDAY and BYDAY.
Everything is bounded: by first and last day, and by a budget of periods that a whole file shares.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
KNOWN = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "WKST"}
EARLIEST = 1900
MOST_COUNT = 1_000
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class RuleError(ValueError):
    """A rule that is not followed; the sentence says why."""


@dataclass
class Budget:
    """How many periods may still be walked."""

    left: int

    def spend(self) -> None:
        """One period. Raises RuleError when nothing is left."""
        self.left -= 1
        if self.left < 0:
            raise RuleError(_("The file repeats too much to be followed."))


@dataclass(frozen=True)
class Rule:
    """A rule as it was read; empty lists say nothing."""

    every: str
    interval: int
    count: int | None
    until: date | None
    months: tuple[int, ...]
    month_days: tuple[int, ...]
    weekdays: tuple[tuple[int, int], ...]
    """(which one of the month, 0 for every; day of the week with Monday as 0)"""


def read_rule(text: str) -> Rule:
    """Read ``FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO``. Raises RuleError."""
    parts: dict[str, str] = {}
    for part in filter(None, text.strip().upper().split(";")):
        name, _equals, value = part.partition("=")
        parts[name.strip()] = value.strip()
    foreign = sorted(set(parts) - KNOWN)
    if foreign:
        raise RuleError(_("It repeats by %(rule)s, which is not read.") % {"rule": foreign[0][:20]})
    every = parts.get("FREQ", "")
    if every not in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY"):
        raise RuleError(_("It repeats more often than daily, or in a way that is not read."))
    weekdays = tuple(_weekday(one) for one in _listed(parts, "BYDAY"))
    months, month_days = _numbers(parts, "BYMONTH", 1, 12), _numbers(parts, "BYMONTHDAY", -31, 31)
    ordinal = any(which for which, _day in weekdays)
    if (ordinal and every in ("WEEKLY", "DAILY")) or (month_days and every == "WEEKLY"):
        raise RuleError(_("Its rule contradicts itself."))
    if every == "YEARLY" and weekdays and not months:
        raise RuleError(_("It repeats by days of the week without a month, which is not read."))
    interval = _number(parts, "INTERVAL", 1, 1_000) or 1
    if every == "WEEKLY" and interval > 1 and parts.get("WKST", "MO") != "MO":
        raise RuleError(_("Its weeks begin on another day than Monday, which is not read."))
    count = _number(parts, "COUNT", 1, MOST_COUNT)
    return Rule(every, interval, count, _until(parts), months, month_days, weekdays)


def occurrences(rule: Rule, start: date, first: date, last: date, budget: Budget) -> list[date]:
    """The days of ``first`` to ``last`` on which it comes, in order; ``start`` counts as one.

    Raises RuleError.
    """
    if start.year < EARLIEST:
        raise RuleError(_("It repeats since before %(year)s.") % {"year": EARLIEST})
    end = min(last, rule.until) if rule.until else last
    found, left = [], rule.count
    for day in _all(rule, start, first if left is None else start, end, budget):
        if day > end or left == 0:
            break
        if left is not None:
            left -= 1
        if day >= first:
            found.append(day)
    return found


def _all(rule: Rule, start: date, since: date, end: date, budget: Budget) -> Iterator[date]:
    """Days of the rule, ``start`` first; periods that end before ``since`` are not walked."""
    if start >= since:
        yield start
    for period in _periods(rule, start, max(since, start), end):
        budget.spend()
        for day in sorted(set(_days(rule, start, period))):
            if day > start:
                yield day


def _periods(rule: Rule, start: date, since: date, end: date) -> Iterator[date]:
    """The first day of each year, month or week, or each day, from ``since`` on."""
    step = rule.interval
    if rule.every == "YEARLY":
        skip = (since.year - start.year) // step * step
        for year in range(start.year + skip, end.year + 1, step):
            yield date(year, 1, 1)
    elif rule.every == "MONTHLY":
        begin = start.year * 12 + start.month - 1
        skip = (since.year * 12 + since.month - 1 - begin) // step * step
        for month in range(begin + skip, end.year * 12 + end.month, step):
            yield date(month // 12, month % 12 + 1, 1)
    else:
        size = 7 * step if rule.every == "WEEKLY" else step
        begins = start - timedelta(days=start.weekday() if rule.every == "WEEKLY" else 0)
        at = begins + timedelta(days=(since - begins).days // size * size)
        while at <= end:
            yield at
            at += timedelta(days=size)


def _days(rule: Rule, start: date, period: date) -> Iterator[date]:
    if rule.every == "YEARLY":
        months = rule.months or (range(1, 13) if rule.month_days else (start.month,))
        for month in months:
            yield from _in_month(rule, start, period.year, month)
    elif rule.every == "MONTHLY":
        if not rule.months or period.month in rule.months:
            yield from _in_month(rule, start, period.year, period.month)
    elif rule.every == "WEEKLY":
        wanted = [day for _which, day in rule.weekdays] or [start.weekday()]
        for day in (period + timedelta(days=number) for number in wanted):
            if not rule.months or day.month in rule.months:
                yield day
    elif _daily(rule, period):
        yield period


def _daily(rule: Rule, day: date) -> bool:
    length = monthrange(day.year, day.month)[1]
    places = {day.day, day.day - length - 1}
    return (
        (not rule.months or day.month in rule.months)
        and (not rule.month_days or bool(places & set(rule.month_days)))
        and (not rule.weekdays or day.weekday() in {number for _which, number in rule.weekdays})
    )


def _in_month(rule: Rule, start: date, year: int, month: int) -> Iterator[date]:
    first, length = monthrange(year, month)
    days = set(range(1, length + 1))
    if rule.month_days:
        days &= {n if n > 0 else length + 1 + n for n in rule.month_days}
    if rule.weekdays:
        wanted = set()
        for which, weekday in rule.weekdays:
            every = [d for d in range(1, length + 1) if (first + d - 1) % 7 == weekday]
            if which == 0:
                wanted.update(every)
            elif abs(which) <= len(every):
                wanted.add(every[which - 1 if which > 0 else which])
        days &= wanted
    if not rule.month_days and not rule.weekdays:
        days &= {start.day}
    yield from (date(year, month, day) for day in sorted(days))


def _listed(parts: dict[str, str], name: str) -> list[str]:
    return [one.strip() for one in parts.get(name, "").split(",") if one.strip()][:50]


def _numbers(parts: dict[str, str], name: str, low: int, high: int) -> tuple[int, ...]:
    return tuple(_whole(name, one, low, high) for one in _listed(parts, name))


def _number(parts: dict[str, str], name: str, low: int, high: int) -> int | None:
    return _whole(name, parts[name], low, high) if name in parts else None


def _whole(name: str, text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,6}", text) or not low <= int(text) <= high or int(text) == 0:
        raise RuleError(
            _("%(name)s of its rule is “%(value)s”, which is not read.")
            % {"name": name, "value": text[:20]}
        )
    return int(text)


def _weekday(text: str) -> tuple[int, int]:
    match = _BYDAY.fullmatch(text)
    if match is None:
        raise RuleError(
            _("%(name)s of its rule is “%(value)s”, which is not read.")
            % {"name": "BYDAY", "value": text[:20]}
        )
    return int(match[1] or 0), WEEKDAYS.index(match[2])


def _until(parts: dict[str, str]) -> date | None:
    if "UNTIL" not in parts:
        return None
    digits = parts["UNTIL"][:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError as wrong:
        raise RuleError(
            _("%(name)s of its rule is “%(value)s”, which is not read.")
            % {"name": "UNTIL", "value": parts["UNTIL"][:20]}
        ) from wrong
