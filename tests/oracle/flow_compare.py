"""Where the dashboard's JSON and the oracle differ, as lines of text. Imports none of our code.

Figures over fewer than five requests may be withheld (null); where they are shown they must be
right.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any

FEWEST = 5


def differences(expected: Mapping[str, Any], shown: Mapping[str, Any]) -> list[str]:
    """Every figure that is not the same, with its path and both values."""
    return [
        *_plain(expected, shown, "finished", "submitted"),
        *_lead(expected["lead_time"], shown["lead_time"]),
        *_promise(expected["promise"], shown["promise"]),
        *_efficiency(expected["flow_efficiency"], shown["flow_efficiency"]),
        *_plain(expected["in_flight"], shown["in_flight"], "n", "late", path="in_flight."),
        *_open(expected["open"], shown["open"]),
        *_weeks(expected["weeks"], shown["weeks"]),
        *_handoffs(expected["handoffs"], shown["handoffs"], shown["day_seconds"]),
        *_time(expected["time"], shown["time"]),
    ]


def _same(path: str, expected: float | None, shown: float | None, n: int = FEWEST) -> Iterator[str]:
    if shown is None and (expected is None or n < FEWEST):
        return
    both = expected is not None and shown is not None
    if both and math.isclose(expected or 0, shown or 0, rel_tol=1e-9, abs_tol=1e-9):
        return
    yield f"{path}: expected {expected}, shown {shown}"


def _plain(
    expected: Mapping[str, Any], shown: Mapping[str, Any], *names: str, path: str = "", n: int = 5
) -> Iterator[str]:
    for name in names:
        yield from _same(path + name, expected[name], shown[name], n)


def _times(
    path: str, expected: Mapping[str, Any], shown: Mapping[str, Any], n: int = 5
) -> Iterator[str]:
    yield from _plain(expected, shown, "calendar_s", "business_s", path=path + ".", n=n)


def _lead(expected: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[str]:
    n = expected["n"]
    yield from _plain(expected, shown, "n", path="lead_time.")
    for basis in ("calendar", "business"):
        names = ("p50_s", "p85_s", "mean_s")
        path = f"lead_time.{basis}."
        yield from _plain(expected[basis], shown[basis], *names, path=path, n=n)


def _promise(expected: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[str]:
    names = ("n", "met", "missed", "open_late")
    yield from _plain(expected, shown, *names, path="promise.")
    yield from _plain(expected, shown, "share", path="promise.", n=expected["n"])


def _efficiency(expected: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[str]:
    n, path = expected["n"], "flow_efficiency."
    yield from _plain(expected, shown, "n", path=path)
    names = ("touch_s", "estimated_s", "business", "calendar")
    yield from _plain(expected, shown, *names, path=path, n=n)
    yield from _times(path + "lead", expected["lead"], shown["lead"], n)


def _open(expected: Mapping[str, Any], shown: list[Mapping[str, Any]]) -> Iterator[str]:
    rows = {row["number"]: row for row in shown}
    if sorted(rows) != sorted(expected):
        yield f"open: expected {sorted(expected)}, shown {sorted(rows)}"
    for number in rows.keys() & expected.keys():
        yield from _times(f"open.{number}.age", expected[number]["age"], rows[number]["age"])
        yield from _plain(expected[number], rows[number], "late", path=f"open.{number}.")


def _weeks(expected: Mapping[str, Any], shown: list[Mapping[str, Any]]) -> Iterator[str]:
    rows = {row["monday"]: row for row in shown}
    if sorted(rows) != sorted(expected):
        yield f"weeks: expected {sorted(expected)}, shown {sorted(rows)}"
    for monday in rows.keys() & expected.keys():
        one, row, path = expected[monday], rows[monday], f"weeks.{monday}."
        n = one["finished"]
        yield from _plain(one, row, "finished", "submitted", "in_flight", path=path)
        yield from _times(f"{path}lead_p50", one["lead_p50"], row["lead_p50"], n)
        yield from _plain(one, row, "promise_share", "flow_efficiency", path=path, n=n)


def _handoffs(expected: Mapping[str, Any], shown: Mapping[str, Any], day_s: int) -> Iterator[str]:
    rows = {(row["giver"], row["receiver"]): row for row in shown["matrix"]}
    hidden = {(row["giver"], row["receiver"]) for row in shown["hidden"]}
    matrix = expected["matrix"]
    # A total must not give away what is hidden in it, so it is one of the pairs that are shown.
    n, back = (sum(matrix[s][name] for s in matrix.keys() - hidden) for name in ("n", "sent_back"))
    yield from _same("handoffs.n", n, shown["n"])
    yield from _same("handoffs.sent_back", back, shown["sent_back"])
    yield from _same("handoffs.return_rate", back / n if n else None, shown["return_rate"])
    yield from _plain(expected, shown, "within_departments", path="handoffs.")
    if rows.keys() | hidden != matrix.keys() or rows.keys() & hidden:
        yield f"handoffs: expected {sorted(matrix)}, shown {sorted(rows)}, hidden {sorted(hidden)}"
    for sides in sorted(hidden & matrix.keys()):
        if matrix[sides]["n"] >= FEWEST:
            yield f"handoffs.{sides}: hidden with {matrix[sides]['n']} first offers"
    for sides in sorted(rows.keys() & matrix.keys()):
        one, row, path = matrix[sides], rows[sides], f"handoffs.{'>'.join(sides)}."
        yield from _plain(one, row, "n", "sent_back", "return_rate", "offers", path=path)
        yield from _times(f"{path}wait_p50", one["wait_p50"], row["wait_p50"])
        yield from _times(f"{path}lost", one["lost"], row["lost"])
        yield from _same(f"{path}lost_days", one["lost"]["business_s"] / day_s, row["lost_days"])


def _time(expected: Mapping[str, Any], shown: list[Mapping[str, Any]]) -> Iterator[str]:
    rows = {row["stream"]: row for row in shown}
    if sorted(rows) != sorted(expected):
        yield f"time: expected {sorted(expected)}, shown {sorted(rows)}"
    for stream in rows.keys() & expected.keys():
        one, row = expected[stream], rows[stream]
        yield from _same(f"time.{stream}.n", one["n"], row["n"])
        if row.get("hidden"):
            if one["n"] >= FEWEST:
                yield f"time.{stream}: hidden with {one['n']} requests"
            continue
        for part in ("kinds", "stages"):
            known = {name: times for name, times in row[part].items() if any(times.values())}
            if sorted(known) != sorted(name for name, sums in one[part].items() if any(sums)):
                yield f"time.{stream}.{part}: expected {sorted(one[part])}, shown {sorted(known)}"
            for name in known.keys() & one[part].keys():
                calendar_s, business_s = one[part][name]
                wanted = {"calendar_s": calendar_s, "business_s": business_s}
                yield from _times(f"time.{stream}.{part}.{name}", wanted, known[name])
