"""By what a change of the model is agreed: the type of decision about it, who must agree, by when.

The rules are those in force: a version does not say itself how it is agreed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import after_days, days_between
from governance.models import CalendarException

LEAST_DAYS = 5


def deciding_type(bp: Blueprint) -> str | None:
    """The type of decision that changes the model; the first by key where there are several."""
    found = [key for key, spec in bp.find(kinds.DecisionType).items() if spec.about == "model"]
    return min(found, default=None)


def agreeing_roles(bp: Blueprint, decided_as: str) -> list[str]:
    """Roles that must agree to a change of the model, members of bodies included."""
    found: dict[str, None] = {}
    for right in bp.find(kinds.DecisionRight).values():
        if right.decision_type != decided_as or right.part != "agree":
            continue
        body = bp.peek(kinds.GovernanceBody, right.body)
        for role in body.members if body else (right.role,):
            if role:
                found[str(role)] = None
    return list(found)


def silence_consents(bp: Blueprint) -> bool:
    """Whether the policy takes silence of who could be reached as consent."""
    spec = bp.peek(kinds.DecisionType, deciding_type(bp))
    return bool(spec and spec.silence_consents)


@dataclass(frozen=True)
class Days:
    """The working days of the organisation: its usual calendar with the days that differ."""

    zone: ZoneInfo
    weekdays: frozenset[int]
    exceptions: dict[date, bool]

    def earliest(self, since: datetime) -> datetime:
        """When a round that opens now may end at the soonest."""
        return self.after(since, LEAST_DAYS)

    def after(self, since: datetime, days: int) -> datetime:
        """The end of so many working days from now."""
        return after_days(since, days, self.zone, self.weekdays, self.exceptions)

    def between(self, since: datetime, until: datetime) -> int:
        """Whole working days that are over between two moments."""
        return days_between(since, until, self.zone, self.weekdays, self.exceptions)


def days_of(bp: Blueprint) -> Days:
    """The days that count for rounds and acknowledgements; one query."""
    organisation = bp.organisation()
    calendar = bp.get(kinds.Calendar, organisation.default_calendar)
    open_days = frozenset(day for day, spans in calendar.weekly_seconds().items() if spans)
    rows = CalendarException.objects.filter(calendar_key=organisation.default_calendar)
    differ = {day: bool(spans) for day, spans in rows.values_list("day", "intervals")}
    return Days(ZoneInfo(organisation.zone), open_days, differ)


def soonest(bp: Blueprint) -> datetime:
    """When a round that opens at this moment may end at the soonest."""
    return days_of(bp).earliest(clock.now())
