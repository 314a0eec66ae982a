"""Figures of decisions as plain data: for the API and the table. Times are business seconds."""

from decimal import Decimal
from typing import Any

from valueflow.selectors.decided import FIGURES, Decided, Level, TypeFigures


def to_json(found: Decided) -> dict[str, Any]:
    """All figures; what is hidden or cannot be measured is null."""
    held = found.concentration
    return {
        "all": _type(found.all),
        "types": [_type(one) for one in found.types],
        "parts": found.parts,
        "note": found.note,
        "spoken": [
            {
                "part": one.part,
                "n": None if one.hidden else one.n,
                "p50_s": one.p50_s,
                "p85_s": one.p85_s,
            }
            for one in found.spoken
        ],
        "concentration": {
            "hhi": float(held.hhi),
            "top_share": float(held.top_share),
            "persons": held.persons,
        }
        if held
        else None,
    }


def _type(one: TypeFigures) -> dict[str, Any]:
    counts = {name.replace("-", "_"): one.count(name) for name in FIGURES}
    return {
        "type": one.key,
        "question": one.name,
        "measure": one.measure,
        **counts,
        "p50_s": one.p50_s,
        "p85_s": one.p85_s,
        "in_time_share": one.in_time,
        "unchanged_share": one.unchanged,
        "levels": [_level(level) for level in one.levels],
    }


def _level(level: Level) -> dict[str, Any]:
    return {
        "right": level.right,
        "min": _text(level.low),
        "max": _text(level.high),
        "n": None if level.hidden else level.n,
        "share": None if level.hidden else level.share,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")
