"""The last 90 days under another version: who would have decided, which steps would have come.

It reads and never writes. Decisions are asked of the same resolver with the facts of then, requests
of the same engine with the answers they have. What is held against it are the rules each of them
ran under. Confidential requests stand in no general figure, nor do they here.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from esm.common import clock
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.impact import words
from governance.models import Decision, ModelVersion
from governance.selectors.comparable import general
from governance.selectors.impact import read
from governance.selectors.versions import blueprint
from workflows.engine.replay import Way, difference, known_values, way_of
from workflows.models import Request
from workflows.selectors.replaying_decisions import Deciding, DecisionRow

DAYS = 90
# What a page looks back on; the whole is for the command and the benchmark.
MOST = 2_000
WHATS = ("steps", "promise", "teams", "ended", "problem")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request that would have gone another way: steps by name, promise in business seconds.

    ``ended``: it could not have been asked for; ``problem``: its way would not have led to an end.
    """

    pk: int
    ref: str
    at: datetime
    offering: str
    newly: tuple[str, ...] = ()
    no_longer: tuple[str, ...] = ()
    promise: tuple[int, int] | None = None
    teams: tuple[tuple[str, str, str], ...] = ()
    ended: bool = False
    problem: str = ""

    def differs(self, name: str) -> bool:
        """Whether it differs in steps, promise, teams, or has ended or a problem."""
        found = self.newly or self.no_longer if name == "steps" else getattr(self, name)
        return bool(found)


@dataclass(frozen=True)
class Replay:
    """What would have been different between two moments; ``rows`` are those that differ.

    ``cut``: there were more, and the latest alone were looked at. ``apart`` are decisions on other
    things than requests, whose answers are not at hand; they are not replayed.
    """

    since: datetime
    until: datetime
    decided: int = 0
    sorts: Mapping[str, int] = field(default_factory=dict)
    decisions: tuple[DecisionRow, ...] = ()
    with_decisions: int = 0
    redecided: int = 0
    requests: int = 0
    rows: tuple[RequestRow, ...] = ()
    steps: tuple[tuple[str, int, int], ...] = ()
    apart: int = 0
    cut: bool = False

    @property
    def share(self) -> int:
        """Percent of requests with a decision in which somebody else, or nobody, would decide."""
        return round(self.redecided * 100 / self.with_decisions) if self.with_decisions else 0

    @property
    def otherwise(self) -> int:
        """Percent of requests that would have taken other steps, promise or teams."""
        return round(len(self.rows) * 100 / self.requests) if self.requests else 0

    def count(self, name: str) -> int:
        """How many requests differ in something: steps, promise, teams, ended or problem."""
        return sum(row.differs(name) for row in self.rows)


def replay(version: ModelVersion, *, days: int = DAYS, most: int | None = MOST) -> Replay:
    """The last days under a version; of each sort at most ``most``, the latest."""
    until = clock.now()
    since = until - timedelta(days=days)
    after = read(version).kept()
    decided = _decisions(since, until, most)
    asked = _requests(since, until, most)
    deciding = Deciding(after, decided, since, until)
    going = _Going(after)
    rows = tuple(row for one in asked if (row := going.row(one)) is not None)
    return Replay(
        since,
        until,
        decided=len(deciding.replayed),
        sorts=dict(deciding.sorts),
        decisions=tuple(deciding.rows),
        with_decisions=len({one.subject_id for one in deciding.replayed}),
        redecided=len({row.request_id for row in deciding.rows}),
        requests=len(asked),
        rows=rows,
        steps=going.steps(),
        apart=len(decided) - len(deciding.replayed),
        cut=most is not None and most in (len(decided), len(asked)),
    )


def _decisions(since: datetime, until: datetime, most: int | None) -> list[Decision]:
    rows = general(Decision.objects.filter(state=Decision.State.DECIDED)).filter(
        decided_at__gte=since, decided_at__lt=until
    )
    return list(rows.select_related("team").order_by("-decided_at", "-pk")[:most])


