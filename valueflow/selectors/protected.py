"""Figures of protected facts as one viewer may see them: handoffs sent back, decisions, answers.

Envelopes may be listed by everybody, so counts and times made of them need no hiding. What is not
in the envelope is shown to those who see all departments; to others by the protocol of
``engine.suppression``: over whole blocks of four weeks that have ended, under one filter at most,
and only in groups that tell of nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, BigIntegerField, Case, Count, Exists, OuterRef, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.ui.moments import day_range
from governance.selectors.people import facts_for
from valueflow.engine import suppression
from valueflow.engine.suppression import Block
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope
from workflows.selectors.requests import checked_for

# In the order in which groups are taken; what is taken later never changes what was shown.
DIMENSIONS = ("stream", "service", "version", "department")

# A row of a table: its parts, such as ("first", "it", "hr").
Row = tuple[str, ...]
Filter = tuple[str, ...]
# A group finer than any that is shown to those who do not see all.
NEVER: Row = ("",)


class FewOf(Aggregate):
    """The first five different values: enough to know whether there are five."""

    function = "ARRAY_AGG"
    template = "(%(function)s(%(distinct)s%(expressions)s))[1:5]"
    allow_distinct = True
    output_field = ArrayField(BigIntegerField())


@dataclass(frozen=True, slots=True)
class Fact:
    """Records alike in all that groups are made of, in one block; ``rows`` with their level."""

    block: int
    rows: tuple[tuple[int, Row], ...]
    values: Mapping[str, tuple[str, ...]]
    units: suppression.Units
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Protected:
    """What of a question about protected facts a viewer may see.

    ``scope`` is the question that is answered; ``refusal`` says why it is not; ``note`` what
    stretch it is of. ``hidden`` are rows not to be shown, None where nothing is hidden.
    """

    scope: FlowScope
    hidden: frozenset[Row] | None = None
    refusal: str = ""
    note: str = ""

    @property
    def exact(self) -> bool:
        """Nothing is held back."""
        return self.hidden is None

    def shows(self, *row: str) -> bool:
        """Whether the figures of a row may be shown."""
        if self.refusal:
            return False
        return self.hidden is None or (row != NEVER and row not in self.hidden)


def sees_small(user: User) -> bool:
    """Whether an account sees protected figures of any group: who sees all departments."""
    return facts_for(user).sees_all_departments


Reader = Callable[[FlowScope, tuple[Block, ...], tuple[str, ...]], Iterable[Fact]]


def guard(scope: FlowScope, user: User, read: Reader, things: str) -> Protected:
    """What a viewer may see of the facts that ``read`` finds; ``things`` names them in a sentence.

    ``read`` is given the range, its blocks and the dimensions that are asked for.
    """
    if sees_small(user):
        return Protected(scope)
    if len(scope.filters()) > 1:
        return Protected(scope, frozenset(), refusal=_refused(things))
    found = suppression.blocks(scope.start, scope.end, scope.now, scope.zone)
    if not found:
        return Protected(
            replace(scope, end=scope.start, period="custom"),
            frozenset(),
            note=_none_yet(things),
        )
    snapped = replace(scope, start=found[0].start, end=found[-1].end, period="custom")
    asked = _asked(scope)
    upto = DIMENSIONS[: DIMENSIONS.index(asked[0]) + 1] if asked else ()
    whole = replace(snapped, stream="", department="", service="", version="")
    return Protected(
        snapped,
        _hidden(read(whole, found, upto), asked, upto),
        note=_stretch(snapped, things),
    )


def _asked(scope: FlowScope) -> Filter:
    return next(iter(scope.filters().items()), ())


def _hidden(facts: Iterable[Fact], asked: Filter, upto: tuple[str, ...]) -> frozenset[Row]:
    """Rows hidden under the filter asked for, in one block or more."""
    by_block: dict[int, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_block[fact.block].append(fact)
    kept = suppression.over_range(_in_block(found, upto) for found in by_block.values())
    return frozenset(row for row, under in kept if under == asked)


def _in_block(facts: list[Fact], upto: tuple[str, ...]) -> frozenset[tuple[Row, Filter]]:
    groups: dict[tuple[Row, Filter], list[int]] = defaultdict(list)
    level: dict[tuple[Row, Filter], tuple[int, ...]] = {}
    for place, fact in enumerate(facts):
        for depth, under in _filters(fact, upto):
            for rank, row in fact.rows:
                groups[row, under].append(place)
                level[row, under] = (depth, rank)
    order = suppression.ordered(groups, level, [fact.weight for fact in facts])
    return suppression.hidden(order, [fact.units for fact in facts])


def _filters(fact: Fact, upto: tuple[str, ...]) -> Iterator[tuple[int, Filter]]:
    yield 0, ()
    for depth, dimension in enumerate(upto, start=1):
        for value in fact.values[dimension]:
            yield depth, (dimension, value)


def _refused(things: str) -> str:
    said = _("%(things)s are shown under one filter at most. Take the other filters off.")
    return said % {"things": things}


def _none_yet(things: str) -> str:
    said = _(
        "%(things)s are shown for whole stretches of four weeks. None of this period has ended"
        " yet: choose a longer one."
    )
    return said % {"things": things}


def _stretch(scope: FlowScope, things: str) -> str:
    said = _(
        "%(things)s of %(days)s: whole stretches of four weeks, so that nobody can be worked out."
        " Groups under five are not shown."
    )
    return said % {"things": things, "days": day_range(scope.start, scope.end, scope.zone.key)}


def block_case(field: str, found: tuple[Block, ...]) -> Case:
    """The number of the block in which a moment lies, as a column."""
    return Case(
        *(
            When(**{f"{field}__lt": block.end}, then=Value(place))
            for place, block in enumerate(found)
        )
    )


def unseen(user: User, key: str) -> Combinable:
    """True for rows whose request the viewer may not read; ``key`` names its number."""
    return ~Exists(checked_for(user).filter(pk=OuterRef(key)))


def handoffs(scope: FlowScope, user: User) -> Protected:
    """What a viewer may see of the handoffs of the finished.

    Whoever may read every finished request of the question sees all of them as they are.
    """
    things = _("Handoffs")
    if not sees_small(user):
        done = population.finished(scope)
        if not done.filter(unseen(user, "request_id")).exists():
            return Protected(scope)
    return guard(scope, user, lambda *asked: _offers(user, *asked), things)


COLUMNS = {
    "stream": "fact__stream",
    "service": "fact__service",
    "version": "fact__version",
    "department": "fact__departments",
}


def _offers(
    user: User, scope: FlowScope, found: tuple[Block, ...], upto: tuple[str, ...]
) -> Iterator[Fact]:
    """Offers within what the viewer may not read, alike ones together; one query."""
    rows = (
        population.handoffs(scope)
        .filter(unseen(user, "fact_id"))
        .annotate(block=block_case("fact__fulfilled_at", found))
        .order_by()
    )
    columns = [COLUMNS[name] for name in upto]
    grouped = rows.values(
        "block", "giver_department", "receiver_department", "to_stage", "attempt", "outcome",
        "sent_back", "reason", "fact__stream", *{*columns} - {"fact__stream"},
    )  # fmt: skip
    for row in grouped.annotate(n=Count("pk"), cases=FewOf("fact_id", distinct=True)):
        yield Fact(
            block=row["block"],
            rows=tuple(handoff_rows_of(row)),
            values={name: values_of(row[COLUMNS[name]]) for name in upto},
            units=(frozenset(row["cases"]),),
            weight=row["n"],
        )


def values_of(found: Any) -> tuple[str, ...]:
    """The values of a dimension: one of most, several departments."""
    several = found if isinstance(found, list) else [found]
    return tuple(str(value) for value in several if value)


def handoff_rows_of(row: Mapping[str, Any]) -> Iterator[tuple[int, Row]]:
    """The groups an offer belongs to: of first offers, of all, of those sent back and why."""
    giver, receiver = row["giver_department"], row["receiver_department"]
    pair, stage = (giver, receiver), row["to_stage"]
    if row["attempt"] == 1:
        for rank, back in enumerate(("first", "back")[: 1 + row["sent_back"]]):
            yield rank * 5, (back,)
            if giver == receiver:
                yield rank * 5 + 1, (back, "within")
            else:
                yield rank * 5 + 1, (back, "crossing")
                yield rank * 5 + 2, (back, "pair", *pair)
                yield rank * 5 + 3, (back, "given", giver)
                yield rank * 5 + 3, (back, "received", receiver)
            yield rank * 5 + 4, (back, "at", stage)
            yield rank * 5 + 4, (back, "giver", giver)
            yield rank * 5 + 4, (back, "receiver", receiver)
    if row["outcome"] == "returned":
        yield 10, ("returned",)
        yield 11, ("returned", "reason", row["reason"])
        yield 12, ("returned", "reason", row["reason"], stage)
        yield 12, ("returned", "reason", row["reason"], f"{row['fact__stream']}/{stage}")
    if giver != receiver:
        yield 13, ("offers", "pair", *pair)
        if row["reason"]:
            yield 14, ("reason", "pair", *pair, row["reason"])


def row_of_offers(extra: Mapping[str, str]) -> Row:
    """The group that a list of first offers is of."""
    kind = "back" if extra.get("back") else "first"
    sides = {name: extra[name] for name in ("giver", "receiver") if extra.get(name)}
    stage = extra.get("stage", "")
    if stage:
        return (kind, "at", stage) if not sides else NEVER
    if len(sides) == 2:
        pair = (sides["giver"], sides["receiver"])
        return (kind, "pair", *pair) if pair[0] != pair[1] else NEVER
    return (kind, *next(iter(sides.items()), ()))


def row_of_crossings(extra: Mapping[str, str]) -> Row:
    """The group that a list of first offers between departments is of."""
    found = row_of_offers(extra)
    words = {"giver": "given", "receiver": "received"}
    if len(found) == 1:
        return (*found, "crossing")
    if found[1] in words:
        return (found[0], words[found[1]], *found[2:])
    return found if found[1] == "pair" else NEVER


def row_of_returned(extra: Mapping[str, str]) -> Row:
    """The group that a list of returned offers is of."""
    if extra.get("giver") or extra.get("receiver"):
        return NEVER
    reason, stage = extra.get("reason", ""), extra.get("stage", "")
    if not reason:
        return NEVER if stage else ("returned",)
    return ("returned", "reason", reason, *((stage,) if stage else ()))
