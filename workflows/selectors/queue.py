"""A team's queue: what waits for it, what ends soonest on its side first, 50 rows a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from catalog.models import Service
from esm.common import clock, counting
from esm.common.errors import NotFound
from esm.common.rows import one
from governance.models import Department, Team
from governance.selectors import people, versions
from workflows.models import StageVisit
from workflows.selectors import identities, priorities, queue_filters, requests
from workflows.selectors.queue_filters import VIEWS, QueueFilter
from workflows.selectors.queue_rows import QueueRow, rows_for

__all__ = ["PAGE", "VIEWS", "QueuePage", "QueueRow", "page_of", "team_for"]

PAGE = 50
# One more than is told: a count over the bound reads «1,000+».
BOUND = 1001
OPTIONS_FROM = 2000


@dataclass(frozen=True)
class QueuePage:
    """Rows of one page, and the code of the last one where more follow."""

    rows: list[QueueRow]
    after: str


@dataclass(frozen=True)
class Choices:
    """What the queue holds, as (key, words) to filter by; ``counts`` by view, at most 1001."""

    counts: dict[str, int]
    in_hand: int
    late: int
    service: list[tuple[str, str]] = field(default_factory=list)
    step: list[tuple[str, str]] = field(default_factory=list)
    giver: list[tuple[str, str]] = field(default_factory=list)
    holder: list[tuple[str, str]] = field(default_factory=list)
    priority: list[tuple[str, str]] = field(default_factory=list)


def my_teams(user: Any) -> list[Team]:
    """The teams whose queues the user works."""
    return people.teams_for(user)


def team_for(user: Any, key: str) -> Team:
    """A team whose queue the user may see: their own, or any for who answers for the whole."""
    own = (team for team in my_teams(user) if team.key == key)
    team = next(own, None) or one(Team.objects.select_related("department").filter(key=key))
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
        team=team, state__in=StageVisit.LIVE, request__in=requests.checked_for(user)
    )


def waiting(user: Any) -> QuerySet[StageVisit]:
    """What waits in the user's teams and they may see, offered or queued; at most 99, to count."""
    teams = people.facts_for(user).teams
    rows = StageVisit.objects.filter(team_id__in=teams, state__in=["offered", "queued"])
    return rows.filter(request__in=requests.checked_for(user)).order_by()[:99]


def filtered(user: Any, team: Team, wanted: QueueFilter) -> QuerySet[StageVisit]:
    """The team's visits a filter lets through."""
    person = people.person_for(user)
    rows = live_visits(user, team)
    return queue_filters.applied(rows, wanted, person_id=person.pk if person else 0)


def page_of(user: Any, team: Team, wanted: QueueFilter, *, after: str = "") -> QueuePage:
    """One page of the queue behind the row ``after`` (R-101.2); three queries, four behind it."""
    rows, names = queue_filters.ordered(filtered(user, team, wanted), wanted.get("sort"))
    last = _seen(user, team, after, wanted) if after else None
    if last is not None:
        rows = rows.filter(queue_filters.behind(last, names))
    found = list(with_parts(rows)[: PAGE + 1])
    shown = rows_for(found[:PAGE])
    return QueuePage(shown, shown[-1].code if len(found) > PAGE else "")


def with_parts(rows: QuerySet[StageVisit]) -> QuerySet[StageVisit]:
    """Visits with what ``rows_for`` needs of each; what is remembered by key is not joined.

    Nine tables took PostgreSQL longer to plan than to read.
    """
    return rows.select_related("request", "holder", "handoff")


def number_of(code: str) -> tuple[int, int] | None:
    """(request, visit) of a code such as R-101.2; None for all else."""
    request, _, visit = code.removeprefix("R-").partition(".")
    parts = (request, visit)
    if code.startswith("R-") and all(p.isascii() and p.isdigit() and len(p) <= 9 for p in parts):
        return int(request), int(visit)
    return None


