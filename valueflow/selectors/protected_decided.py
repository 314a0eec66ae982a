"""What a viewer may see of figures of decisions: which are hidden, and of what stretch they are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db.models import BooleanField, Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from esm.accounts.models import User
from governance.blueprint import kinds
from governance.models import Decision
from governance.selectors import versions
from governance.selectors.decisions import visible_to
from valueflow.engine.suppression import Block
from valueflow.selectors.protected import Fact, FewOf, Protected, Row, block_case, guard, values_of
from valueflow.selectors.scope import FlowScope

COLUMNS = {
    "stream": "service_key",
    "service": "service_key",
    "version": "version__code",
    "department": "department_key",
}
BAND = ("right_key", "band_min", "band_max")
LEVELS = 100
# The figures that are also told by level, and by the role or body that decided.
FINER = ("decided", "timed", "unchanged")


def decisions(
    scope: FlowScope,
    user: User,
    rows: Callable[[FlowScope], QuerySet[Decision]],
    figures: Mapping[str, Q],
) -> Protected:
    """``rows`` gives the decisions of a scope, ``figures`` the predicate of each figure."""

    def read(whole: FlowScope, found: tuple[Block, ...], upto: tuple[str, ...]) -> Iterator[Fact]:
        return _facts(user, whole, rows(whole), figures, found, upto)

    return guard(scope, user, read, _("Decisions"))


def _facts(
    user: User,
    scope: FlowScope,
    rows: QuerySet[Decision],
    figures: Mapping[str, Q],
    found: tuple[Block, ...],
    upto: tuple[str, ...],
) -> Iterator[Fact]:
    """Decisions that the viewer may not read, alike ones together; one query."""
    wanted = {f"is_{name.replace('-', '_')}": _holds(q) for name, q in figures.items() if q}
    columns = sorted({COLUMNS[name] for name in upto})
    grouped = (
        rows.filter(~Exists(visible_to(user).filter(pk=OuterRef("pk"))))
        .annotate(block=block_case("decided_at", found), **wanted)
        .order_by()
        .values("block", "type_key", "role_key", "body_key", *BAND, *wanted, *columns)
    )
    streams = _streams(scope) if "stream" in upto else {}
    for row in grouped.annotate(n=Count("pk"), cases=FewOf("subject_id", distinct=True)):
        values = {name: values_of(row[COLUMNS[name]]) for name in upto}
        if "stream" in values:
            values["stream"] = values_of(streams.get(row["service_key"], ""))
        yield Fact(
            block=row["block"],
            rows=tuple(_rows(row, figures)),
            values=values,
            units=(frozenset(row["cases"]),),
            weight=row["n"],
        )


def _holds(condition: Q) -> Case:
    return Case(
        When(condition, then=Value(True)), default=Value(False), output_field=BooleanField()
    )


def _streams(scope: FlowScope) -> dict[str, str]:
    if scope.model_id is None:
        return {}
    found = versions.blueprint(scope.model_id).find(kinds.Service)
    return {key: str(spec.value_stream or "") for key, spec in found.items()}


def _rows(row: Mapping[str, Any], figures: Mapping[str, Q]) -> Iterator[tuple[int, Row]]:
    """The groups a decision belongs to: each figure that holds, of all and of its type."""
    low, high = (format(row[end], "f") if row[end] is not None else "" for end in BAND[1:])
    level = (row["type_key"], f"{row['right_key']}:{low}:{high}")
    side = f"body:{row['body_key']}" if row["body_key"] else f"role:{row['role_key']}"
    for place, (name, condition) in enumerate(figures.items()):
        if condition and not row[f"is_{name.replace('-', '_')}"]:
            continue
        yield 2 * place, (name,)
        yield 2 * place + 1, (name, "type", row["type_key"])
        if name in FINER:
            yield LEVELS + 2 * place, (name, "level", *level)
            yield LEVELS + 2 * place + 1, (name, "by", side)
