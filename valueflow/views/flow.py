"""The dashboard of value flow and the lists behind its figures."""

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.accounts.models import User
from valueflow.engine.records import KINDS
from valueflow.engine.summary import ENOUGH, Summary
from valueflow.models import EventLog
from valueflow.registries import samples
from valueflow.selectors import drill as drills
from valueflow.selectors import flow, flow_json, imported, naming, sentences
from valueflow.selectors import logs as seen
from valueflow.selectors.naming import Names
from valueflow.selectors.questions import everything
from valueflow.selectors.scope import FlowScope, parse
from valueflow.views import charts
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.tiles import tiles

# What the list behind a figure of a log is narrowed by.
LOG_EXTRAS = ("week", "giver", "receiver", "back", "stage")


def viewer(request: HttpRequest) -> User:
    """The signed-in account; the views here ask for one."""
    assert isinstance(request.user, User)
    return request.user


def named(scope: FlowScope, log: EventLog | None, summary: Summary | None = None) -> Names:
    """Names for a source: of the model, or the groups of a log by volume."""
    if log is None:
        return naming.names(scope.model_id)
    volume: dict[str, int] = {}
    for pair in summary.handoffs.pairs if summary else ():
        volume[pair.giver] = volume.get(pair.giver, 0) + pair.n
        volume[pair.receiver] = volume.get(pair.receiver, 0) + pair.n
    return naming.groups(sorted(volume, key=lambda key: (-volume[key], key)), log.name)


@login_required
@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    """Where value flows and where it waits, for the scope in the address."""
    user = viewer(request)
    scope = parse(request.GET)
    log = imported.log_of(scope, user) if scope.log_id is not None else None
    summary = flow.summary(scope, user)
    context = page(summary, scope, log, request.GET.get("matrix", ""))
    context["filters"] = filter_bar(scope, context["names"], seen.visible_to(user))
    context["samples"] = samples() if seen.may_import(user) else []
    return render(request, "valueflow/flow.html", context)


def page(
    summary: Summary, scope: FlowScope, log: EventLog | None, matrix: str = ""
) -> dict[str, Any]:
    """Everything the dashboard's template draws."""
    names = named(scope, log, summary)
    list_url = reverse("flow-requests")
    crossings = charts.Crossings(summary.handoffs, names, scope, list_url)
    words = naming.kind_words()
    kind = "wait" if matrix == "wait" else "returns"
    return {
        "summary": summary,
        "scope": scope,
        "names": names,
        "is_log": log is not None,
        "log": log,
        "enough": summary.finished_ever >= ENOUGH,
        "needed": ENOUGH,
        "clear_url": reverse("flow") if scope.params() else "",
        "save_url": "" if log else reverse("flow-view-new") + scope.query(),
        "period": period_text(scope),
        "bases": bases(scope),
        "finished_url": list_url + scope.query(figure="finished"),
        "flight_url": list_url + scope.query(figure="in-flight"),
        "json_url": reverse("api-flow-summary") + _api_query(scope),
        "csv_url": reverse("flow-export") + scope.query(),
        "tiles": tiles(summary, scope, list_url),
        "crossings": crossings,
        "crossing_rows": crossings.rows(),
        "crossing_says": sentences.crossings(crossings.pairs, names),
        "worst": crossings.worst(),
        "worst_says": sentences.worst(summary.handoffs.pairs, names, scope.basis),
        "matrix": crossings.matrix(kind),
        "matrix_kind": kind,
        "matrix_tabs": _matrix_tabs(scope, kind),
        "matrix_scale": _scale(kind),
        "matrix_says": sentences.returns(crossings.pairs, names),
        "handoffs_url": list_url + scope.query(figure="handoffs"),
        "kinds": [words[kind] for kind in KINDS],
        "time_rows": charts.time_rows(summary.splits, names, scope, list_url, summary.day_s),
        "time_says": sentences.time_spent(summary.splits, names, words, scope.basis),
        "age_rows": charts.age_rows(summary, names, scope, list_url),
        "age_says": sentences.ages(summary),
        "run": charts.run_chart(summary.run, scope, list_url),
        "run_name": names.stream(summary.run.stream) if summary.run else "",
        **_said(summary, scope, names, log),
    }


