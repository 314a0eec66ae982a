"""How much a team has in hand: per member for the team itself, as totals for who answers for it."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Count, Q

from esm.common import clock
from governance.models import Membership, Person, Team
from governance.selectors import people
from governance.selectors.people import Account
from workflows.models import StageVisit
from workflows.selectors import queue
from workflows.selectors.away import HELD, absences_of, stranded


@dataclass(frozen=True)
class Sums:
    """Numbers of open steps; ``waiting`` are those that stand still or wait for a decision."""

    in_hand: int = 0
    late: int = 0
    at_risk: int = 0
    waiting: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.in_hand + other.in_hand,
            self.late + other.late,
            self.at_risk + other.at_risk,
            self.waiting + other.waiting,
        )


@dataclass(frozen=True)
class Member:
    """One person and what they hold; ``until`` is when an absence ends, None while it is open."""

    person: Person
    sums: Sums
    lead: bool = False
    gone: bool = False
    absent: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Load:
    """The team's work at this moment; told to the team alone are ``members``, and ``stranded``:
    how much lies with people who are away or gone.
    """

    team: Team
    totals: Sums
    queued: int
    offered: int
    inside: bool
    leads: bool
    stranded: int = 0
    members: list[Member] = field(default_factory=list)

    @property
    def over_limit(self) -> bool:
        """More in hand than the team said it can do at a time."""
        limit = self.team.wip_limit
        return limit is not None and self.totals.in_hand > limit


def load_of(user: Account, key: str) -> Load:
    """The load of a team whose queue the user may see; six queries whatever its size.

    Counts what the user may see. Raises NotFound.
    """
    team = queue.team_for(user, key)
    facts = people.facts_for(user)
    now = clock.now().replace(microsecond=0)
    held, found = _counted(user, team, now)
    inside = team.pk in facts.teams
    return Load(
        team=team,
        totals=found.totals,
        queued=found.queued,
        offered=found.offered,
        inside=inside,
        leads=team.pk in facts.led_teams,
        stranded=stranded(user, team).count() if inside else 0,
        members=_members(team, held, now) if inside else [],
    )


@dataclass
class _Found:
    totals: Sums = field(default_factory=Sums)
    queued: int = 0
    offered: int = 0


def _counted(user: Account, team: Team, now: datetime) -> tuple[dict[int, Sums], _Found]:
    """Sums by holder, and the team's; late and at risk as the queue's filters mean them.

    What came back to somebody counts as theirs before they take it again.
    """
    counted = (
        queue.live_visits(user, team)
        .order_by()
        .values("holder_id", "state")
        .annotate(
            n=Count("pk"),
            late=Count("pk", Q(queue_due__lt=now)),
            risk=Count("pk", Q(queue_due__gte=now, queue_risk__lte=now)),
        )
    )
    held: dict[int, Sums] = {}
    found = _Found()
    for row in counted:
        state, n = row["state"], row["n"]
        in_hand, still = state in HELD, state in (StageVisit.State.BLOCKED, "deciding")
        one = Sums(n, row["late"], row["risk"], n if still else 0)
        found.totals += one if in_hand else replace(one, in_hand=0)
        found.queued += n if state == StageVisit.State.QUEUED else 0
        found.offered += n if state == StageVisit.State.OFFERED else 0
        if row["holder_id"]:
            held[row["holder_id"]] = held.get(row["holder_id"], Sums()) + one
    return held, found


def _members(team: Team, held: dict[int, Sums], now: datetime) -> list[Member]:
    """Who works in the team, and who holds work of it without; the most loaded first."""
    rows = Membership.objects.filter(team=team, valid__contains=now, person__active=True)
    lead = dict(rows.values_list("person_id", "is_lead"))
    ids = set(lead) | set(held)
    away = absences_of(ids, now)
    found = [
        Member(
            person=person,
            sums=held.get(person.pk, Sums()),
            lead=lead.get(person.pk, False),
            gone=person.pk not in lead,
            absent=person.pk in away,
            until=away.get(person.pk),
        )
        for person in Person.objects.filter(pk__in=ids)
    ]
    return sorted(found, key=lambda m: (not m.gone, -m.sums.in_hand, m.person.name))
