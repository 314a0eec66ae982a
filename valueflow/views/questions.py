"""Questions about value flow: all of them, the page of one, its figures as files."""

import json
from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid
from valueflow.engine.answers import Answer
from valueflow.engine.summary import Mark
from valueflow.selectors import answers_json, flow_views, imported, naming
from valueflow.selectors import logs as seen
from valueflow.selectors.flow import marks
from valueflow.selectors.naming import Names
from valueflow.selectors.questions import asking, everything
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope, parse
from valueflow.views import answer_files, answer_paper, answered
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.flow import bases, viewer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

GROUPS = {
    "flow": gettext_lazy("How work flows"),
    "decisions": gettext_lazy("How we decide"),
    "strategy": gettext_lazy("What it serves, and whether it is clear"),
    "people": gettext_lazy("Whether people follow, and how it feels"),
    "change": gettext_lazy("What the last version changed"),
    "improving": gettext_lazy("What to do next"),
}


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All questions by group, on top those that the viewer asks first."""
    mine = asking.first_for(viewer(request))
    groups: dict[str, list[Question]] = {}
    for question in everything.questions():
        name = str(GROUPS.get(question.group, question.group))
        groups.setdefault(name, []).append(question)
    page = {
        "mine": mine,
        "views": flow_views.visible_to(viewer(request)).exists(),
        "groups": [{"name": name, "questions": found} for name, found in groups.items()],
    }
    return render(request, "valueflow/questions.html", page)


@login_required
@require_safe
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """One question: the sentence, the chart, the table with a list behind each figure."""
    user, scope, asked = viewer(request), parse(request.GET), asking.by_slug(slug)
    if not asking.can_answer(asked, scope):
        return render(request, "valueflow/question_not_here.html", _head(asked, scope))
    compare = request.GET.get("compare", "")
    other = asking.compared(scope, compare)
    found = asking.answer(asked, scope, user)
    before = asking.answer(asked, other, user) if other else None
    log = imported.log_of(scope, user) if scope.log_id is not None else None
    names = naming.groups((), log.name) if log else naming.names(scope.model_id)
    page = answered.Page(asked, scope, found, names)
    context = _head(asked, scope) | {
        "found": found,
        "tables": answered.tables(page, before),
        "filters": _filters(scope, names, compare, seen.visible_to(user), found.marks),
        "bases": [one | {"url": _keep(one["url"], compare)} for one in bases(scope)],
        "clear_url": reverse("flow-question", args=[slug]) if scope.params() or compare else "",
        "save_url": "" if log else reverse("flow-view-new") + scope.query(question=slug),
        "compared": _compared_text(compare, other),
        "files": _files(asked, scope),
        "prints": answer_paper.can_print(),
    }
    return render(request, "valueflow/question.html", context)


def _head(asked: Question, scope: FlowScope) -> dict[str, Any]:
    crumbs = [(_("Value flow"), reverse("flow")), (_("Questions"), reverse("flow-questions"))]
    return {
        "question": asked,
        "scope": scope,
        "period": period_text(scope),
        "crumbs": [*crumbs, (str(asked.short), "")],
        "own_url": reverse("flow-question", args=[asked.slug]),
    }


def _keep(url: str, compare: str) -> str:
    """A link of the filter bar that goes on comparing."""
    return f"{url}{'' if url == '?' else '&'}compare={compare}" if compare else url


def _filters(
    scope: FlowScope, names: Names, compare: str, logs: Any, known: Sequence[Mark]
) -> list[dict[str, Any]]:
    """The bar of the dashboard and, of our own requests, what to compare with."""
    found = filter_bar(scope, names, logs)
    for pick in found:
        for option in pick["options"]:
            option["url"] = _keep(option["url"], compare)
    if scope.source != "live":
        return found
    options = [("", pgettext("comparison", "Nothing")), (asking.BEFORE, _("The period before"))]
    options += [(mark.label, mark.label) for mark in known or marks(scope)]
    found.append(
        {
            "name": _("Compare with"),
            "value": dict(options).get(compare, compare),
            "options": [
                {"label": label, "url": scope.query(compare=key), "current": key == compare}
                for key, label in options
            ],
        }
    )
    return found


def _compared_text(compare: str, other: FlowScope | None) -> str:
    """Says what stands beside each figure."""
    if other is None:
        return ""
    days = period_text(other) if other.period == "custom" else ""
    if compare == asking.BEFORE:
        return _("Beside each figure: what it was in the period of the same length before.")
    return _("Beside each figure: what it was while %(version)s was in force, %(days)s.") % {
        "version": compare,
        "days": days,
    }


def _files(asked: Question, scope: FlowScope) -> list[tuple[str, str]]:
    kinds = [("CSV", "csv"), ("XLSX", "xlsx"), ("JSON", "json")]
    kinds += [("PDF", "pdf")] if answer_paper.can_print() else []
    return [(name, answered.page_url(asked, scope, kind)) for name, kind in kinds]


@login_required
@require_safe
def export(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The figures of a question as CSV (of one table), XLSX, JSON or PDF."""
    if kind not in FILES:
        raise Http404
    user, scope, asked = viewer(request), parse(request.GET), asking.by_slug(slug)
    found = asking.answer(asked, scope, user)
    content, media = FILES[kind](request, asked, scope, found)
    answer = HttpResponse(content, content_type=media)
    if kind != "json":
        answer.headers["Content-Disposition"] = f'attachment; filename="{asked.slug}.{kind}"'
    return answer


def _csv(request: HttpRequest, asked: Question, scope: FlowScope, found: Answer) -> tuple[str, str]:
    return table_csv(request, found), "text/csv; charset=utf-8"


def table_csv(request: HttpRequest, found: Answer) -> str:
    """The table that is asked for, by its number. Raises Invalid."""
    wanted = request.GET.get("table") or "1"
    if not (wanted.isdigit() and len(wanted) < 3 and 0 < int(wanted) <= len(found.tables)):
        said = _("There is no such table; the first is 1.")
        raise Invalid(said, {"table": [said]})
    return answer_files.to_csv(found.tables[int(wanted) - 1])


def _xlsx(
    request: HttpRequest, asked: Question, scope: FlowScope, found: Answer
) -> tuple[bytes, str]:
    return answer_files.to_xlsx(asked, scope, found), XLSX


def _json(
    request: HttpRequest, asked: Question, scope: FlowScope, found: Answer
) -> tuple[str, str]:
    told = answers_json.to_json(asked, scope, found)
    return json.dumps(told, ensure_ascii=False), "application/json"


def _pdf(
    request: HttpRequest, asked: Question, scope: FlowScope, found: Answer
) -> tuple[bytes, str]:
    page = answered.Page(asked, scope, found, naming.names(scope.model_id))
    return answer_paper.to_pdf(page), "application/pdf"


FILES = {"csv": _csv, "xlsx": _xlsx, "json": _json, "pdf": _pdf}
