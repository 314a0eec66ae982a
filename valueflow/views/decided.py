"""How decisions went: the figures, the list behind each, the table and the JSON."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.tables import write_table
from esm.common.ui.amounts import percent
from esm.common.ui.durations import duration
from valueflow.selectors import decided, decided_json, decided_lists, decided_words, naming
from valueflow.selectors import logs as seen
from valueflow.selectors.decided import TypeFigures
from valueflow.selectors.scope import FlowScope, parse
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.flow import viewer

# What a row of a type links to, beside its number.
COLUMNS = ("in-time", "unchanged", "referred-back", "fallback", "reversals")


def asked(request: HttpRequest) -> FlowScope:
    """The scope in the address; of our own requests, whatever source it names."""
    given = {name: request.GET[name] for name in request.GET if name not in ("source", "time")}
    return parse(given)


@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """How long decisions take, on which level they are taken, in how few hands they lie."""
    user, scope = viewer(request), asked(request)
    found = decided.figures(scope, user)
    names = naming.names(scope.model_id)
    bar = filter_bar(scope, names, seen.visible_to(user).none())
    page: dict[str, Any] = {
        "found": found,
        "scope": scope,
        "period": period_text(scope),
        "answer": decided_words.answer(found),
        "hhi": f"{float(found.concentration.hhi):.2f}" if found.concentration else "",
        "top_share": percent(float(found.concentration.top_share)) if found.concentration else "",
        "filters": bar,
        "clear_url": reverse("flow-decisions") if scope.params() else "",
        "rows": [_row(scope, one, found.day_s) for one in found.types],
        "all": _row(scope, found.all, found.day_s),
        "spoken": [
            {
                "one": one,
                "p50": duration(one.p50_s, found.day_s) if one.p50_s is not None else "–",
                "p85": duration(one.p85_s, found.day_s) if one.p85_s is not None else "–",
                "url": "" if one.hidden else _link(scope, f"said-{one.part}", ""),
            }
            for one in found.spoken
        ],
        "csv_url": reverse("flow-decisions-export") + scope.query(),
        "json_url": reverse("api-flow-decisions")
        + scope.query(
            **{"from": scope.start.isoformat(), "to": scope.end.isoformat(), "period": ""}
        ),
    }
    return render(request, "valueflow/decisions.html", page)


def _link(scope: FlowScope, figure: str, key: str, **extra: str) -> str:
    named = {"type": key} if key else {}
    return f"{reverse('flow-decisions-list')}{scope.query(figure=figure, **named, **extra)}"


def _row(scope: FlowScope, one: TypeFigures, day_s: int) -> dict[str, Any]:
    """A type with its figures, each with the address of the list behind it."""
    cells = []
    for figure in COLUMNS:
        share = one.in_time if figure == "in-time" else one.share(figure)
        n = one.count(figure)
        text = _("under five") if n is None else "–" if share is None else percent(share)
        cells.append({"text": text, "n": n, "url": _link(scope, figure, one.key)})
    levels = [
        {
            "level": level,
            "text": _("under five") if level.hidden else percent(level.share),
            "url": "" if level.hidden else _link(scope, "decided", one.key, level=level.mark),
        }
        for level in one.levels
    ]  # fmt: skip
    return {
        "one": one,
        "p50": duration(one.p50_s, day_s) if one.p50_s is not None else "–",
        "p85": duration(one.p85_s, day_s) if one.p85_s is not None else "–",
        "timed": one.count("timed"),
        "timed_url": _link(scope, "timed", one.key),
        "cells": cells,
        "levels": levels,
        "url": _link(scope, "decided", one.key),
    }


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The decisions behind a figure; their total is the figure."""
    user, scope = viewer(request), asked(request)
    figure, kind = request.GET.get("figure") or "decided", request.GET.get("type", "")[:100]
    level = request.GET.get("level", "")[:200]
    by, after = request.GET.get("by", "")[:120], request.GET.get("after", "")
    found = decided_lists.behind(scope, user, figure, kind=kind, level=level, by=by, after=after)
    here = scope.query(figure=figure, type=kind, level=level, by=by)
    back = reverse("flow-decisions") + scope.query()
    page = {
        "found": found,
        "period": period_text(scope),
        "back_url": back,
        "crumbs": [(_("Decisions"), back), (found.title, "")],
        "next_url": f"{here}&after={found.after}" if found.after else "",
        "first_url": here if after else "",
    }
    return render(request, "valueflow/decisions_list.html", page)


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The figures as CSV: a row for each type and figure."""
    found = decided.figures(asked(request), viewer(request))
    header = ("type", "figure", "band from", "value")
    table = write_table(header, _cells(decided_json.to_json(found)))
    answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="decisions.csv"'
    return answer


def _cells(found: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    for one in (found["all"], *found["types"]):
        for name, value in one.items():
            if name not in ("type", "question", "measure", "levels"):
                yield one["type"], name, "", "" if value is None else str(value)
        for level in one["levels"]:
            n = "" if level["n"] is None else str(level["n"])
            yield one["type"], f"level {level['right'] or 'none'}", level["min"] or "", n
    for name, value in (found["concentration"] or {}).items():
        yield "", f"concentration {name}", "", str(value)
