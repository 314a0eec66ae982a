"""Lists behind what the causes of waits say: who waited for one, who came to a step again.

``extra`` names them: ``cause`` is a cause or ``queue`` (in line, whatever held it), with ``stage``
that of one step; ``again`` asks for those that came to the step again, ``without`` (a workflow and
its step, ``contracts/legal-review``) for those that passed it by, ``streams`` for some only.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from governance.blueprint.kinds import Workflow
from governance.blueprint.paths import SILENT
from governance.selectors import versions
from valueflow.engine.causes import CAUSES
from valueflow.models import FactRequest, FactVisit, FactWait
from valueflow.selectors import population
from valueflow.selectors.drill_lists import Kind

IN_LINE = ("contention", "priority", "untold")
# In line for a step: accepted and not begun, or offered while the receiver worked on others.
QUEUE = Q(state="queued", cause__in=IN_LINE) | Q(
    state="handoff", cause__in=("contention", "priority")
)
HELD: Mapping[str, Q] = {cause: Q(cause=cause) for cause in CAUSES} | {"queue": QUEUE}
LASTED = Q(cal_s__gt=0) | Q(bus_s__gt=0)
WAITED = "waited"


def with_step(version: int, workflow: str) -> frozenset[str]:
    """Keys of the steps that a workflow has in a version, those that only steer left out."""
    spec = versions.blueprint(version).peek(Workflow, workflow)
    stages = spec.stages if spec is not None else ()
    return frozenset(stage.key for stage in stages if stage.kind not in SILENT)


def _narrowed(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    """Those of some requests that ``extra`` asks for; all where it names nothing."""
    stage = extra.get("stage", "")
    if cause := extra.get("cause", ""):
        held = FactWait.objects.filter(HELD.get(cause, Q(pk=None)), LASTED, slack=False)
        held = held.filter(stage=stage) if stage else held
        rows = rows.filter(pk__in=held.order_by().values("fact_id"))
    if extra.get("again"):
        again = FactVisit.objects.filter(rework=True)
        again = again.filter(stage=stage) if stage else again
        rows = rows.filter(pk__in=again.order_by().values("fact_id"))
    if streams := extra.get("streams", ""):
        rows = rows.filter(stream__in=streams.split(","))
    if place := extra.get("without", ""):
        rows = _without(rows, *place.partition("/")[::2])
    return rows


def _without(rows: QuerySet[FactRequest], workflow: str, stage: str) -> QuerySet[FactRequest]:
    """Those of a workflow whose version has a step that they did not come to."""
    rows = rows.filter(workflow=workflow)
    pinned = rows.order_by().values_list("request__version_id", flat=True).distinct()
    having = [version for version in pinned if stage in with_step(version, workflow)]
    came = FactVisit.objects.filter(stage=stage).order_by().values("fact_id")
    return rows.filter(request__version_id__in=having).exclude(pk__in=came)


KIND = Kind(
    _("Finished requests that waited"),
    population.finished,
    extra=("stage", "cause", "again", "without", "streams"),
    narrow=_narrowed,
    guarded=True,
)
