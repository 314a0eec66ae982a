"""Public holidays and iCalendar files into a calendar: looked at, taken in one transaction, undone.

Nothing that is kept for a day already is ever replaced. What was taken together can be taken out
together; days that somebody changed by hand in between stay.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from governance.locks import lock_calendar_import, lock_versions
from governance.models import CalendarException, CalendarImport
from governance.policies import Scope, require
from governance.selectors.calendar_page import YEARS, CalendarRow, calendar_by_key
from governance.services.day_files import Bounds, read_file
from governance.services.day_sources import Entry, Found, Refused, label_of, of_country
from governance.services.days import DayException, remove_taken_with, set_calendar_exceptions

KEPT = timedelta(days=7)
FILE_YEARS = 3
NEW, KNOWN, CLOSED = "new", "known", "closed"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where days come from: a country, or a file with its content."""

    country: str = ""
    region: str = ""
    years: tuple[int, ...] = ()
    content: bytes | None = None
    file_name: str = ""
    half_days: bool = False


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a source: whether it would be added, and what is to be known of it.

    ``state`` is new, known (an exception is kept for the day) or closed (nobody works on that day
    of the week); ``chosen`` says whether it is taken unless somebody says otherwise.
    """

    day: date
    name: str
    intervals: tuple[str, ...]
    state: str
    note: str = ""
    chosen: bool = False


@dataclass
class DayPlan:
    """What a source would do to a calendar."""

    rows: list[DayRow] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def count(self, state: str) -> int:
        """How many days are new, known or closed."""
        return sum(row.state == state for row in self.rows)


def look(calendar: str, wanted: Wanted, *, actor: Actor) -> DayPlan:
    """What a source would do; nothing is changed.

    Raises NotAllowed, NotFound, Invalid, TooLarge.
    """
    require(actor, "people.edit", Scope())
    row = calendar_by_key(calendar)
    return _plan(row, _found(row, wanted))


def keep_wanted(calendar: str, wanted: Wanted, *, user: User, actor: Actor) -> CalendarImport:
    """Keep what was asked for, to look at. Raises NotAllowed, NotFound, Invalid, TooLarge."""
    look(calendar, wanted, actor=actor)
    CalendarImport.objects.filter(applied_at=None, created_at__lt=clock.now() - KEPT).delete()
    return _kept(calendar, wanted, user)


def look_again(row: CalendarImport, *, actor: Actor) -> DayPlan:
    """What a kept import would do now. Raises NotAllowed, NotFound, Invalid."""
    return look(row.calendar_key, _wanted(row), actor=actor)


def apply_kept(
    pk: int, *, days: Collection[date], reason: str = "", actor: Actor
) -> CalendarImport:
    """Take these days of a kept import; the others are left out.

    Raises NotAllowed, NotFound, Invalid, InvalidState when it was applied before, Conflict when
    one of the days is not free any more.
    """
    with transaction.atomic():
        row = lock_calendar_import(pk)
        require(actor, "people.edit", Scope())
        if row.applied_at is not None:
            raise InvalidState(_("These days were taken already."))
        lock_versions()  # nobody changes a day between the look and the write
        _apply(row, look_again(row, actor=actor), days, reason, actor)
        return row


def import_days(
    calendar: str,
    wanted: Wanted,
    *,
    days: Collection[date] | None = None,
    reason: str = "",
    user: User | None,
    actor: Actor,
) -> tuple[CalendarImport, DayPlan]:
    """Take these days of a source at once; without a choice those it proposes.

    Raises NotAllowed, NotFound, Invalid, TooLarge, Conflict when one of the days is not free.
    """
    with transaction.atomic():
        require(actor, "people.edit", Scope())
        lock_versions()  # nobody changes a day between the look and the write
        plan = look(calendar, wanted, actor=actor)
        row = _kept(calendar, wanted, user)
        chosen = [one.day for one in plan.rows if one.chosen]
        _apply(row, plan, chosen if days is None else days, reason, actor)
        return row, plan


def undo_import(pk: int, *, reason: str = "", actor: Actor) -> list[date]:
    """Take out all days that came with an import and that nobody changed since; the days.

    Raises NotAllowed, NotFound, Invalid, InvalidState.
    """
    with transaction.atomic():
        row = lock_calendar_import(pk)
        require(actor, "people.edit", Scope())
        if row.applied_at is None or row.undone_at is not None:
            raise InvalidState(_("None of its days is in the calendar."))
        gone = remove_taken_with(row, reason=reason, actor=actor)
        row.undone_at = clock.now()
        row.save(update_fields=["undone_at"])
        return gone


def _kept(calendar: str, wanted: Wanted, user: User | None) -> CalendarImport:
    of_file = wanted.content is not None
    name = "".join(c for c in wanted.file_name if c.isprintable())[-200:]
    years = sorted(set(wanted.years))
    return CalendarImport.objects.create(
        calendar_key=calendar,
        user=user,
        source=CalendarImport.Source.FILE if of_file else CalendarImport.Source.HOLIDAYS,
        label=(name or "calendar.ics") if of_file else _label(wanted, years),
        options={
            "country": wanted.country,
            "region": wanted.region,
            "years": years,
            "half_days": wanted.half_days,
        },
        content=wanted.content,
    )


def _label(wanted: Wanted, years: Sequence[int]) -> str:
    span = str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
    return f"{label_of(wanted.country, wanted.region)} {span}"


def _wanted(row: CalendarImport) -> Wanted:
    asked: dict[str, Any] = row.options
    return Wanted(
        country=asked.get("country", ""),
        region=asked.get("region", ""),
        years=tuple(asked.get("years", ())),
        content=bytes(row.content) if row.content is not None else None,
        file_name=row.label,
        half_days=bool(asked.get("half_days")),
    )


def _found(row: CalendarRow, wanted: Wanted) -> Found:
    if wanted.content is None:
        if any(not YEARS[0] <= year <= YEARS[1] for year in wanted.years):
            said = _("Choose years from %(first)s to %(last)s.")
            said %= {"first": YEARS[0], "last": YEARS[1]}
            raise Invalid(said, {"years": [said]})
        return of_country(wanted.country, wanted.region, list(wanted.years))
    first = row.today.replace(month=1, day=1)
    last = date(first.year + FILE_YEARS - 1, 12, 31)
    return read_file(wanted.content, Bounds(row.spec.zone, first, last, wanted.half_days))


def _plan(row: CalendarRow, found: Found) -> DayPlan:
    by_day: dict[date, list[Entry]] = {}
    for entry in found.entries:
        by_day.setdefault(entry.day, []).append(entry)
    known = dict(
        CalendarException.objects.filter(calendar_key=row.key, day__in=list(by_day))
        .values_list("day", "name")
    )  # fmt: skip
    week = row.spec.weekly_seconds()
    rows = [
        _row(day, entries, week.get(day.weekday(), []), known.get(day), row.today)
        for day, entries in sorted(by_day.items())
    ]
    return DayPlan(rows, found.refused)


def _row(
    day: date,
    entries: Sequence[Entry],
    hours: Sequence[tuple[int, int]],
    known: str | None,
    today: date,
) -> DayRow:
    """One row for all entries of a day; the whole day counts before parts of it."""
    whole = [entry for entry in entries if not entry.cuts]
    counted = whole or entries
    name = " · ".join(dict.fromkeys(entry.name for entry in counted))[:120]
    left = [] if whole else _left(hours, [cut for entry in entries for cut in entry.cuts])
    spans = tuple(f"{_clock(start)}-{_clock(end)}" for start, end in left)
    if known is not None:
        note = _("%(name)s is kept for this day already.") % {"name": known or _("An exception")}
        return DayRow(day, name, spans, KNOWN, note)
    if not hours:
        return DayRow(day, name, spans, CLOSED, _("It is closed on this day of the week anyway."))
    if list(hours) == left:
        return DayRow(day, name, spans, CLOSED, _("It touches no open hours."))
    doubt = next((entry.doubt for entry in counted if entry.doubt), "")
    note = _("The day is over.") if day < today else doubt
    return DayRow(day, name, spans, NEW, note, not note)


def _left(
    hours: Sequence[tuple[int, int]], cuts: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """What stays open of the hours of a day."""
    left = list(hours)
    for begin, end in cuts:
        parts = [part for s, e in left for part in ((s, min(e, begin)), (max(s, end), e))]
        left = [(s, e) for s, e in parts if s < e]
    return left


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def _apply(
    row: CalendarImport, plan: DayPlan, days: Collection[date], reason: str, actor: Actor
) -> None:
    free = {one.day: one for one in plan.rows if one.state == NEW}
    taken = [free[day] for day in sorted(set(days)) if day in free]
    if len(taken) != len(set(days)):
        raise Conflict(_("The calendar changed in the meantime: look at the days again."))
    if not taken:
        said = _("Choose at least one day.")
        raise Invalid(said, {"days": [said]})
    row.applied_at, row.content = clock.now(), None
    row.save(update_fields=["applied_at", "content"])
    wanted = [DayException(row.calendar_key, one.day, one.name, one.intervals) for one in taken]
    set_calendar_exceptions(wanted, reason=reason, taken_with=row, actor=actor)
