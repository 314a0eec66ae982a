"""Logging work done outside any published flow: what, for whom, when, how long."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance import policies
from governance.models import Department, Team
from governance.policies import Scope
from governance.selectors import versions
from workflows import locks
from workflows.event_types.working import OffModelLogged, OffModelRemoved
from workflows.models import OffModelWork
from workflows.selectors import calendars

MAX_TITLE, MAX_NOTE, MAX_MINUTES = 200, 2_000, 24 * 60
OLDEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What was done; ``department`` is the key of the department it was for, "" for the team."""

    title: str
    minutes: int
    day: date
    department: str = ""
    note: str = ""


def today_of(team: Team) -> date:
    """The day it is where the team works."""
    version = versions.current()
    now = clock.now()
    if version is None:
        return now.date()
    bp = versions.blueprint(version)
    calendar = calendars.calendar_in(bp, team.calendar_key)
    return now.astimezone(ZoneInfo(calendar.zone)).date()


def _columns(entry: Entry, team: Team) -> dict[str, object]:
    title = entry.title.replace("\x00", "").strip()
    note = entry.note.replace("\x00", "").strip()
    errors: dict[str, list[str]] = {}
    if not title or len(title) > MAX_TITLE:
        errors["title"] = [f"Say what was done, in at most {MAX_TITLE} characters."]
    if len(note) > MAX_NOTE:
        errors["note"] = [f"Write at most {MAX_NOTE:,} characters."]
    if not 1 <= entry.minutes <= MAX_MINUTES:
        errors["minutes"] = ["Say how many minutes it took, from 1 to 1,440."]
    today = today_of(team)
    if not today - OLDEST <= entry.day <= today:
        errors["day"] = ["Choose a day of the last twelve months, today at the latest."]
    department = Department.objects.filter(key=entry.department, retired_at=None).first()
    if entry.department and department is None:
        errors["department"] = ["Choose a department of the organisation."]
    if errors:
        raise Invalid("This cannot be logged yet.", errors)
    return {"title": title, "note": note, "seconds": entry.minutes * 60, "day": entry.day,
            "department": department}  # fmt: skip


@transaction.atomic
def log_work(team: Team, *, entry: Entry, work_id: int | None = None, actor: Actor) -> OffModelWork:
    """Log work of a team one is in, or correct what one logged (a lead: what anybody did).

    Raises Invalid, NotAllowed, NotFound.
    """
    if work_id is None:
        policies.require(actor, "off-model.log", Scope(team_id=team.pk))
        assert actor.person_id is not None
        columns = _columns(entry, team)
        work = OffModelWork.objects.create(team=team, person_id=actor.person_id, **columns)
        mark_locked(work)
    else:
        work = locks.off_model_for_update(work_id)
        policies.require(actor, "off-model.change", _scope(work))
        columns = _columns(entry, work.team)
        for column, value in columns.items():
            setattr(work, column, value)
        work.save(update_fields=list(columns))
    event = OffModelLogged(
        team=work.team.key,
        department=work.department.key if work.department else "",
        day=work.day.isoformat(),
        seconds=work.seconds,
        private={"title": work.title, "note": work.note},
    )
    ledger.record(work, [event], actor=actor)
    return work


@transaction.atomic
def remove_work(work_id: int, *, actor: Actor) -> OffModelWork:
    """Take a log entry away; it no longer counts. Raises NotAllowed, NotFound."""
    work = locks.off_model_for_update(work_id)
    policies.require(actor, "off-model.change", _scope(work))
    work.removed_at = clock.now()
    work.save(update_fields=["removed_at"])
    ledger.record(work, [OffModelRemoved(team=work.team.key)], actor=actor)
    return work


def _scope(work: OffModelWork) -> Scope:
    return Scope(team_id=work.team_id, holder_id=work.person_id)
