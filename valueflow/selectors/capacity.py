"""How much time the people of each team had for its steps over a stretch, and what else took it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Sum

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Team
from governance.models import Absence, Membership
from workflows.models import OffModelWork
from workflows.selectors import calendars

Window = tuple[datetime, datetime]


def room(bp: Blueprint, start: datetime, at: datetime) -> dict[str, float]:
    """Business seconds that the members of each team were there for it; two queries."""
    return rooms(bp, [(start, at)])[0]


def rooms(bp: Blueprint, windows: Sequence[Window]) -> list[dict[str, float]]:
    """The same for several stretches of time at once; two queries.

    Who is in several teams is there for each a part of the time.
    """
    if not windows:
        return []
    start, at = min(one for one, _ in windows), max(one for _, one in windows)
    rows = Membership.objects.filter(
        valid__overlap=(start, at), person__active=True, team__key__in=bp.keys(Team.__name__)
    )
    members = list(rows.order_by("pk").values_list("team__key", "person_id", "valid"))
    away: dict[int, list[Window]] = defaultdict(list)
    people = {person for _team, person, _valid in members}
    gone = Absence.objects.filter(person__in=people, valid__overlap=(start, at)).order_by("pk")
    for person, valid in gone.values_list("person_id", "valid"):
        away[person].append(_within(valid, start, at))
    return [_there(bp, members, away, window) for window in windows]


def _there(
    bp: Blueprint,
    members: Sequence[tuple[str, int, object]],
    away: Mapping[int, Sequence[Window]],
    window: Window,
) -> dict[str, float]:
    """Seconds by team in one stretch of time."""
    cut = [(team, person, *_within(valid, *window)) for team, person, valid in members]
    here = [row for row in cut if row[2] < row[3]]
    teams = Counter(person for _team, person, _from, _to in here)
    found: dict[str, float] = defaultdict(float)
    for team, person, since, until in here:
        calendar = calendars.calendar_in(bp, calendars.team_calendar_key(bp, team))
        there = calendar.elapsed(since, until)
        for left, back in away.get(person, ()):
            left, back = max(left, since), min(back, until)
            there -= calendar.elapsed(left, back) if left < back else 0
        found[team] += max(0, there) / teams[person]
    return found


def _within(valid: object, start: datetime, at: datetime) -> Window:
    lower, upper = getattr(valid, "lower", None), getattr(valid, "upper", None)
    return max(lower or start, start), min(upper or at, at)


def outside(start: datetime, at: datetime) -> dict[str, int]:
    """Seconds logged outside the model by team."""
    rows = OffModelWork.objects.filter(
        removed_at=None, day__gt=start.date(), day__lte=at.date()
    ).order_by()
    return dict(rows.values_list("team__key").annotate(s=Sum("seconds")))
