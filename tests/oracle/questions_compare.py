"""Where an answer's JSON and the oracle differ, as lines of text. Imports none of our code."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from tests.oracle.questions import Tables

NEAR = 1e-9
# Rows that an answer need not hold: it shows some of them only, or none where nothing happened.
SOME = {"fragile": {0}, "time": {1}, "green": {1}, "holders": {0, 1}}


def differences(slug: str, expected: Tables, shown: Mapping[str, Any]) -> list[str]:
    """Every figure that is not the same, with its path and both values."""
    found = []
    for place, rows in expected.items():
        table = shown["tables"][place]
        there = {row["key"]: row for row in table["rows"]}
        for key in sorted(rows.keys() - there.keys()):
            if place not in SOME.get(slug, ()) and any(rows[key].values()):
                found.append(f"{slug}.{place}: {key} is missing")
        for key in sorted(rows.keys() & there.keys()):
            found += _row(f"{slug}.{place}.{key}", rows[key], there[key])
        if place not in SOME.get(slug, ()):
            extra = (key for key in there.keys() - rows.keys() if _counts(there[key]))
            found += [f"{slug}.{place}: {key} is not expected" for key in sorted(extra)]
    return found


def _counts(row: Mapping[str, Any]) -> bool:
    """The row counts something of the window."""
    return bool(row["figures"].get("n") or row["figures"].get("requests"))


def _row(path: str, expected: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[str]:
    for name, value in expected.items():
        if name in shown["hidden"]:
            continue
        if name not in shown["figures"]:
            yield f"{path}.{name}: expected {value}, not there"
            continue
        figure = shown["figures"][name]
        if isinstance(value, tuple):
            told = figure or {}
            parts = zip(("calendar_s", "business_s"), value, strict=True)
            for part, seconds in parts:
                if seconds is not None and not same(seconds, told.get(part)):
                    yield f"{path}.{name}.{part}: expected {seconds}, shown {told.get(part)}"
        elif not same(value, figure):
            yield f"{path}.{name}: expected {value}, shown {figure}"


def same(expected: Any, shown: Any) -> bool:
    """Equal, or as near as sums in another order."""
    if expected is None or shown is None:
        return expected is shown
    return math.isclose(float(expected), float(shown), rel_tol=NEAR, abs_tol=NEAR)
