"""What was observed of a measure as a run chart with its table, each row with its requests."""

from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils import dateformat
from django.utils.translation import gettext as _

from catalog.models import Observation
from catalog.selectors import measures
from governance.blueprint import kinds
from governance.blueprint.measuring import Goal
from valueflow.selectors import flow, measured
from valueflow.selectors import promise_words as words
from valueflow.selectors.scope import FlowScope, parse

MOST = 60
FEWEST = 2
# What a figure counts in: the list behind it.
LISTS = {"within-promise": "promise", "returned": "handoffs"}


def listed(spec: kinds.Measure | None, scope: FlowScope | None) -> str:
    """Address of the requests behind a computed figure; empty where somebody entered it."""
    asked = measured.asked_by(spec) if spec else None
    if asked is None or scope is None:
        return ""
    chosen = {"figure": LISTS.get(asked.query, "finished"), "stream": asked.stream}
    if asked.stage:
        chosen["stage"] = asked.stage
    return reverse("flow-requests") + scope.query(**chosen)


def listed_over(spec: kinds.Measure, scope: FlowScope, row: Observation) -> str:
    """The same of the days of an observation."""
    return listed(spec, measured.over_days(scope, row.period_start, row.period_end))


def rows_of(key: str) -> list[Observation]:
    """The observations that count, earliest first, as many as a chart holds."""
    return list(reversed(measures.observations(key)[:MOST]))


def of(
    key: str, spec: kinds.Measure | None, goal: Goal | None, rows: list[Observation] | None = None
) -> dict[str, Any]:
    """Everything the chart's template draws, under ``chart``; nothing from fewer than two."""
    found = rows_of(key) if rows is None else rows
    if len(found) < FEWEST or spec is None:
        return {"chart": None}
    scope = parse({})
    target = goal.target if goal else None
    baseline = goal.baseline.value if goal and goal.baseline else None
    drawn = [_row(row, spec, scope, baseline, target) for row in found]
    values = {"name": spec.name, "unit": spec.unit}
    return {
        "chart": {
            "title": _("%(name)s, %(unit)s") % values,
            "rows": drawn,
            "marks": _marks(found, drawn, scope),
            "target": float(target) if target is not None else None,
            "target_label": _("target %(target)s") % {"target": words.value_text(target)},
            "unit": spec.unit,
            "n": len(drawn),
        }
    }


def _row(
    row: Observation, spec: kinds.Measure, scope: FlowScope, baseline: Any, target: Any
) -> dict[str, Any]:
    computed = row.source == Observation.Source.COMPUTED
    return {
        "row": row,
        "label": _label(row),
        "days": words.days_text(row.period_start, row.period_end),
        "value": words.value_text(row.value),
        "baseline": words.value_text(baseline) if baseline is not None else "",
        "target": words.value_text(target) if target is not None else "",
        "url": listed_over(spec, scope, row) if computed else "",
    }


def _label(row: Observation) -> str:
    """A period as the axis shows it."""
    days = (row.period_end - row.period_start).days
    if days < 20:
        return dateformat.format(row.period_start, "j M")
    if days < 45:
        return dateformat.format(row.period_start, "M Y")
    return dateformat.format(row.period_start, "M Y") + " –"


def _marks(
    found: list[Observation], drawn: list[dict[str, Any]], scope: FlowScope
) -> list[dict[str, str]]:
    """Versions that came into force between the first and the last observation."""
    marks = []
    for mark in flow.marks(scope):
        day = mark.at.astimezone(scope.zone).date()
        if day <= found[0].period_end:
            continue
        for number, (_before, after) in enumerate(pairwise(found), start=1):
            if day <= after.period_end:
                at = drawn[number]["label"]
                marks.append({"at": at, "text": mark.label, "short": mark.label, "kind": "v"})
                break
    return marks
