"""Figures without what a viewer may not see of them."""

from collections.abc import Callable
from dataclasses import replace

from valueflow.engine.statistics import ratio
from valueflow.engine.summary import Handoffs, Pair

# Whether the figures of a row may be shown: of ``first``, ``back``, ``offers``, ``reason``.
Shows = Callable[..., bool]


def handoffs(found: Handoffs, shows: Shows, note: str = "") -> Handoffs:
    """The pairs that may be shown; the totals are theirs, so that nothing can be worked out."""
    pairs = [pair for pair in found.pairs if shows("first", "pair", pair.giver, pair.receiver)]
    kept = [_pair(pair, shows) for pair in pairs]
    gone = {(pair.giver, pair.receiver) for pair in found.pairs if pair not in pairs}
    told = [(pair.n, pair.sent_back) for pair in kept if pair.sent_back is not None]
    back = sum(back for _n, back in told)
    return Handoffs(
        n=sum(pair.n for pair in kept),
        sent_back=back,
        rate=ratio(back, sum(n for n, _back in told)),
        within=found.within if shows("first", "within") else None,
        pairs=tuple(kept),
        hidden=tuple(sorted({*gone, *found.hidden})),
        note=note,
    )


def _pair(pair: Pair, shows: Shows) -> Pair:
    sides = ("pair", pair.giver, pair.receiver)
    told = pair.reason and shows("reason", *sides, pair.reason)
    return replace(
        pair,
        sent_back=pair.sent_back if shows("back", *sides) else None,
        offers=pair.offers if shows("offers", *sides) else None,
        reason=pair.reason if told else "",
        agreement=pair.agreement if told else "",
    )
