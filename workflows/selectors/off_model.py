"""Work outside the model: what a team logged, and how much of it others may know."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum

from esm.common.errors import NotFound
from governance import policies
from governance.models import Department, Team
from governance.policies import Scope
from governance.selectors import people
from governance.selectors.people import Account
from workflows.models import OffModelWork
from workflows.selectors import queue

PAGE = 50
DAYS = 90
# Fewer could be told apart by who knows the team.
TOO_FEW = 5


@dataclass(frozen=True)
class Share:
    """How much was logged for one department (None: for the team itself)."""

    department: Department | None
    n: int
    seconds: int


@dataclass(frozen=True)
class Summary:
    """The last 90 days of a team; for who is not in it alone the sum, and that from five on."""

    team: Team
    inside: bool
    n: int
    seconds: int
    shares: list[Share]

    @property
    def told(self) -> bool:
        """Whether there are enough to say how many."""
        return self.inside or self.n >= TOO_FEW


def visible_to(user: Account) -> QuerySet[OffModelWork]:
    """What somebody reads entry by entry: what their own teams logged."""
    rows = OffModelWork.objects.filter(removed_at=None, team__in=people.facts_for(user).teams)
    return rows.select_related("team__department", "person", "department")


def of_team(user: Account, team: Team) -> QuerySet[OffModelWork]:
    """A team's entries, newest first; none for who is not in it."""
    return visible_to(user).filter(team=team)


def by_id(user: Account, pk: int) -> OffModelWork:
    """One of them. Raises NotFound, for hidden, removed and missing alike."""
    found = visible_to(user).filter(pk=pk).first()
    if found is None:
        raise NotFound("This entry does not exist.")
    return found


def page_of(user: Account, team: Team, *, after: str = "") -> tuple[list[OffModelWork], str]:
    """One page and where the next one begins."""
    rows = of_team(user, team).order_by("-day", "-id")
    mark = rows.filter(pk=int(after)).first() if after.isdecimal() and len(after) < 10 else None
    if mark is not None:
        rows = rows.filter(day__lte=mark.day).exclude(day=mark.day, pk__gte=mark.pk)
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def summary(user: Account, key: str, *, until: date) -> Summary:
    """The 90 days up to a day, by the department it was for. Raises NotFound."""
    team = queue.team_for(user, key)
    rows = OffModelWork.objects.filter(
        team=team, removed_at=None, day__gt=until - timedelta(days=DAYS), day__lte=until
    )
    counted = list(rows.order_by().values("department").annotate(n=Count("pk"), s=Sum("seconds")))
    n, seconds = sum(c["n"] for c in counted), sum(c["s"] for c in counted)
    inside = team.pk in people.facts_for(user).teams
    if not inside:
        few = n < TOO_FEW
        return Summary(team, False, 0 if few else n, 0 if few else seconds, [])
    names = Department.objects.in_bulk([c["department"] for c in counted if c["department"]])
    shares = [Share(names.get(c["department"]), c["n"], c["s"]) for c in counted]
    return Summary(team, True, n, seconds, sorted(shares, key=lambda s: -s.seconds))


def may_log(user: Account, team: Team) -> policies.Verdict:
    """Whether somebody may log work of a team, with the reason."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    return policies.judge(actor, "off-model.log", Scope(team_id=team.pk), facts)


def may_change(user: Account, work: OffModelWork) -> policies.Verdict:
    """Whether somebody may correct or remove an entry, with the reason."""
    scope = Scope(team_id=work.team_id, holder_id=work.person_id)
    actor, facts = people.actor_for(user), people.facts_for(user)
    return policies.judge(actor, "off-model.change", scope, facts)