def _seen(user: Any, team: Team, code: str, wanted: QueueFilter) -> StageVisit | None:
    """The row a page ended with; it may have left the queue since."""
    pair = number_of(code)
    if pair is None:
        return None
    rows = StageVisit.objects.filter(team=team, request__in=requests.checked_for(user))
    rows, _names = queue_filters.ordered(rows, wanted.get("sort"))
    return rows.filter(request__number=pair[0], seq=pair[1]).first()


def counts(user: Any, team: Team, more: Mapping[str, QueueFilter] | None = None) -> dict[str, int]:
    """How many each view holds, and each of ``more``, at most 1001; one query."""
    parts = _views(user, team, more)
    return dict(zip(parts, counting.together(*parts.values()), strict=True))


def _views(
    user: Any, team: Team, more: Mapping[str, QueueFilter] | None
) -> dict[str, QuerySet[StageVisit]]:
    """The visits of each view and of each of ``more``, to be counted."""
    wanted = {**{name: QueueFilter({"view": name}) for name in VIEWS}, **(more or {})}
    return {name: filtered(user, team, one).order_by()[:BOUND] for name, one in wanted.items()}


def choices(user: Any, team: Team, more: Mapping[str, QueueFilter] | None = None) -> Choices:
    """What can be filtered by, and how many each view holds; two queries."""
    rows = live_visits(user, team).order_by()
    parts = _views(user, team, more)
    in_hand = rows.filter(state__in=["active", "blocked"])[:BOUND]
    late = rows.filter(queue_due__lt=clock.now().replace(microsecond=0))[:BOUND]
    *numbers, in_hand_n, late_n = counting.together(*parts.values(), in_hand, late)
    held = _held(rows)
    return Choices(
        counts=dict(zip(parts, numbers, strict=True)),
        in_hand=in_hand_n,
        late=late_n,
        service=_named(identities.row(Service, pk) for pk in held.services),
        step=_steps(held.steps),
        giver=_named(identities.row(Department, pk) for pk in held.givers),
        holder=sorted(held.holders, key=lambda pair: pair[1]),
        priority=_priorities(held.offered),
    )


@dataclass
class _Held:
    """What is found in a queue: ids of services and givers; (version, workflow, stage), (key, name)
    of holders, (version, offering).
    """

    services: set[int] = field(default_factory=set)
    steps: set[tuple[int, str, str]] = field(default_factory=set)
    givers: set[int] = field(default_factory=set)
    holders: set[tuple[str, str]] = field(default_factory=set)
    offered: set[tuple[int, str]] = field(default_factory=set)


def _held(rows: QuerySet[StageVisit]) -> _Held:
    """What the first 2,000 visits are of; one query."""
    some = StageVisit.objects.filter(pk__in=rows.values("pk")[:OPTIONS_FROM]).order_by()
    found = some.values_list(
        "request__service_id",
        "request__version_id",
        "request__workflow_key",
        "stage_key",
        Coalesce("handoff__giver_team__department_id", "request__requester_department_id"),
        "holder__key",
        "holder__name",
        "request__offering__key",
    ).distinct()
    held = _Held()
    for service, version, workflow, stage, giver, key, name, offering in found:
        held.services.add(service)
        held.steps.add((version, workflow, stage))
        held.offered.add((version, offering))
        if giver is not None:
            held.givers.add(giver)
        if key is not None:
            held.holders.add((key, name))
    return held


def _priorities(found: Iterable[tuple[int, str]]) -> list[tuple[str, str]]:
    """Keys and names of priorities in the order of their offerings, each key once."""
    names: dict[str, str] = {}
    for version, offering in sorted(found):
        names |= priorities.named(version, offering)
    return list(names.items())


def _named(rows: Iterable[Service | Department]) -> list[tuple[str, str]]:
    """Keys and names in the order of the names."""
    return sorted(((row.key, row.name) for row in rows), key=lambda pair: pair[1])


def _steps(found: Iterable[tuple[int, str, str]]) -> list[tuple[str, str]]:
    """Keys and names of steps, each key once."""
    names = {}
    for version, workflow, key in sorted(found):
        names[key] = str(versions.blueprint(version).stage(workflow, key).name)
    return sorted(names.items(), key=lambda pair: pair[1])
