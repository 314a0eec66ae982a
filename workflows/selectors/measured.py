"""Measured working time of steps, where their team measures it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from governance.blueprint.blueprint import Blueprint
from governance.policies import RoleFacts
from workflows.models import StageVisit, WorkSession


@dataclass(frozen=True)
class Worked:
    """Seconds measured on a step so far, a running session included."""

    seconds: int = 0
    since: datetime | None = None
    running: bool = False


def of_visits(
    blueprint: Blueprint,
    visits: Sequence[StageVisit],
    facts: RoleFacts,
    person_id: int,
    now: datetime,
) -> Mapping[int, Worked]:
    """By visit, for those whose team measures and whose team the viewer is in; one query at most.

    ``since`` is when the viewer's own session began.
    """
    teams = [v for v in visits if v.team_id in facts.teams]
    wanted = [v.pk for v in teams if blueprint.get("Team", v.team.key).work_sessions]
    if not wanted:
        return {}
    found = dict.fromkeys(wanted, Worked())
    rows = WorkSession.objects.filter(visit_id__in=wanted)
    for row in rows.only("visit_id", "person_id", "started_at", "stopped_at"):
        one = found[row.visit_id]
        spent = int(((row.stopped_at or now) - row.started_at).total_seconds())
        mine = row.stopped_at is None and row.person_id == person_id
        found[row.visit_id] = Worked(
            one.seconds + max(0, spent),
            row.started_at if mine else one.since,
            one.running or row.stopped_at is None,
        )
    return found
