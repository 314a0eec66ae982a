"""Whether the bands of a type of decision leave a case undecided or decided twice."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, DecisionType

# What narrows a right: (dimension, value) pairs and its condition.
Scope = tuple[tuple[tuple[str, str], ...], str]
Found = tuple[str, str, str, str]
Rights = list[tuple[str, DecisionRight]]
WHOLE: Scope = ((), "")
DIMENSIONS = ("department", "service", "category", "site", "risk")


def decide_findings(bp: Blueprint) -> Iterator[Found]:
    """Rule, key of the type, part and sentence of every defect in its bands.

    Only the whole scope must be complete from 0 upward, or with it each class of risk: a narrower
    one may cover a part and leave the rest to it. Without rights for the whole each narrower one is
    checked for gaps.
    """
    by_type: dict[str, dict[Scope, Rights]] = defaultdict(lambda: defaultdict(list))
    for key, right in bp.find(DecisionRight).items():
        if right.part == "decide":
            by_type[right.decision_type][scope_of(right)].append((key, right))
    for key, kind in bp.find(DecisionType).items():
        scopes = by_type.get(key, {})
        if not scopes:
            yield "GOV01", key, "", f"Nobody decides “{kind.question}”."
            continue
        for scope, rights in sorted(scopes.items(), key=str):
            yield from _twice(key, kind, scope, rights)
            whole = scope == WHOLE or WHOLE not in scopes
            yield from _gaps(key, kind, _where(scope), rights, whole and not kind.risk_classes)
        yield from _classes(key, kind, scopes)
        yield from _crossing(key, kind, scopes)


def scope_of(right: DecisionRight) -> Scope:
    """What narrows a right."""
    named = ((name, getattr(right, name)) for name in DIMENSIONS)
    return tuple((name, str(value)) for name, value in named if value is not None), right.when


def _where(scope: Scope) -> str:
    narrows, when = scope
    return " · ".join([*(value for _, value in narrows), *([when] if when else [])])


def _part(where: str, end: str) -> str:
    return f"{where}/{end}" if where else end


def _twice(key: str, kind: DecisionType, scope: Scope, rights: Rights) -> Iterator[Found]:
    """Rights of one scope that claim the same cases."""
    where = _where(scope)
    if kind.unit == "none":
        if len(rights) > 1:
            place = f" for {where}" if where else ""
            yield "GOV02", key, where, f"“{kind.question}” has {len(rights)} deciders{place}."
        return
    end: Decimal | None = Decimal(0)
    before: tuple[str, DecisionRight] | None = None
    for item in _ordered(rights):
        name, right = item
        if _empty(right):
            yield "GOV03", key, _part(where, name), f"The band of `{name}` is empty."
            continue
        if before is not None and (end is None or _low(right) < end):
            yield _overlap(key, kind, before, item, _part(where, name))
        end = None if end is None or right.max is None else max(end, right.max)
        before = item


def _gaps(
    key: str, kind: DecisionType, where: str, rights: Rights, complete: bool
) -> Iterator[Found]:
    """What nobody decides between the bands, and where `complete` below and above them."""
    if kind.unit == "none":
        return
    place = f" for {where}" if complete and where in kind.risk_classes else ""
    end: Decimal | None = Decimal(0)
    first = True
    for name, right in _ordered(rights):
        low = _low(right)
        if _empty(right) or end is None:
            continue
        if low > end and (complete or not first):
            sentence = f"Nobody decides “{kind.question}”{place} from {end:,f} to below {low:,f}"
            yield "GOV03", key, _part(where, name), f"{sentence}{_unit(kind)}."
        first = False
        end = None if right.max is None else max(end, right.max)
    if complete and end is not None:
        sentence = f"Nobody decides “{kind.question}”{place} from {end:,f}{_unit(kind)} upward."
        yield "GOV03", key, _part(where, "top"), sentence


def _classes(key: str, kind: DecisionType, scopes: dict[Scope, Rights]) -> Iterator[Found]:
    """Every class of risk is decided, by rights of its own or for the whole."""
    for risk in kind.risk_classes:
        own: Scope = ((("risk", risk),), "")
        rights = [*scopes.get(own, []), *scopes.get(WHOLE, [])]
        if not rights:
            yield "GOV01", key, risk, f"Nobody decides “{kind.question}” for {risk}."
        else:
            yield from _gaps(key, kind, risk, rights, complete=True)


def _crossing(key: str, kind: DecisionType, scopes: dict[Scope, Rights]) -> Iterator[Found]:
    """Scopes of one weight that a case may lie in both, such as a department and a service."""
    for (one, first), (other, second) in combinations(sorted(scopes.items(), key=str), 2):
        if one[1] or other[1] or len(one[0]) != len(other[0]):
            continue
        both = dict(one[0]) | dict(other[0])
        apart = any(both[name] != value for name, value in one[0])
        ordered = tuple((name, both[name]) for name in DIMENSIONS if name in both)
        if apart or (ordered, "") in scopes:
            continue
        for a in first:
            for b in second:
                if kind.unit == "none" or _meet(a[1], b[1]):
                    low, high = sorted((a, b), key=lambda item: (_low(item[1]), item[0]))
                    yield _overlap(key, kind, low, high, f"{a[0]}/{b[0]}")


def _meet(one: DecisionRight, other: DecisionRight) -> bool:
    if _empty(one) or _empty(other):
        return False
    low = max(_low(one), _low(other))
    return all(right.max is None or low < right.max for right in (one, other))


def _overlap(
    key: str,
    kind: DecisionType,
    first: tuple[str, DecisionRight],
    second: tuple[str, DecisionRight],
    part: str,
) -> Found:
    same = (first[1].min, first[1].max) == (second[1].min, second[1].max)
    start = "" if kind.unit == "none" else f" from {_low(second[1]):,f}{_unit(kind)} on"
    return (
        "GOV02" if same or kind.unit == "none" else "GOV04",
        key,
        part,
        f"“{kind.question}” has two deciders{start}: `{first[0]}` and `{second[0]}`.",
    )


def _ordered(rights: Sequence[tuple[str, DecisionRight]]) -> Rights:
    return sorted(rights, key=lambda item: (_low(item[1]), item[0]))


def _empty(right: DecisionRight) -> bool:
    return right.max is not None and right.max <= _low(right)


def _low(right: DecisionRight) -> Decimal:
    return Decimal(0) if right.min is None else right.min


def _unit(kind: DecisionType) -> str:
    measure = "%" if kind.unit == "percentage" else kind.currency
    return f" {measure}" if measure else ""
