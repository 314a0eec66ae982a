"""Figures of decisions: how long, how level, in how few hands; and the list behind each.

Made of the decisions on what general figures may speak of that were decided in the period. A figure
and its list are the same predicate over the same rows. Times are business time of the team's
calendar from opened to decided; what was allowed beforehand took nobody's time and is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.rights.compiled import kind_of
from governance.blueprint.rights.shares import Concentration, concentration_of
from governance.models import Decision, Opinion
from governance.selectors import versions
from governance.selectors.comparable import general
from valueflow.engine.statistics import percentile, ratio
from valueflow.engine.summary import FEW
from valueflow.selectors import decided_holders
from valueflow.selectors.decided_calendars import calendar_of
from valueflow.selectors.part_times import PartTime, part_times
from valueflow.selectors.protected import Protected
from valueflow.selectors.protected_decided import decisions
from valueflow.selectors.scope import FlowScope

BEFOREHAND = Q(decided_by__isnull=True, rule="single")
APPROVED = Q(outcome=Decision.Outcome.APPROVE)


def _said(part: str) -> Q:
    return Q(Exists(Opinion.objects.filter(decision=OuterRef("pk"), part=part)))


# Each figure is a predicate over what was decided in the period.
FIGURES: dict[str, tuple[Any, Q]] = {
    "decided": (gettext_lazy("Decided"), Q()),
    "timed": (gettext_lazy("Decided by somebody"), ~BEFOREHAND),
    "due": (gettext_lazy("Decided by somebody, with a target"),
            ~BEFOREHAND & Q(due_at__isnull=False)),
    "in-time": (gettext_lazy("Decided within the target"),
                ~BEFOREHAND & Q(decided_at__lte=F("due_at"))),
    "approved": (gettext_lazy("Approved"), APPROVED),
    "unchanged": (gettext_lazy("Approved without any change"),
                  APPROVED & Q(round=1, conditions="")),
    "referred-back": (gettext_lazy("Referred back"), Q(outcome=Decision.Outcome.REFER_BACK)),
    "beforehand": (gettext_lazy("Allowed beforehand"), BEFOREHAND),
    "fallback": (gettext_lazy("Decided where no right applied"), Q(right_key="")),
    "reversals": (gettext_lazy("Reversals of earlier decisions"), Q(reverses__isnull=False)),
    "said-recommend": (gettext_lazy("With a recommendation"), _said("recommend")),
    "said-agree": (gettext_lazy("With an agreement or an objection to it"), _said("agree")),
    "said-input": (gettext_lazy("With input"), _said("input")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """How many fell under one right; without a key no right applied."""

    right: str
    low: Decimal | None
    high: Decimal | None
    n: int
    share: float
    hidden: bool = False

    @property
    def mark(self) -> str:
        """Right and band as an address holds them."""
        low, high = (format(end, "f") if end is not None else "" for end in (self.low, self.high))
        return f"{self.right}:{low}:{high}"


@dataclass(frozen=True)
class TypeFigures:
    """One type of decision, or all. ``counts`` are by figure; times in business seconds.

    ``kept`` are the figures that the viewer may see, None where all; ``hidden`` says that not even
    their number is among them.
    """

    key: str
    name: str
    measure: str
    counts: Mapping[str, int]
    p50_s: float | None = None
    p85_s: float | None = None
    levels: tuple[Level, ...] = ()
    hidden: bool = False
    kept: frozenset[str] | None = None

    def count(self, figure: str) -> int | None:
        """A figure, None where the viewer may not see it."""
        return self.counts[figure] if self.kept is None or figure in self.kept else None

    @property
    def n(self) -> int:
        """How many were decided."""
        return self.counts["decided"]

    def share(self, figure: str, of: str = "decided") -> float | None:
        """A figure as a part of another; None where that is nothing, or hidden."""
        part, whole = self.count(figure), self.count(of)
        return None if part is None or whole is None else ratio(part, whole)

    @property
    def in_time(self) -> float | None:
        """Share within the target, of those that had one."""
        return self.share("in-time", "due")

    @property
    def unchanged(self) -> float | None:
        """Approved without any change ÷ decided."""
        return self.share("unchanged")


@dataclass(frozen=True)
class Decided:
    """All figures of a scope. ``concentration`` is over the parts that persons decided."""

    all: TypeFigures
    types: tuple[TypeFigures, ...]
    concentration: Concentration | None
    few_persons: bool
    parts: int
    day_s: int
    spoken: tuple[PartTime, ...] = ()
    note: str = ""


def decided_rows(scope: FlowScope) -> QuerySet[Decision]:
    """What was decided in the period, under the scope's filters."""
    rows = general(Decision.objects.all()).filter(
        state=Decision.State.DECIDED, decided_at__gte=scope.start, decided_at__lt=scope.end
    )
    if scope.department:
        rows = rows.filter(department_key=scope.department)
    if scope.service:
        rows = rows.filter(service_key=scope.service)
    if scope.version:
        rows = rows.filter(version__code=scope.version)
    if scope.stream:
        rows = rows.filter(service_key__in=_services(scope))
    return rows.order_by()


def _services(scope: FlowScope) -> list[str]:
    if scope.model_id is None:
        return []
    found = versions.blueprint(scope.model_id).find(kinds.Service)
    return [key for key, spec in found.items() if spec.value_stream == scope.stream]


def guarded(scope: FlowScope, user: User) -> Protected:
    """What of the decisions of a scope this viewer may see."""
    return decisions(scope, user, decided_rows, {name: q for name, (_t, q) in FIGURES.items()})


