"""How each finished request went, beside what its own pinned workflow says: ways and deviations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from governance.blueprint.kinds import Team, Workflow
from governance.blueprint.paths import stages_by_key
from governance.models import RoleAssignment
from governance.selectors import versions
from valueflow.engine.conformance import KINDS, Deviation, Done, Fit, Shape, fit, shape
from valueflow.engine.summary import Times
from valueflow.models import FactHandoff, FactRequest
from valueflow.selectors.lint_ways import Pinned, former_versions, stage_of
from workflows.models import StageVisit

# Stages of a way that are named; longer ones are cut in the middle.
NAMED = 9


@dataclass(frozen=True, slots=True)
class Way:
    """One finished request: the stages it was done in, how they fit, and what else was otherwise.

    ``beside`` are deviations of who did it and of what was handed over.
    """

    id: int
    stream: str
    pinned: Pinned
    ended_at: datetime
    lead: Times
    path: tuple[str, ...]
    fit: Fit
    beside: tuple[Deviation, ...]

    @property
    def declared(self) -> bool:
        """Its stages follow one another as the definition says."""
        return not self.fit.deviations

    @property
    def deviations(self) -> tuple[Deviation, ...]:
        """All of them."""
        return self.fit.deviations + self.beside

    @property
    def variant(self) -> str:
        """A short name of its way, the same for all requests that took it."""
        told = "\n".join((self.stream, self.pinned[1], *self.path))
        return sha256(told.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class _Visit:
    stage: str
    rework: bool
    team: str
    entered_at: datetime
    number: int


def ways(rows: QuerySet[FactRequest]) -> list[Way]:
    """Every request of these, by its own pinned workflow; five queries."""
    done = Q(visits__outcome="done")
    arrays = {
        name: ArrayAgg(f"visits__{name}", filter=done, order_by="visits__number", default=[])
        for name in ("stage", "rework", "team", "entered_at", "number")
    }
    columns = (
        "pk", "stream", "request__version_id", "workflow", "ended_at", "lead_cal_s", "lead_bus_s",
    )  # fmt: skip
    # Named apart: a request has a stage and a team of its own.
    renamed = {f"visited_{name}": array for name, array in arrays.items()}
    listed = rows.order_by("pk").annotate(**renamed)
    former, lacking, doers, rules = former_versions(rows), _incomplete(rows), _Doers(rows), _Rules()
    read = []
    for pk, stream, version, workflow, ended_at, cal_s, bus_s, *visited in listed.values_list(
        *columns, *renamed
    ):
        visits = [_Visit(*one) for one in zip(*visited, strict=True)]
        pinned = (version, workflow)
        moved = {one.number: v for one in visits if (v := former.get((pk, one.number)))}
        read.append(
            Way(
                id=pk,
                stream=stream,
                pinned=pinned,
                ended_at=ended_at,
                lead=Times(cal_s, bus_s),
                path=tuple(one.stage for one in visits),
                fit=rules.fit(pinned, moved, visits),
                beside=(
                    *_by_others(rules, pinned, moved, visits),
                    *doers.wrong(rules, pk, pinned, moved, visits),
                    *_without(rules, pinned, lacking.get(pk, ())),
                ),
            )
        )
    return read


def shape_of(pinned: Pinned) -> Shape:
    """What a workflow of a version allows, worked out once for its content."""
    bp = versions.blueprint(pinned[0])
    if bp.peek(Workflow, pinned[1]) is None:
        return Shape(frozenset(), frozenset(), frozenset(), frozenset())
    return bp.compiled(
        Workflow.__name__, pinned[1], "shape", lambda flow: shape(flow.stages, flow.flows)
    )


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a version says of one stage: its team, who may do it, what else was declared."""

    team: str
    roles: frozenset[str]
    declared: Mapping[str, datetime]


class _Rules:
    """What the definitions say, looked up once for many requests."""

    def __init__(self) -> None:
        self._stages: dict[tuple[Pinned, str], _Rule] = {}
        self._fits: dict[tuple[Pinned, int | None, tuple[Done, ...]], Fit] = {}

    def stage(self, pinned: Pinned, key: str) -> _Rule:
        """One stage of a workflow of a version; empty where it has none such."""
        found = self._stages.get((pinned, key))
        if found is None:
            _name, team, declared = stage_of(pinned, key)
            found = self._stages[pinned, key] = _Rule(team, _roles_of(pinned, key), declared)
        return found

    def fit(self, pinned: Pinned, moved: Mapping[int, int], visits: Sequence[_Visit]) -> Fit:
        """How a way fits; equal ways are compared once."""
        former = next(iter(moved.values()), None)
        key = (pinned, former, tuple(Done(one.stage, one.rework) for one in visits))
        if key not in self._fits:
            before = None if former is None else shape_of((former, pinned[1]))
            self._fits[key] = fit(key[2], shape_of(pinned), before)
        return self._fits[key]


