"""A team's queue: what waits for it, sorted by what ends soonest on its side, with the reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from esm.common import clock
from esm.common.errors import NotFound
from governance.models import Department, Team
from governance.selectors import people, versions
from workflows.models import Clock, StageVisit
from workflows.selectors import clock_views, requests

VIEWS = ("soonest", "mine", "offered", "back", "waiting")
PAGE = 50


@dataclass(frozen=True)
class QueueRow:
    """One visit of the team with both clocks."""

    visit: StageVisit
    stage_name: str
    ours: clock_views.ClockView | None
    promise: clock_views.ClockView | None
    giver: Department | None
    returns: int

    @property
    def sort_key(self) -> tuple[bool, datetime, int]:
        """Ends soonest on our side first; without a clock of ours last."""
        far = datetime.max.replace(tzinfo=clock.now().tzinfo)
        due = self.ours.due_at if self.ours and self.ours.due_at else far
        return (self.ours is None or self.ours.state != "running", due, self.visit.pk)


def my_teams(user: Any) -> list[Team]:
    """The teams whose queues the user works."""
    person = people.person_for(user)
    return people.teams_of(person.pk) if person else []


def team_for(user: Any, key: str) -> Team:
    """A team whose queue the user may see: their own, or any for who answers for the whole."""
    team = Team.objects.select_related("department").filter(key=key).first()
    facts = people.facts_for(user)
    wide = facts.sees_all_departments
    if team is None or not (
        wide or team.pk in facts.teams or team.department_id in facts.departments
    ):
        raise NotFound("This queue does not exist.")
    return team


def live_visits(user: Any, team: Team) -> QuerySet[StageVisit]:
    """The team's live visits of requests the user may see."""
    return StageVisit.objects.filter(
        team=team,
        state__in=StageVisit.LIVE,
        request__in=requests.visible_to(user).filter(is_open=True),
    )


def waiting_count(user: Any) -> int:
    """How much waits in the user's teams: offered or queued, at most 99."""
    facts = people.facts_for(user)
    if not facts.teams:
        return 0
    rows = StageVisit.objects.filter(team_id__in=facts.teams, state__in=["offered", "queued"])
    return rows.order_by()[:99].count()


def narrowed(rows: QuerySet[StageVisit], view: str, person_id: int) -> QuerySet[StageVisit]:
    """A saved view as a filter."""
    if view == "mine":
        return rows.filter(holder_id=person_id)
    if view == "offered":
        return rows.filter(state=StageVisit.State.OFFERED)
    if view == "back":
        return rows.filter(is_rework=True)
    if view == "waiting":
        return rows.filter(state__in=[StageVisit.State.BLOCKED, StageVisit.State.DECIDING])
    return rows


def counts(user: Any, team: Team) -> dict[str, int]:
    """How many each view holds; one query."""
    person = people.person_for(user)
    found = dict.fromkeys(VIEWS, 0)
    rows = live_visits(user, team).values_list("state", "holder_id", "is_rework")
    for state, holder, rework in rows:
        found["soonest"] += 1
        found["mine"] += int(person is not None and holder == person.pk)
        found["offered"] += int(state == StageVisit.State.OFFERED)
        found["back"] += int(rework)
        found["waiting"] += int(state in (StageVisit.State.BLOCKED, StageVisit.State.DECIDING))
    return found


def rows_of(user: Any, team: Team, view: str = "soonest") -> list[QueueRow]:
    """The rows of one view, ends soonest first; five queries whatever their number."""
    person = people.person_for(user)
    visits = list(
        narrowed(live_visits(user, team), view, person.pk if person else 0)
        .select_related(
            "request__service",
            "request__requester_department",
            "holder",
            "team__department",
            "handoff__giver_team__department",
        )
        .order_by("pk")[:500]
    )
    clocks: dict[int, list[Clock]] = {}
    live = Clock.objects.filter(
        request_id__in={v.request_id for v in visits}, state__in=["running", "paused"]
    )
    for row in live:
        clocks.setdefault(row.request_id, []).append(row)
    now = clock.now()
    found = [_row(v, clocks.get(v.request_id, []), now) for v in visits]
    return sorted(found, key=lambda r: r.sort_key)


def _row(visit: StageVisit, clocks: list[Clock], now: datetime) -> QueueRow:
    bp = versions.blueprint(visit.request.version_id)
    own = clock_views.ours([c for c in clocks if c.visit_id == visit.pk])
    promise = clock_views.promise(clocks)
    handoff = getattr(visit, "handoff", None)
    department = handoff.giver_team.department if handoff else visit.request.requester_department
    return QueueRow(
        visit=visit,
        stage_name=bp.stage(visit.request.workflow_key, visit.stage_key).name,
        ours=clock_views.view(own, bp, now) if own else None,
        promise=clock_views.view(promise, bp, now) if promise else None,
        giver=department,
        returns=(handoff.attempt - 1) if handoff else int(visit.is_rework),
    )
