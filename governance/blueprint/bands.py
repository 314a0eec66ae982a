"""Whether the bands of a type of decision leave a case undecided or decided twice."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, DecisionType

# The parts of a right that narrow it: department, service, condition.
Scope = tuple[str | None, str | None, str]
Found = tuple[str, str, str, str]
WHOLE: Scope = (None, None, "")


def decide_findings(bp: Blueprint) -> Iterator[Found]:
    """Rule, key of the type, part and sentence of every defect in its bands.

    Only the whole scope must be complete from 0 upward: a narrower one may cover a part and leave
    the rest to it. Without rights for the whole scope each narrower one is checked for gaps.
    """
    by_type: dict[str, dict[Scope, list[tuple[str, DecisionRight]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for key, right in bp.find(DecisionRight).items():
        if right.part == "decide":
            scope = (right.department, right.service, right.when)
            by_type[right.decision_type][scope].append((key, right))
    for key, kind in bp.find(DecisionType).items():
        scopes = by_type.get(key, {})
        if not scopes:
            yield "GOV01", key, "", f"Nobody decides “{kind.question}”."
        for scope, rights in sorted(scopes.items(), key=str):
            complete = scope == WHOLE or WHOLE not in scopes
            yield from _scope(key, kind, scope, rights, complete)


def _scope(
    key: str,
    kind: DecisionType,
    scope: Scope,
    rights: list[tuple[str, DecisionRight]],
    complete: bool,
) -> Iterator[Found]:
    where = " · ".join(part for part in scope if part)
    if kind.unit == "none":
        if len(rights) > 1:
            yield "GOV02", key, where, f"“{kind.question}” has {len(rights)} deciders."
        return
    ordered = sorted(rights, key=lambda item: (_low(item[1]), item[0]))
    end: Decimal | None = Decimal(0)
    for number, (right_key, right) in enumerate(ordered):
        part = f"{where}/{right_key}" if where else right_key
        low = _low(right)
        if right.max is not None and right.max <= low:
            yield "GOV03", key, part, f"The band of `{right_key}` is empty."
            continue
        if end is None or low < end:
            if number:
                yield _overlap(key, kind, ordered[number - 1], (right_key, right), part)
        elif low > end and (complete or number):
            yield (
                "GOV03",
                key,
                part,
                f"Nobody decides “{kind.question}” from {end:,f} to below {low:,f}{_unit(kind)}.",
            )
        end = None if end is None or right.max is None else max(end, right.max)
    if complete and end is not None:
        yield (
            "GOV03",
            key,
            f"{where}/top" if where else "top",
            f"Nobody decides “{kind.question}” from {end:,f}{_unit(kind)} upward.",
        )


def _overlap(
    key: str,
    kind: DecisionType,
    first: tuple[str, DecisionRight],
    second: tuple[str, DecisionRight],
    part: str,
) -> Found:
    same = (first[1].min, first[1].max) == (second[1].min, second[1].max)
    low = f"{_low(second[1]):,f}{_unit(kind)}"
    return (
        "GOV02" if same else "GOV04",
        key,
        part,
        f"“{kind.question}” has two deciders from {low} on: `{first[0]}` and `{second[0]}`.",
    )


def _low(right: DecisionRight) -> Decimal:
    return Decimal(0) if right.min is None else right.min


def _unit(kind: DecisionType) -> str:
    return f" {kind.currency}" if kind.currency else ""
