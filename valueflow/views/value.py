"""The value report: one page, and its numbers as files."""

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from esm.common.ui.amounts import number
from valueflow.engine.answers import Answer
from valueflow.selectors import answers_json, naming
from valueflow.selectors import logs as seen
from valueflow.selectors.scope import FlowScope, parse
from valueflow.selectors.sentences import percent
from valueflow.selectors.value_report import REPORT, report
from valueflow.views import answer_files, answered
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.flow import viewer


def asked(request: HttpRequest) -> FlowScope:
    """The scope in the address; of our own requests, whatever source it names."""
    return parse({name: request.GET[name] for name in request.GET if name != "source"})


@login_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Clarity, alignment and value with their parts, and the critical streams before and after."""
    user, scope = viewer(request), asked(request)
    found = report(scope, user)
    names = naming.names(scope.model_id)
    tables = answered.tables(answered.Page(REPORT, scope, found, names))
    for place, table in enumerate(tables):
        table["csv_url"] = _file(scope, "csv", table=str(place + 1))
    crumbs = [(_("Value flow"), reverse("flow")), (str(REPORT.title), "")]
    context = {
        "found": found,
        "numbers": _numbers(found),
        "tables": tables[1:] if found.n or len(tables) > 1 else tables,
        "filters": filter_bar(scope, names, seen.visible_to(user).none()),
        "clear_url": reverse("flow-value") if scope.params() else "",
        "period": period_text(scope),
        "crumbs": crumbs,
        "files": [("CSV", _file(scope, "csv")), ("JSON", _file(scope, "json"))],
    }
    return render(request, "valueflow/value.html", context)


def _file(scope: FlowScope, kind: str, **more: str) -> str:
    return reverse("flow-value-file", args=[kind]) + scope.query(**more)


def _numbers(found: Answer) -> list[dict[str, Any]]:
    """The three numbers as tiles: the share, what it is made of, the formula beside it."""
    tiles = []
    for row in found.tables[0].rows:
        value, part, whole = (row.cells[key].value for key in ("value", "part", "whole"))
        assert isinstance(part, (int, float)) and isinstance(whole, (int, float))
        words = {"part": number(part), "whole": number(whole), "unit": row.cells["unit"].value}
        told = isinstance(value, float)
        share = percent(value).removesuffix("%").strip() if isinstance(value, float) else "–"
        tiles.append(
            {
                "name": row.name,
                "value": share,
                "unit": "%" if told else "",
                "definition": str(row.cells["formula"].value),
                "n": _("%(part)s of %(whole)s %(unit)s") % words if told else _("not told yet"),
            }
        )
    return tiles


@login_required
@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponse:
    """The report's numbers as CSV (of one table) or JSON."""
    user, scope = viewer(request), asked(request)
    if kind == "json":
        told = answers_json.to_json(REPORT, scope, report(scope, user))
        return HttpResponse(json.dumps(told, ensure_ascii=False), content_type="application/json")
    if kind != "csv":
        raise Http404
    found, wanted = report(scope, user), request.GET.get("table") or "1"
    if not (wanted.isdigit() and len(wanted) < 3 and 0 < int(wanted) <= len(found.tables)):
        said = _("There is no such table; the first is 1.")
        raise Invalid(said, {"table": [said]})
    content = answer_files.to_csv(found.tables[int(wanted) - 1])
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="value.csv"'
    return answer
