"""Value streams: the list, and one stream with its map."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from esm.common.ui.amounts import number, percent
from valueflow.selectors import felt, sentences, streams
from valueflow.selectors.scope import FlowScope, parse
from valueflow.selectors.sentences import days_text, in_days
from valueflow.selectors.streams import StageRow
from valueflow.views import charts
from valueflow.views.filters import period_text
from valueflow.views.flow import viewer
from valueflow.views.tiles import tiles

SIGHTS = {"outcome": gettext_lazy("Outcome"), "objective": gettext_lazy("Objective")}
DIRECTIONS = {
    "up": gettext_lazy("should rise"),
    "down": gettext_lazy("should fall"),
    "maintain": gettext_lazy("should stay"),
}


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All streams with owner, promise and how they went."""
    scope = parse(request.GET)
    found = streams.rows(scope)
    rows = [
        {
            "row": row,
            "url": reverse("stream", args=[row.key]),
            "promise": number(round(row.promise_s / row.day_s, 1)) if row.promise_s else "",
            "median": days_text(in_days(row.lead.p50, scope.basis, row.day_s)),
            "kept": percent(row.promise.share) if row.promise.share is not None else "–",
            "enough": row.lead.n >= 5,
        }
        for row in found
    ]
    context = {
        "rows": rows,
        "period": period_text(scope),
        "flow_url": reverse("flow"),
        "exact": all(row.lead.exact for row in found),
    }
    return render(request, "valueflow/streams.html", context)


@login_required
@require_safe
def stream(request: HttpRequest, key: str) -> HttpResponse:
    """One stream: owner, promise, the way it goes, measures, what it is for."""
    scope = parse(request.GET)
    page = streams.page(key, scope, viewer(request))
    within = FlowScope(**{name: getattr(scope, name) for name in scope.__slots__} | {"stream": key})
    list_url = reverse("flow-requests")
    row = page.row
    return render(
        request,
        "valueflow/stream.html",
        {
            "page": page,
            "row": row,
            "scope": within,
            "period": period_text(scope),
            "promise": number(round(row.promise_s / row.day_s, 1)) if row.promise_s else "",
            "open_url": list_url + within.query(figure="in-flight"),
            "flow_url": reverse("flow") + within.query(),
            "crumbs": [
                (_("Value flow"), reverse("flow")),
                (_("Streams"), reverse("streams")),
                (row.name, ""),
            ],
            "tiles": tiles(page.summary, within, list_url),
            "stages": [_stage(stage, within, row.day_s) for stage in page.stages],
            "steps": [_step(stage, within, row.day_s) for stage in page.stages],
            "stage_says": _longest(page.stages, within, row.day_s),
            "run": charts.run_chart(page.summary.run, within, list_url),
            "run_name": row.name,
            "run_says": sentences.change(page.summary.run, within.basis)
            if page.summary.run
            else "",
            "sights": [
                {
                    "kind": SIGHTS[s.kind],
                    "text": s.text,
                    "url": f"{reverse('objectives')}#{s.key}" if s.key else "",
                    "note": s.note,
                }
                for s in page.sights
            ],
            "measures": [
                {"row": m, "direction": DIRECTIONS.get(m.direction, m.direction)}
                for m in page.measures
            ],
            "felt": felt.felt(within, viewer(request)),
        },
    )


def _days(stage: StageRow, scope: FlowScope, day_s: int) -> str:
    found = in_days(stage.stay, scope.basis, day_s)
    return _("%(days)s d") % {"days": days_text(found)} if found is not None else "–"


def _stage(stage: StageRow, scope: FlowScope, day_s: int) -> dict[str, Any]:
    return {
        "name": stage.name,
        "side": stage.side,
        "stay": _days(stage, scope, day_s),
        "wait": charts.wait_text(stage.wait, scope.basis),
        "returned": percent(stage.returned) if stage.returned is not None else "–",
        "needed": percent(stage.needed) if stage.needed is not None else "–",
        "n": number(stage.n),
    }


def _step(stage: StageRow, scope: FlowScope, day_s: int) -> dict[str, str]:
    """The step as the flow strip draws it: name, department, stay."""
    return {
        "name": stage.name,
        "code": stage.side.code,
        "dept": stage.side.name,
        "slot": stage.side.slot,
        "state": "done",
        "sub": _days(stage, scope, day_s),
    }


def _longest(stages: tuple[StageRow, ...], scope: FlowScope, day_s: int) -> str:
    known = [stage for stage in stages if stage.stay.of(scope.basis) is not None]
    if not known:
        return _("Too few requests finished in this period to say how long each step holds them.")
    longest = max(known, key=lambda stage: (stage.stay.of(scope.basis) or 0, stage.name))
    values = {
        "stage": longest.name,
        "days": days_text(in_days(longest.stay, scope.basis, day_s)),
        "needed": percent(longest.needed or 0),
    }
    return (
        _("%(stage)s holds a request longest, %(days)s days; %(needed)s of requests need it.")
        % values
    )
