"""Figures of decisions: how long, how level, in how few hands; and the list behind each.

Made of the decisions on what general figures may speak of that were decided in the period. A figure
and its list are the same predicate over the same rows. Times are business time of the team's
calendar from opened to decided; what was allowed beforehand took nobody's time and is left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.rights.compiled import kind_of
from governance.blueprint.rights.shares import Concentration, concentration_of
from governance.models import Decision, Opinion
from governance.selectors import versions
from governance.selectors.comparable import general
from governance.selectors.decisions import rows_of, visible_to
from governance.selectors.differing import differing
from governance.selectors.people import facts_for
from governance.selectors.waivers import sees_all
from valueflow.engine.statistics import percentile, ratio
from valueflow.engine.summary import FEW
from valueflow.selectors import decided_holders
from valueflow.selectors.decided_calendars import calendar_of
from valueflow.selectors.part_times import PartTime, part_times
from valueflow.selectors.scope import FlowScope

PAGE = 50
LEVEL = re.compile(r"([a-z0-9-]*):(\d{0,18}(?:\.\d{1,2})?):(\d{0,18}(?:\.\d{1,2})?)", re.ASCII)
# What is told of single decisions is for those who answer for the whole.
OTHERWISE = "otherwise"
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

    ``hidden`` says that fewer than five were decided and the viewer may not see such groups.
    """

    key: str
    name: str
    measure: str
    counts: Mapping[str, int]
    p50_s: float | None = None
    p85_s: float | None = None
    levels: tuple[Level, ...] = ()
    hidden: bool = False

    @property
    def n(self) -> int:
        """How many were decided."""
        return self.counts["decided"]

    def share(self, figure: str, of: str = "decided") -> float | None:
        """A figure as a part of another; None where that is nothing, or hidden."""
        return None if self.hidden else ratio(self.counts[figure], self.counts[of])

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


def sees_small(user: User) -> bool:
    """Whether an account sees figures of fewer than five: who sees all departments."""
    return facts_for(user).sees_all_departments


def figures(scope: FlowScope, user: User) -> Decided:
    """All figures of a scope, as this viewer may see them; six queries and the model."""
    rows, wide = decided_rows(scope), sees_small(user)
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
        _figures(bp, key, counts, times[key], levels[key], wide) for key, counts in by_type.items()
    ]
    total: Counter[str] = Counter(dict.fromkeys(FIGURES, 0))
    for counts in by_type.values():
        total.update(counts)
    parts = persons(rows)
    found = concentration_of(parts)
    return Decided(
        all=_figures(None, "", total, [t for one in times.values() for t in one], {}, wide),
        types=tuple(sorted(types, key=lambda one: (-one.n, one.name))),
        concentration=found if found and (wide or found.persons >= FEW) else None,
        few_persons=bool(found) and not (wide or (found and found.persons >= FEW)),
        parts=sum(parts.values()),
        day_s=day_s,
        spoken=tuple(part_times(rows, wide)),
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
    wide: bool,
) -> TypeFigures:
    name, measure = named(bp, key)
    hidden = not wide and 0 < counts["decided"] < FEW
    shown = sorted(levels.items(), key=lambda one: (one[0][1] or Decimal(0), one[0][0]))
    return TypeFigures(
        key=key,
        name=name,
        measure=measure,
        counts=counts,
        p50_s=None if hidden else percentile(times, 0.5),
        p85_s=None if hidden else percentile(times, 0.85),
        levels=()
        if hidden
        else tuple(
            Level(right, low, high, n, n / counts["decided"], hidden=not wide and n < FEW)
            for (right, low, high), n in shown
        ),
        hidden=hidden,
    )


def persons(rows: QuerySet[Decision]) -> dict[str, int]:
    """How many parts of deciding each person played: what they decided alone, and their votes."""
    return decided_holders.by_person(decided_holders.played(rows))


@dataclass(frozen=True, slots=True)
class Line:
    """One decision of a list: an envelope; title, link and outcome where the viewer sees it."""

    ref: str
    name: str
    title: str
    url: str
    outcome: str
    opened_at: datetime
    decided_at: datetime | None
    took_s: int | None
    day_s: int


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list behind a figure; ``total`` counts all rows."""

    title: str
    total: int
    lines: tuple[Line, ...]
    after: str


def behind(
    scope: FlowScope,
    user: User,
    figure: str,
    *,
    kind: str = "",
    level: str = "",
    by: str = "",
    after: str = "",
) -> Listed:
    """The decisions a figure is made of, of one type, level, role or body where named.

    Raises NotFound for a figure that does not exist or is made of too few to show.
    """
    if figure not in FIGURES and (figure != OTHERWISE or not sees_all(user)):
        raise NotFound(_("There is no such figure."))
    title, wanted = FIGURES.get(figure, (_("Decided otherwise than the rules say"), Q()))
    rows = decided_rows(scope)
    rows = rows.filter(type_key=kind) if kind else rows
    rows = _on_level(rows, level) if level else rows
    rows = rows.filter(decided_holders.under(by)) if by else rows
    few = figure != "decided" or level != "" or by != ""
    if few and not sees_small(user) and 0 < rows.count() < FEW:
        raise NotFound(_("Too few to show."))
    rows = differing(rows) if figure == OTHERWISE else rows.filter(wanted)
    total = rows.count()
    if after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    page = list(rows.select_related("version", "team").order_by("-pk")[: PAGE + 1])
    return Listed(
        title=str(title),
        total=total,
        lines=tuple(_lines(page[:PAGE], user)),
        after=str(page[PAGE - 1].pk) if len(page) > PAGE else "",
    )


def _on_level(rows: QuerySet[Decision], mark: str) -> QuerySet[Decision]:
    """Those under the right and band of a level's mark; none for a mark that is none."""
    found = LEVEL.fullmatch(mark)
    if found is None:
        return rows.none()
    right, low, high = found.groups()
    return rows.filter(
        Q(band_min=Decimal(low)) if low else Q(band_min__isnull=True),
        Q(band_max=Decimal(high)) if high else Q(band_max__isnull=True),
        right_key=right,
    )


def _lines(decisions: Sequence[Decision], user: User) -> list[Line]:
    seen = set(
        visible_to(user).filter(pk__in=[d.pk for d in decisions]).values_list("pk", flat=True)
    )
    found = []
    for row in rows_of(decisions):
        decision, mine = row.decision, row.decision.pk in seen
        calendar = calendar_of(decision.version_id, decision.team.key if decision.team else None)
        beforehand = decision.decided_by_id is None and decision.rule == "single"
        decided = decision.decided_at
        found.append(
            Line(
                ref=f"{decision.subject_ref} · {decision.seq}",
                name=row.name,
                title=row.subject.title if mine else "",
                url=row.subject.url if mine else "",
                outcome=decision.get_outcome_display() if mine else "",
                opened_at=decision.opened_at,
                decided_at=decided,
                took_s=None
                if beforehand or decided is None
                else calendar.elapsed(decision.opened_at, decided),
                day_s=calendar.day_seconds,
            )
        )
    return found
