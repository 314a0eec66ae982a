"""Work that lies with people who are away or no longer in the team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from esm.common import clock
from governance import policies
from governance.models import Absence, Membership, Person, Team
from governance.policies import Scope
from governance.selectors import people, versions
from governance.selectors.people import Account
from workflows.models import StageVisit
from workflows.selectors import queue

PAGE = 50
HELD = (StageVisit.State.ACTIVE, StageVisit.State.BLOCKED)


@dataclass(frozen=True)
class Stranded:
    """One step whose holder cannot go on with it; ``until`` ends an absence, None for open."""

    visit: StageVisit
    stage_name: str
    absent: bool
    until: datetime | None
    verdict: str

    @property
    def code(self) -> str:
        """How a form names it, such as R-101.2."""
        return f"{self.visit.request.ref}.{self.visit.seq}"


def team_for_lead(user: Account, key: str) -> Team:
    """A team the user leads. Raises NotFound, and NotAllowed for who only sees the team."""
    team = queue.team_for(user, key)
    actor, facts = people.actor_for(user), people.facts_for(user)
    policies.require(actor, "visit.reassign", Scope(team_id=team.pk), facts)
    return team


def stranded(user: Account, team: Team) -> QuerySet[StageVisit]:
    """The team's steps that lie with people who are away or gone, with what a list shows."""
    now = clock.now()
    absent = Absence.objects.filter(person=OuterRef("holder"), valid__contains=now)
    member = Membership.objects.filter(
        person=OuterRef("holder"), team=team, valid__contains=now, person__active=True
    )
    rows = queue.live_visits(user, team).filter(state__in=HELD, holder__isnull=False)
    rows = rows.filter(Q(Exists(absent)) | ~Q(Exists(member)))
    return rows.select_related("request", "holder").order_by("pk")


def page_of(user: Account, team: Team, *, after: int = 0) -> tuple[list[Stranded], int]:
    """One page of them, oldest first, and where the next one begins (0 at the end)."""
    found = list(stranded(user, team).filter(pk__gt=after)[: PAGE + 1])
    return shown(found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else 0


def shown(visits: Sequence[StageVisit]) -> list[Stranded]:
    """Why each lies there and how its clock stands; one query."""
    now = clock.now().replace(microsecond=0)
    away = absences_of({v.holder_id for v in visits if v.holder_id}, now)
    return [
        Stranded(
            visit=visit,
            stage_name=versions.blueprint(visit.request.version_id)
            .stage(visit.request.workflow_key, visit.stage_key)
            .name,
            absent=visit.holder_id in away,
            until=away.get(visit.holder_id or 0),
            verdict=_verdict(visit, now),
        )
        for visit in visits
    ]


def _verdict(visit: StageVisit, now: datetime) -> str:
    """How our own clock stands, as the queue's filters mean it."""
    if visit.state == StageVisit.State.BLOCKED:
        return "stop"
    if visit.queue_due < now:
        return "late"
    return "risk" if visit.queue_risk <= now else "ok"


def receivers(team: Team) -> list[Person]:
    """Members who are here now and can take work over."""
    now = clock.now()
    absent = Absence.objects.filter(person=OuterRef("pk"), valid__contains=now)
    return list(people.members(team.pk, now).filter(~Exists(absent)).order_by("name"))


def absences_of(ids: set[int], now: datetime) -> dict[int, datetime | None]:
    """Who of them is away now, and when that ends; None where nobody said when. One query."""
    rows = Absence.objects.filter(person_id__in=ids, valid__contains=now).order_by("pk")
    return {row.person_id: row.valid.upper for row in rows}
