"""How much time the people of each team had for its steps over a stretch, and what else took it."""

from collections import Counter, defaultdict
from datetime import datetime

from django.db.models import Sum

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Team
from governance.models import Absence, Membership
from workflows.models import OffModelWork
from workflows.selectors import calendars


def room(bp: Blueprint, start: datetime, at: datetime) -> dict[str, float]:
    """Business seconds that the members of each team were there for it; two queries.

    Who is in several teams is there for each a part of the time.
    """
    rows = Membership.objects.filter(
        valid__overlap=(start, at), person__active=True, team__key__in=bp.keys(Team.__name__)
    )
    members = list(rows.order_by("pk").values_list("team__key", "person_id", "valid"))
    away: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    people = {person for _team, person, _valid in members}
    gone = Absence.objects.filter(person__in=people, valid__overlap=(start, at)).order_by("pk")
    for person, valid in gone.values_list("person_id", "valid"):
        away[person].append(_within(valid, start, at))
    teams = Counter(person for _team, person, _valid in members)
    found: dict[str, float] = defaultdict(float)
    for team, person, valid in members:
        calendar = calendars.calendar_in(bp, calendars.team_calendar_key(bp, team))
        here, until = _within(valid, start, at)
        there = calendar.elapsed(here, until)
        for left, back in away[person]:
            left, back = max(left, here), min(back, until)
            there -= calendar.elapsed(left, back) if left < back else 0
        found[team] += max(0, there) / teams[person]
    return found


def _within(valid: object, start: datetime, at: datetime) -> tuple[datetime, datetime]:
    lower, upper = getattr(valid, "lower", None), getattr(valid, "upper", None)
    return max(lower or start, start), min(upper or at, at)


def outside(start: datetime, at: datetime) -> dict[str, int]:
    """Seconds logged outside the model by team."""
    rows = OffModelWork.objects.filter(
        removed_at=None, day__gt=start.date(), day__lte=at.date()
    ).order_by()
    return dict(rows.values_list("team__key").annotate(s=Sum("seconds")))