def _said(summary: Summary, scope: FlowScope, names: Names, log: EventLog | None) -> dict[str, Any]:
    """The answer on top and above the run chart: of requests, or of a log."""
    if log is None:
        return {
            "answer": sentences.answer(summary, names, scope.basis),
            "run_says": sentences.change(summary.run, scope.basis) if summary.run else "",
        }
    shares = imported.shares(log)
    held = shares["activities"][0] if shares["activities"] else None
    return {
        "answer": sentences.log_answer(summary, held.name, held.share) if held else "",
        "run_says": sentences.course(summary.run) if summary.run else "",
        "shares": shares,
    }


def bases(scope: FlowScope) -> list[dict[str, Any]]:
    """The two kinds of time as links; a log knows one."""
    if scope.source != "live":
        return []
    working = scope.basis == "business"
    return [
        {"label": _("Working time"), "url": scope.query(time=""), "current": working},
        {"label": _("Calendar time"), "url": scope.query(time="calendar"), "current": not working},
    ]


def _matrix_tabs(scope: FlowScope, kind: str) -> list[dict[str, Any]]:
    returns = kind == "returns"
    return [
        {"label": _("Returned"), "url": scope.query() + "#matrix", "current": returns},
        {
            "label": _("Wait to accept"),
            "url": scope.query(matrix="wait") + "#matrix",
            "current": not returns,
        },
    ]


def _scale(kind: str) -> list[str]:
    if kind == "wait":
        return [_("under 1 h"), _("1 to 4 h"), _("4 to 8 h"), _("8 h and more")]
    return [_("below 10"), _("10–19"), _("20–29"), _("30 and more")]


def _api_query(scope: FlowScope) -> str:
    """The same period as fixed moments, since the API's answer is a document of its own."""
    return scope.query(
        **{"from": scope.start.isoformat(), "to": scope.end.isoformat(), "period": "", "time": ""}
    )


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The list behind a figure; its total is the figure."""
    scope = parse(request.GET)
    figure = request.GET.get("figure") or "finished"
    extra = {
        name: request.GET[name][:200]
        for name in (LOG_EXTRAS if scope.log_id is not None else drills.extras(figure))
        if request.GET.get(name)
    }
    user = viewer(request)
    log = imported.log_of(scope, user) if scope.log_id is not None else None
    names = named(scope, log) if log else naming.names(scope.model_id, with_teams=True)
    after = request.GET.get("after", "")
    if log is not None:
        found = imported.drill(scope, user, figure, extra, after)
    else:
        found = drills.drill(scope, user, names, figure, extra, after)
    here = scope.query(figure=figure, of=request.GET.get("of", "")[:60], **extra)
    return render(
        request,
        "valueflow/requests.html",
        {
            "drill": found,
            "scope": scope,
            "period": period_text(scope),
            "back_url": _back(request, scope),
            "next_url": f"{here}&after={found.after}" if found.after else "",
            "first_url": here if after else "",
            "crumbs": [(_("Value flow"), reverse("flow") + scope.query()), (found.title, "")],
            "set_filters": _set_filters(scope, names),
        },
    )


def _back(request: HttpRequest, scope: FlowScope) -> str:
    """The figures the list was opened from: a question by its slug, else the dashboard."""
    asked = everything.question(request.GET.get("of", ""))
    if asked is None:
        return reverse("flow") + scope.query()
    return reverse("flow-question", args=[asked.slug]) + scope.query()


def _set_filters(scope: FlowScope, names: Names) -> list[str]:
    """The filters that are set, by name."""
    known = {
        "stream": names.streams,
        "service": names.services,
        "department": {key: side.name for key, side in names.sides.items()},
    }
    return [known.get(name, {}).get(key, key) for name, key in scope.filters().items()]


@login_required
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The figures of the dashboard as CSV: one number a row, with its unit."""
    user = viewer(request)
    scope = parse(request.GET)
    log = imported.log_of(scope, user) if scope.log_id is not None else None
    found = flow_json.to_json(flow.summary(scope, user), named(scope, log))
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="value-flow.csv"'
    writer = csv.writer(answer)
    writer.writerow(["figure", "value"])
    writer.writerows(flow_json.flat(found))
    return answer
