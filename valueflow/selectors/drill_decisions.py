"""The decisions behind a figure, as a list like any other: ``decisions-<figure>``."""

from valueflow.engine.summary import Times
from valueflow.selectors import decided_lists
from valueflow.selectors.drill_lists import DECISIONS, Asked, Drill, Line

PREFIX = "decisions-"


def decisions(asked: Asked) -> Drill:
    """One page of the decisions of a figure; ``extra`` may name ``type`` and ``level``."""
    found = decided_lists.behind(
        asked.scope,
        asked.user,
        asked.figure.removeprefix(PREFIX),
        kind=asked.extra.get("type", ""),
        level=asked.extra.get("level", ""),
        after=asked.after,
    )
    return Drill(
        figure=asked.figure,
        title=found.title,
        unit=DECISIONS,
        total=found.total,
        lines=tuple(_line(one) for one in found.lines),
        after=found.after,
        extra=asked.extra,
        readable=found.readable,
        note=found.note,
    )


def _line(one: decided_lists.Line) -> Line:
    return Line(
        ref=one.ref,
        url=one.url,
        title=one.title,
        service=one.name,
        stage="",
        team="",
        sent_at=one.opened_at,
        ended_at=one.decided_at,
        outcome=one.outcome,
        promise="",
        # How long it took is known on the decider's calendar alone.
        lead=Times(one.took_s, one.took_s),
        day_s=one.day_s,
    )
