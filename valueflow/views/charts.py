"""Charts of a dashboard and their table twins, from the figures and the names."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.amounts import number
from esm.common.ui.durations import hours
from valueflow.engine.records import KINDS
from valueflow.engine.statistics import whole_percents
from valueflow.engine.summary import Handoffs, Pair, Run, Split, Summary, Times
from valueflow.selectors import sentences
from valueflow.selectors.naming import Names, Side
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import days_text, in_days, percent

SIDES = 10
WORST = 5
FEWEST_POINTS = 2
RATE_LEVELS = (10, 20, 30)
WAIT_LEVELS = (3600, 14_400, 28_800)


def week_text(monday: date) -> str:
    """``24 Nov``."""
    return dateformat.format(monday, "j M")


def wait_text(time: Times, basis: str) -> str:
    """``2 h 30``, in hours of its kind."""
    seconds = time.of(basis)
    return "–" if seconds is None else hours(seconds)


class Crossings:
    """Handoffs between departments: the flow, its table, the matrix and the worst."""

    def __init__(self, found: Handoffs, names: Names, scope: FlowScope, list_url: str) -> None:
        self.found, self.names, self.scope, self.list_url = found, names, scope, list_url
        self.busiest = self._busiest(found.pairs)
        self.pairs = [p for p in found.pairs if {p.giver, p.receiver} <= self.busiest.keys()]

    def _busiest(self, pairs: Iterable[Pair]) -> dict[str, Side]:
        """At most ten sides by volume, in the order in which departments are always shown."""
        volume: Counter[str] = Counter()
        for pair in pairs:
            volume[pair.giver] += pair.n
            volume[pair.receiver] += pair.n
        for giver, receiver in self.found.hidden:
            volume[giver] += 0
            volume[receiver] += 0
        chosen = {key for key, _n in volume.most_common(SIDES)}
        order = [key for key in self.names.sides if key in chosen]
        order += sorted(chosen - set(order))
        return {key: self.names.side(key) for key in order}

    @property
    def left_out(self) -> str:
        """Says when the picture does not hold everything."""
        rest = len(self.found.pairs) - len(self.pairs)
        if not rest:
            return ""
        return ngettext(
            "One pair of smaller groups is not drawn; the export holds it.",
            "%(n)s pairs of smaller groups are not drawn; the export holds them.",
            rest,
        ) % {"n": number(rest)}

    def url(self, giver: str, receiver: str, **more: str) -> str:
        """The handoffs behind a pair."""
        chosen = {"figure": "handoffs", "giver": giver, "receiver": receiver} | more
        return self.list_url + self.scope.query(**chosen)

    def rows(self) -> list[dict[str, Any]]:
        """Rows of the flow's table, the most frequent first."""
        found = []
        for pair in sorted(self.pairs, key=lambda p: (-p.n, p.giver, p.receiver)):
            found.append(
                {
                    "giver": self.names.side(pair.giver),
                    "receiver": self.names.side(pair.receiver),
                    "n": pair.n,
                    "rate": None if pair.rate is None else pair.rate_percent,
                    "wait": wait_text(pair.wait, self.scope.basis),
                    "lost": self._lost(pair),
                    "url": self.url(pair.giver, pair.receiver),
                }
            )
        return found

    def _lost(self, pair: Pair) -> str:
        if self.scope.basis == "calendar" or pair.lost_days is None:
            seconds = pair.lost.calendar
            return "" if seconds is None else number(seconds / sentences.CALENDAR_DAY_S, 1)
        return number(pair.lost_days, 1)

    def matrix(self, kind: str) -> dict[str, Any]:
        """The heat table of returns, or of waits to accept."""
        cells = {(p.giver, p.receiver): self._cell(p, kind) for p in self.pairs}
        for giver, receiver in self.found.hidden:
            if {giver, receiver} <= self.busiest.keys():
                cells[giver, receiver] = self._few(giver, receiver)
        rows = [
            {
                "head": self._head(giver),
                "cells": ["self" if g == giver else cells.get((giver, g)) for g in self.busiest],
            }
            for giver in self.busiest
        ]
        return {"columns": [self._head(key) for key in self.busiest], "rows": rows}

    def _head(self, key: str) -> dict[str, str]:
        side = self.names.side(key)
        return {"code": side.code, "name": side.name, "slot": side.slot}

    def _cell(self, pair: Pair, kind: str) -> dict[str, Any]:
        values = {
            "giver": self.names.side(pair.giver).name,
            "receiver": self.names.side(pair.receiver).name,
            "rate": percent(pair.rate or 0),
            "n": number(pair.n),
            "wait": wait_text(pair.wait, self.scope.basis),
        }
        seconds = pair.wait.of(self.scope.basis) or 0
        # The label repeats what the cell shows, so that it can be spoken to a device.
        if kind == "wait":
            text, level = number(seconds / 3600, 1), level_of(seconds, WAIT_LEVELS)
            label = _("%(giver)s to %(receiver)s: accepted after %(hours)s h, n = %(n)s") % (
                values | {"hours": text}
            )
        elif pair.rate is None:
            text, level = "<5", 1
            label = _("%(giver)s to %(receiver)s: %(n)s offered; returns too few to show") % values
        else:
            text, level = str(pair.rate_percent), level_of(pair.rate_percent, RATE_LEVELS)
            label = (
                _("%(giver)s to %(receiver)s: %(rate)s of %(n)s returned, accepted after %(wait)s")
                % values
            )
        url = self.url(pair.giver, pair.receiver)
        return {"text": text, "level": level, "url": url, "label": label}

    def _few(self, giver: str, receiver: str) -> dict[str, Any]:
        label = _("%(giver)s to %(receiver)s: too few to show") % {
            "giver": self.names.side(giver).name,
            "receiver": self.names.side(receiver).name,
        }
        return {"text": "<5", "level": 1, "url": "", "label": label}

    def worst(self) -> list[dict[str, Any]]:
        """The five pairs that lost most, in words."""
        basis = self.scope.basis
        found = sentences.costly(self.found.pairs, basis)[:WORST]
        return [self._worst(place, pair) for place, pair in enumerate(found, start=1)]

    def _worst(self, place: int, pair: Pair) -> dict[str, Any]:
        values = {
            "giver": self.names.side(pair.giver).name,
            "receiver": self.names.side(pair.receiver).name,
            "rate": percent(pair.rate or 0),
            "n": number(pair.n),
            "reason": self.names.reason(pair.agreement, pair.reason),
            "wait": wait_text(pair.wait, self.scope.basis),
        }
        if pair.sent_back and pair.reason:
            sub = _("%(rate)s of %(n)s returned: %(reason)s") % values
        elif pair.sent_back:
            sub = _("%(rate)s of %(n)s came back") % values
        elif pair.sent_back is None:
            sub = _("%(n)s handed over; accepted after %(wait)s") % values
        else:
            sub = _("none of %(n)s came back; accepted after %(wait)s") % values
        return {
            "place": place,
            "name": _("%(giver)s to %(receiver)s") % values,
            "lost": self._lost(pair),
            "sub": sub,
            "url": self.url(pair.giver, pair.receiver),
        }


