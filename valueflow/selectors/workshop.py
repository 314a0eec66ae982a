"""What was measured of the stages of a workflow, beside what a workshop guessed of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Count, Sum
from django.urls import reverse

from governance.registries import Measured
from governance.selectors import versions
from valueflow.engine.summary import FEW
from valueflow.models import FactVisit
from valueflow.selectors import population, scope, streams


def measured(user: Any, workflow: str) -> tuple[Mapping[str, Measured], str]:
    """By stage, over the period that pages of value flow begin with; and the page of its stream.

    Stay and what came back are the figures of that page. Touch counts only where it was measured.
    """
    asked = scope.parse({})
    rows = [row for row in streams.stage_rows(workflow, asked) if row.n >= FEW]
    if not rows or asked.model_id is None:
        return {}, ""
    stream = str(versions.blueprint(asked.model_id).get("Workflow", workflow).value_stream)
    touch = _touch(replace(asked, stream=stream))
    found = {
        row.key: Measured(
            n=row.n,
            stay_s=row.stay.business,
            touch_s=touch.get(row.key),
            accurate=None if row.returned is None else 1 - row.returned,
        )
        for row in rows
    }
    return found, reverse("stream", args=[stream])


def _touch(within: scope.FlowScope) -> dict[str, float]:
    """Mean seconds of measured work of a request at each stage; one query."""
    done = population.finished(within).order_by()
    rows = FactVisit.objects.filter(fact__in=done, estimated=False).order_by()
    counted = rows.values_list("stage").annotate(
        work=Sum("touch_s"), requests=Count("fact", distinct=True)
    )
    return {stage: work / requests for stage, work, requests in counted if requests >= FEW}