def _requests(since: datetime, until: datetime, most: int | None) -> list[Any]:
    rows = Request.objects.filter(
        submitted_at__gte=since, submitted_at__lt=until, confidential=False
    )
    return list(
        rows.order_by("-pk").values(
            "pk", "number", "submitted_at", "version_id", "workflow_key", "data", "amount",
            "currency", offering_key=F("offering__key"), service_key=F("service__key"),
            department_key=F("requester_department__key"),
        )[:most]
    )  # fmt: skip


class _Going:
    """Every request led through the workflow it had and the one it would have."""

    def __init__(self, after: Blueprint) -> None:
        self.after = after
        self.newly: Counter[str] = Counter()
        self.no_longer: Counter[str] = Counter()
        self._ways: dict[object, Way] = {}

    def row(self, one: dict[str, Any]) -> RequestRow | None:
        """What would be different for a request; None for nothing."""
        bp = blueprint(one["version_id"])
        was = bp.peek(kinds.Offering, one["offering_key"])
        now = self.after.peek(kinds.Offering, one["offering_key"])
        known = now or was
        name = known.name if known is not None else one["offering_key"]
        base = (one["pk"], f"R-{one['number']}", one["submitted_at"], name)
        if now is None or was is None:
            return RequestRow(*base, ended=True)
        values = _values(one)
        before = self._way(bp, one["version_id"], one["workflow_key"], values)
        after = self._way(self.after, 0, now.workflow, values)
        found = difference(before, after)
        moved = tuple(_moved(bp, one["workflow_key"], self.after, now.workflow, before, after))
        promise = (was.promise_s, now.promise_s) if was.promise_s != now.promise_s else None
        problem = after.problem if after.problem and not before.problem else ""
        if found.none and not moved and promise is None and not problem:
            return None
        newly = tuple(_names(self.after, now.workflow, found.newly))
        gone = tuple(_names(bp, one["workflow_key"], found.no_longer))
        self.newly.update(newly)
        self.no_longer.update(gone)
        return RequestRow(*base, newly, gone, promise, moved, problem=problem)

    def _way(self, bp: Blueprint, version: int, workflow: str, values: dict[str, Any]) -> Way:
        graph = bp.workflow_graph(workflow)
        mark = (version, workflow, known_values(graph, values))
        if mark not in self._ways:
            self._ways[mark] = way_of(graph, values)
        return self._ways[mark]

    def steps(self) -> tuple[tuple[str, int, int], ...]:
        """Of each step that differs, in how many requests it comes newly and no longer."""
        keys = sorted(
            self.newly.keys() | self.no_longer.keys(),
            key=lambda key: (-(self.newly[key] + self.no_longer[key]), key),
        )
        return tuple((key, self.newly[key], self.no_longer[key]) for key in keys)


def _values(one: dict[str, Any]) -> dict[str, Any]:
    """The case variables, as ``variables.values_of`` reads them of a request."""
    return {
        "amount": one["amount"],
        "currency": one["currency"],
        "department": one["department_key"] or "",
        "service": one["service_key"],
        "offering": one["offering_key"],
        **one["data"],
    }


def _names(bp: Blueprint, workflow: str, keys: Iterable[str]) -> Iterable[str]:
    names = {stage.key: stage.name for stage in bp.get(kinds.Workflow, workflow).stages}
    return (names.get(key, key) for key in keys)


def _moved(
    bp: Blueprint, workflow: str, after: Blueprint, now: str, was: Way, then: Way
) -> Iterable[tuple[str, str, str]]:
    """Steps on both ways that another team would do: name, team before, team after."""
    old = {stage.key: stage for stage in bp.get(kinds.Workflow, workflow).stages}
    for stage in after.get(kinds.Workflow, now).stages:
        if stage.key in was.entered and stage.key in then.entered:
            former = old[stage.key].team
            if former != stage.team:
                yield (
                    stage.name,
                    words.name(bp, "Team", former),
                    words.name(after, "Team", stage.team),
                )