def _roles_of(pinned: Pinned, key: str) -> frozenset[str]:
    """Roles that may do a stage; none where the definition names nobody who does it."""
    workflow = versions.blueprint(pinned[0]).peek(Workflow, pinned[1])
    stage = stages_by_key(workflow).get(key) if workflow is not None else None
    if stage is None or not stage.responsible_roles:
        return frozenset()
    return frozenset({*map(str, stage.responsible_roles), str(stage.accountable_role or "")})


def _by_others(
    rules: _Rules, pinned: Pinned, moved: Mapping[int, int], visits: Sequence[_Visit]
) -> Iterable[Deviation]:
    """Stages that another team did than the one that is named, unless that was declared."""
    for one in visits:
        place = (moved.get(one.number, pinned[0]), pinned[1])
        rule, at = rules.stage(place, one.stage), one.entered_at
        if rule.team and rule.team != one.team and at >= rule.declared.get(one.team, at):
            bp = versions.blueprint(place[0])
            named, other = bp.peek(Team, rule.team), bp.peek(Team, one.team)
            same = named is not None and other is not None and named.department == other.department
            yield Deviation("wrong_team" if same else "wrong_department", one.stage)


def _incomplete(rows: QuerySet[FactRequest]) -> dict[int, list[tuple[str, datetime]]]:
    """Offers that lacked what was agreed, by request; one query."""
    found: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    offers = FactHandoff.objects.filter(fact__in=rows.order_by().values("pk"), incomplete=True)
    for pk, stage, at in offers.order_by("pk").values_list("fact_id", "to_stage", "offered_at"):
        found[pk].append((stage, at))
    return found


def _without(
    rules: _Rules, pinned: Pinned, offers: Iterable[tuple[str, datetime]]
) -> Iterable[Deviation]:
    for stage, at in offers:
        if at >= rules.stage(pinned, stage).declared.get("", at):
            yield Deviation("incomplete", stage)


class _Doers:
    """Who did each step, and which roles they held; two queries."""

    def __init__(self, rows: QuerySet[FactRequest]) -> None:
        done = StageVisit.objects.filter(
            request__in=rows.order_by().values("pk"),
            state="done",
            holder__isnull=False,
            ended_at__isnull=False,
        )
        columns = ("request_id", "seq", "holder_id", "ended_at")
        self.by: dict[tuple[int, int], tuple[int, datetime]] = {
            (request, seq): (holder, ended_at)
            for request, seq, holder, ended_at in done.order_by().values_list(*columns)
            if holder is not None and ended_at is not None
        }
        people = {person for person, _at in self.by.values()}
        held = RoleAssignment.objects.filter(person__in=people).order_by()
        self.held: dict[int, list[tuple[str, datetime | None, datetime | None]]] = defaultdict(list)
        for person, role, valid in held.values_list("person_id", "role__key", "valid"):
            self.held[person].append((role, valid.lower, valid.upper))

    def wrong(
        self,
        rules: _Rules,
        pk: int,
        pinned: Pinned,
        moved: Mapping[int, int],
        visits: Sequence[_Visit],
    ) -> Iterable[Deviation]:
        """Steps done by somebody who held none of the roles that are named for them then."""
        for one in visits:
            known = self.by.get((pk, one.number))
            place = (moved.get(one.number, pinned[0]), pinned[1])
            named = rules.stage(place, one.stage).roles if known is not None else None
            if known is not None and named and not named & self._roles(*known):
                yield Deviation("wrong_role", one.stage)

    def _roles(self, person: int, at: datetime) -> set[str]:
        return {
            role
            for role, since, until in self.held[person]
            if (since is None or since <= at) and (until is None or at < until)
        }


def with_deviation(rows: QuerySet[FactRequest], kind: str) -> QuerySet[FactRequest]:
    """Those with a deviation of a kind; with any where none is named."""
    wanted = {kind} if kind else set(KINDS)
    ids = [way.id for way in ways(rows) if wanted & {one.kind for one in way.deviations}]
    return FactRequest.objects.filter(pk__in=ids)


def with_variant(rows: QuerySet[FactRequest], variant: str) -> QuerySet[FactRequest]:
    """Those that went one way."""
    return FactRequest.objects.filter(
        pk__in=[way.id for way in ways(rows) if way.variant == variant]
    )


def path_text(way: Way) -> str:
    """The names of the stages of a way, in order; long ones are cut in the middle."""
    names = [stage_of(way.pinned, key)[0] for key in way.path]
    if len(names) > NAMED:
        names = [*names[: NAMED // 2], "…", *names[-(NAMED // 2) :]]
    return " → ".join(names)