def figures(scope: FlowScope, user: User) -> Decided:
    """All figures of a scope, as this viewer may see them; six queries and the model."""
    seen = guarded(scope, user)
    rows = Decision.objects.none() if seen.refusal else decided_rows(seen.scope)
    counted = by_level(rows)
    times, day_s = _times(rows)
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    by_type: dict[str, Counter[str]] = defaultdict(Counter)
    levels: dict[str, dict[tuple[str, Decimal | None, Decimal | None], int]] = defaultdict(dict)
    for key, right, low, high, counts in counted:
        by_type[key].update(counts)
        band = (right, low, high)
        levels[key][band] = levels[key].get(band, 0) + counts["decided"]
    types = [
        _figures(bp, key, counts, times[key], levels[key], seen) for key, counts in by_type.items()
    ]
    total: Counter[str] = Counter(dict.fromkeys(FIGURES, 0))
    for counts in by_type.values():
        total.update(counts)
    parts = persons(rows)
    found = concentration_of(parts)
    enough = seen.exact or (seen.shows("decided") and bool(found and found.persons >= FEW))
    return Decided(
        all=_figures(None, "", total, [t for one in times.values() for t in one], {}, seen),
        types=tuple(sorted(types, key=lambda one: (-one.n, one.name))),
        concentration=found if enough else None,
        few_persons=bool(found) and not enough,
        parts=sum(parts.values()),
        day_s=day_s,
        spoken=tuple(part_times(rows, lambda part: seen.shows(f"said-{part}"))),
        note=seen.refusal or seen.note,
    )


def by_level(
    rows: QuerySet[Decision],
) -> list[tuple[str, str, Decimal | None, Decimal | None, dict[str, int]]]:
    """Every figure by type, right and band; one query."""
    wanted = {
        f"n_{name.replace('-', '_')}": Count("pk", filter=q) if q else Count("pk")
        for name, (_title, q) in FIGURES.items()
    }
    groups = rows.values_list("type_key", "right_key", "band_min", "band_max")
    return [
        (*row[:4], dict(zip(FIGURES, row[4:], strict=True))) for row in groups.annotate(**wanted)
    ]


def by_type(rows: QuerySet[Decision]) -> dict[str, Counter[str]]:
    """Every figure by type; one query."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for key, _right, _low, _high, n in by_level(rows):
        found[key].update(n)
    return found


def levels(rows: QuerySet[Decision], wide: bool) -> list[tuple[str, Level, dict[str, int]]]:
    """Each level with its type and every figure, types by name and bands from below; one query."""
    found = [
        (key, Level(right, low, high, n["decided"], 1.0, hidden=not wide and n["decided"] < FEW), n)
        for key, right, low, high, n in by_level(rows)
    ]
    return sorted(found, key=lambda one: (one[0], one[1].low or Decimal(0), one[1].right))


def _times(rows: QuerySet[Decision]) -> tuple[dict[str, list[int]], int]:
    """Business seconds from opened to decided, by type; and the seconds of a usual day."""
    found: dict[str, list[int]] = defaultdict(list)
    days: Counter[int] = Counter()
    for key, _right, seconds, day_s in times_of(rows):
        found[key].append(seconds)
        days[day_s] += 1
    return found, days.most_common(1)[0][0] if days else 28_800


def times_of(rows: QuerySet[Decision]) -> Iterator[tuple[str, str, int, int]]:
    """Type, right, business seconds from opened to decided, seconds of a day; one query."""
    timed = rows.filter(FIGURES["timed"][1])
    for key, right, version, team, opened, decided in timed.values_list(
        "type_key", "right_key", "version_id", "team__key", "opened_at", "decided_at"
    ):
        calendar = calendar_of(version, team)
        yield key, right, calendar.elapsed(opened, decided), calendar.day_seconds


def named(bp: Blueprint | None, key: str) -> tuple[str, str]:
    """What a type is called, and in what its amounts are."""
    spec = bp.peek(kinds.DecisionType, key) if bp is not None else None
    kind = kind_of(key, spec) if spec else None
    return (kind.name, kind.measure) if kind else (key.replace("-", " "), "")


def _figures(
    bp: Blueprint | None,
    key: str,
    counts: Mapping[str, int],
    times: Sequence[int],
    levels: Mapping[tuple[str, Decimal | None, Decimal | None], int],
    seen: Protected,
) -> TypeFigures:
    name, measure = named(bp, key)
    of = ("type", key) if key else ()
    kept = frozenset(one for one in counts if seen.shows(one, *of))
    hidden, timed = "decided" not in kept, "timed" in kept
    shown = sorted(levels.items(), key=lambda one: (one[0][1] or Decimal(0), one[0][0]))
    return TypeFigures(
        key=key,
        name=name,
        measure=measure,
        counts=counts,
        p50_s=percentile(times, 0.5) if timed else None,
        p85_s=percentile(times, 0.85) if timed else None,
        levels=()
        if hidden
        else tuple(
            replace(one, hidden=not seen.shows("decided", "level", key, one.mark))
            for one in (Level(*band, n, n / counts["decided"]) for band, n in shown)
        ),
        hidden=hidden,
        kept=None if seen.exact else kept,
    )


def persons(rows: QuerySet[Decision]) -> dict[str, int]:
    """How many parts of deciding each person played: what they decided alone, and their votes."""
    return decided_holders.by_person(decided_holders.played(rows))
