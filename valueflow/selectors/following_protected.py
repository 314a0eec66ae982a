"""What a viewer may see of deviations from the model and of the ways that were gone."""

from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _

from esm.accounts.models import User
from valueflow.engine.suppression import Block
from valueflow.selectors import following, population, protected
from valueflow.selectors.protected import Fact, Protected, Row
from valueflow.selectors.scope import FlowScope


def guarded(scope: FlowScope, user: User) -> Protected:
    """Groups of finished requests by deviation and by way; five requests and more."""

    def read(whole: FlowScope, found: tuple[Block, ...], upto: tuple[str, ...]) -> Iterator[Fact]:
        rows = population.finished(whole).filter(protected.unseen(user, "request_id"))
        columns = [protected.COLUMNS[name].removeprefix("fact__") for name in upto]
        placed = rows.annotate(block=protected.block_case("fulfilled_at", found)).order_by()
        told = placed.values_list("pk", "block", *columns)
        about = {pk: (block, values) for pk, block, *values in told}
        for way in following.ways(rows):
            block, values = about[way.id]
            yield Fact(
                block=block,
                rows=tuple(_rows(way)),
                values={n: protected.values_of(v) for n, v in zip(upto, values, strict=True)},
                units=(frozenset({way.id}),),
            )

    return protected.guard(scope, user, read, _("Deviations"))


def _rows(way: following.Way) -> Iterator[tuple[int, Row]]:
    kinds = {one.kind for one in way.deviations}
    yield 0, ("finished",)
    if kinds:
        yield 1, ("deviating",)
    for kind in kinds:
        yield 2, ("deviating", kind)
    yield 3, ("variant", way.variant)


def row_of_deviating(extra: Mapping[str, str]) -> Row:
    """The group that a list of deviations is of."""
    return ("deviating", extra["kind"]) if extra.get("kind") else ("deviating",)


def row_of_variant(extra: Mapping[str, str]) -> Row:
    """The group that a list of one way is of."""
    return ("variant", extra.get("variant", ""))
