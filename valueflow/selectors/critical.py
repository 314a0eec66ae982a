"""Which streams matter most: importance, dysfunction, feasibility, and what the few cover."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count

from governance.blueprint import kinds
from governance.blueprint.adoption import critical as pure
from governance.blueprint.adoption.critical import Health, Weights
from governance.blueprint.blueprint import Blueprint
from governance.models import CoverageReason, FeasibilityRating
from governance.selectors import critical as said
from governance.selectors import versions
from valueflow.engine import figures
from valueflow.engine.groups import Flow, Offers
from valueflow.engine.summary import FEW
from valueflow.selectors import population, tallies
from valueflow.selectors.scope import FlowScope


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stream with its three figures from 1 to 5; None where one cannot be said yet.

    ``health`` is what dysfunction is made of, ``crossing`` how many of its ``finished`` touched at
    least two departments.
    """

    key: str
    code: str
    name: str
    critical: bool
    sponsored: bool
    objectives: tuple[tuple[str, str, int], ...]
    weight: int
    importance: float
    health: Health | None
    dysfunction: float | None
    rating: FeasibilityRating | None
    priority: float | None
    finished: int
    crossing: int

    @property
    def feasibility(self) -> int | None:
        """As its owner said last."""
        return self.rating.score if self.rating else None


@dataclass(frozen=True, slots=True)
class Choice:
    """All streams by priority, highest first, and what those that are critical cover together."""

    candidates: tuple[Candidate, ...]
    weights: Weights
    limit: int
    wanted: int
    share: float | None
    best: float | None
    reason: CoverageReason | None

    @property
    def critical(self) -> list[Candidate]:
        """Those that are critical in the model in force."""
        return [one for one in self.candidates if one.critical]

    @property
    def enough(self) -> bool:
        """As many as may be, and they cover what is wanted, or somebody said why not."""
        few = 0 < len(self.critical) <= self.limit
        covered = self.share is not None and self.share * 100 >= self.wanted
        return few and (covered or self.reason is not None)

    @property
    def lowest(self) -> list[Candidate]:
        """The critical ones, lowest priority first; those without one before all."""
        return sorted(self.critical, key=lambda one: (one.priority or 0, one.key))


def choice(scope: FlowScope) -> Choice | None:
    """The streams of the model in force over a period; None without a model. Five queries."""
    if scope.model_id is None:
        return None
    bp = versions.blueprint(scope.model_id)
    organisation = bp.organisation()
    weights = pure.weights_of(organisation)
    found = _Seen.of(scope)
    health = {key: one for key in bp.keys("ValueStream") if (one := found.health(key)) is not None}
    broken = pure.dysfunctions(health)
    served = {key: pure.served(bp, spec) for key, spec in bp.find(kinds.ValueStream).items()}
    heavy = {key: sum(each.values()) for key, each in served.items()}
    important = pure.importances(heavy)
    rated = said.latest_ratings()
    candidates = []
    for key, spec in bp.find(kinds.ValueStream).items():
        rating = rated.get(key)
        score = rating.score if rating else None
        candidates.append(
            Candidate(
                key=key,
                code=spec.code,
                name=spec.name,
                critical=spec.criticality == "critical",
                sponsored=spec.sponsor_role is not None,
                objectives=_titles(bp, served[key]),
                weight=heavy[key],
                importance=important[key],
                health=health.get(key),
                dysfunction=broken.get(key),
                rating=rating,
                priority=pure.priority(weights, important[key], broken.get(key), score),
                finished=found.flows.get(key, Flow()).done.n,
                crossing=found.crossing.get(key, 0),
            )
        )
    candidates.sort(key=lambda one: (-(one.priority or 0), -one.importance, one.code, one.key))
    limit = pure.limit_of(organisation)
    chosen = [one.key for one in candidates if one.critical]
    volumes = {one.key: one.crossing for one in candidates}
    best = sorted(volumes, key=lambda key: (-volumes[key], key))[:limit]
    return Choice(
        candidates=tuple(candidates),
        weights=weights,
        limit=limit,
        wanted=organisation.critical_share or pure.WANTED_SHARE,
        share=pure.share(volumes, chosen),
        best=pure.share(volumes, best),
        reason=said.reason_for(chosen) if chosen else None,
    )


def _titles(bp: Blueprint, weights: dict[str, int]) -> tuple[tuple[str, str, int], ...]:
    """(key, title, weight) of objectives."""
    named = ((key, bp.get(kinds.Objective, key).title, n) for key, n in weights.items())
    return tuple(sorted(named, key=lambda one: (-one[2], one[1])))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What happened in the period, by stream."""

    flows: dict[str, Flow]
    offers: dict[str, dict[tuple[str, str], Offers]]
    touched: dict[str, set[str]]
    crossing: dict[str, int]

    @classmethod
    def of(cls, scope: FlowScope) -> "_Seen":
        """Three queries of a small population, eight of a large one."""
        source = tallies.source(scope)
        touched: dict[str, set[str]] = defaultdict(set)
        crossing: dict[str, int] = defaultdict(int)
        rows = population.finished(scope).order_by().values_list("stream", "departments")
        for stream, departments, n in rows.annotate(n=Count("pk")):
            touched[stream] |= set(departments)
            crossing[stream] += n if len(departments) > 1 else 0
        return cls(source.by("stream"), source.stream_pairs(), touched, crossing)

    def health(self, key: str) -> Health | None:
        """How a stream goes; None where fewer than five finished, or something is not measured."""
        flow = self.flows.get(key, Flow())
        promise = figures.kept(flow.done, flow.flying.late).share
        efficiency = figures.efficiency(flow.done).share
        if flow.done.n < FEW or promise is None or efficiency is None:
            return None
        returned = figures.handoffs(self.offers.get(key, {})).rate or 0.0
        return Health(1 - promise, efficiency, returned, len(self.touched[key]))