def level_of(value: float, edges: Sequence[float]) -> int:
    """1 to 4: how many edges a value has reached, plus one."""
    return 1 + sum(value >= edge for edge in edges)


def time_rows(
    splits: tuple[Split, ...], names: Names, scope: FlowScope, list_url: str, day_s: int
) -> list[dict[str, Any]]:
    """Where the time goes, per stream: bar and table from the same whole per cents."""
    rows = []
    for split in splits:
        if split.hidden:
            continue
        seconds = {kind: split.kinds.get(kind, Times(0, 0)).of(scope.basis) or 0 for kind in KINDS}
        parts = whole_percents(seconds)
        # Standing still has no pattern of its own; in the bar it is drawn as waiting in line.
        bar = {kind: parts.get(kind, 0) / 100 for kind in KINDS if kind != "blocked"}
        bar["queued"] += parts.get("blocked", 0) / 100
        rows.append(
            {
                "label": names.stream(split.stream),
                "url": list_url + scope.query(figure="finished", stream=split.stream),
                "total": _("%(days)s d")
                % {"days": days_text(in_days(split.p50, scope.basis, day_s))},
                "parts": bar,
                "days": days_text(in_days(split.p50, scope.basis, day_s)),
                "cells": [f"{parts.get(kind, 0)} %" for kind in KINDS],
                "n": split.n,
            }
        )
    return rows


def age_rows(
    summary: Summary, names: Names, scope: FlowScope, list_url: str
) -> list[dict[str, Any]]:
    """Strips of dots per stream: age in working days beside the promise."""
    rows = []
    for found in summary.ages:
        values = {
            "stream": names.stream(found.stream),
            "n": number(found.n),
            "old": number(found.old),
            "days": number(round(found.promise_days, 1)),
        }
        rows.append(
            {
                "label": values["stream"],
                "url": list_url + scope.query(figure="in-flight", stream=found.stream),
                "ages": found.drawn,
                "promise": found.promise_days,
                "promise_label": _("promise %(days)s d") % values,
                "spoken": _(
                    "%(stream)s: %(n)s open, %(old)s older than the promise of %(days)s days"
                )
                % values,
                "n": values["n"],
                "old": values["old"],
                "days": values["days"],
            }
        )
    return rows


def run_chart(run: Run | None, scope: FlowScope, list_url: str) -> dict[str, Any] | None:
    """Rows and marks of the run chart."""
    if run is None or len(run.points) < FEWEST_POINTS:
        return None

    def days(time: Times) -> str:
        return days_text(in_days(time, scope.basis, run.day_s))

    rows = [
        {
            "week": week_text(point.week),
            "n": point.n,
            "value": days(point.p50),
            "upper": days(point.upper),
            "lower": days(point.lower),
            "url": list_url
            + scope.query(figure="finished", week=point.week.isoformat(), stream=run.stream),
        }
        for point in run.points
    ]
    marks = []
    for mark in run.marks:
        after = next(point.week for point in run.points if point.week >= mark.week)
        marks.append({"at": week_text(after), "text": mark.label, "short": mark.label, "kind": "v"})
    in_working = run.promise_s and scope.basis == "business"
    promise = round(run.promise_s / run.day_s, 1) if in_working and run.promise_s else None
    return {
        "rows": rows,
        "marks": marks,
        "promise": promise,
        "promise_label": _("promise %(days)s") % {"days": number(promise)} if promise else "",
        "n": number(run.n),
        "weeks": len(rows),
    }
