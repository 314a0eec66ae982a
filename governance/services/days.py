"""Days on which a calendar differs from its weekly pattern.

They are recorded with the version in force, which names the calendars. Whoever counts in business
time reacts to the events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint.kinds.organisation import day_intervals
from governance.event_types import CalendarExcepted, CalendarRestored
from governance.locks import lock_versions
from governance.models import CalendarException, CalendarImport, ModelVersion
from governance.policies import Scope, require
from governance.services.reasons import with_reason

MAX_NAME = 120


@dataclass(frozen=True, slots=True)
class DayException:
    """One day of one calendar differs; no interval means closed."""

    calendar: str
    day: date
    name: str = ""
    intervals: tuple[str, ...] = ()


def set_calendar_exceptions(
    days: Sequence[DayException],
    *,
    reason: str = "",
    taken_with: CalendarImport | None = None,
    actor: Actor,
) -> list[DayException]:
    """Make these days of calendars differ; returns those that were not so before.

    ``taken_with`` is the import they come with; a day kept by hand belongs to none.

    Running clocks of these calendars are counted again, see ``calendar.excepted``.

    Recorded with the version in force, which names the calendars. Raises NotAllowed, Invalid,
    InvalidState without a published version.
    """
    for item in days:
        if len(item.name) > MAX_NAME:
            said = f"Say it in at most {MAX_NAME} characters."
            raise Invalid(said, {"name": [said]})
        try:
            day_intervals(list(item.intervals))
        except ValueError as error:
            raise Invalid(str(error), {"intervals": [str(error)]}) from error
    with transaction.atomic():
        versions = lock_versions()
        require(actor, "people.edit", Scope())
        version = _in_force(versions)
        rows = CalendarException.objects.filter(calendar_key__in={d.calendar for d in days})
        known = {(row.calendar_key, row.day): (row.name, tuple(row.intervals)) for row in rows}
        new = [d for d in days if known.get((d.calendar, d.day)) != (d.name, d.intervals)]
        CalendarException.objects.bulk_create(
            [
                CalendarException(
                    calendar_key=d.calendar,
                    day=d.day,
                    name=d.name,
                    intervals=list(d.intervals),
                    taken_with=taken_with,
                )
                for d in new
            ],
            update_conflicts=True,
            unique_fields=["calendar_key", "day"],
            update_fields=["name", "intervals", "taken_with"],
        )
        events = [
            CalendarExcepted(
                calendar=d.calendar,
                day=d.day.isoformat(),
                intervals=list(d.intervals),
                private=with_reason(reason, name=d.name),
            )
            for d in new
        ]
        ledger.record(version, events, actor=actor)
        return new


def remove_calendar_exception(
    *, calendar: str, day: date, reason: str = "", actor: Actor
) -> CalendarException:
    """Let a day follow the weekly pattern again; clocks are counted again.

    Raises NotAllowed, NotFound, InvalidState without a published version.
    """
    with transaction.atomic():
        version = _in_force(lock_versions())
        require(actor, "people.edit", Scope())
        row = CalendarException.objects.filter(calendar_key=calendar, day=day).first()
        if row is None:
            raise NotFound("This day is as every week.")
        event = CalendarRestored(
            calendar=calendar, day=day.isoformat(), private=with_reason(reason, name=row.name)
        )
        ledger.record(version, [event], actor=actor)
        row.delete()
        return row


def remove_taken_with(row: CalendarImport, *, reason: str = "", actor: Actor) -> list[date]:
    """Let all days that came with an import follow the weekly pattern again; the days.

    Days that somebody kept by hand since then stay. Raises NotAllowed, InvalidState.
    """
    with transaction.atomic():
        version = _in_force(lock_versions())
        require(actor, "people.edit", Scope())
        rows = list(CalendarException.objects.filter(taken_with=row).order_by("day"))
        events = [
            CalendarRestored(
                calendar=one.calendar_key,
                day=one.day.isoformat(),
                private=with_reason(reason, name=one.name),
            )
            for one in rows
        ]
        if events:
            ledger.record(version, events, actor=actor)
        CalendarException.objects.filter(pk__in=[one.pk for one in rows]).delete()
        return [one.day for one in rows]


def _in_force(versions: Mapping[int, ModelVersion]) -> ModelVersion:
    found = (v for v in versions.values() if v.state == ModelVersion.State.PUBLISHED)
    version = next(found, None)
    if version is None:
        raise InvalidState("Publish a model before its calendars get exceptions.")
    return version
