"""Imported logs: list, upload, columns, progress, result."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from esm.common.errors import Invalid
from valueflow.logs.mapping import Mapping, mapping_from
from valueflow.logs.names import ROLES
from valueflow.logs.reader import read_log
from valueflow.logs.refusal import LogRefused
from valueflow.models import EventLog
from valueflow.registries import sample, samples
from valueflow.selectors import imported
from valueflow.selectors import logs as seen
from valueflow.services import import_log
from valueflow.tasks import wake_import
from valueflow.views.flow import viewer

STEPS = ("upload", "columns", "read", "result")
SETTINGS = ("zone", "date_format")


def _steps(now: str) -> list[dict[str, str]]:
    labels = {
        "upload": _("Upload"),
        "columns": _("Columns"),
        "read": _("Reading"),
        "result": _("Result"),
    }
    place = STEPS.index(now)
    return [
        {
            "label": labels[step],
            "state": "done" if at < place else "now" if at == place else "next",
        }
        for at, step in enumerate(STEPS)
    ]


def _crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [(_("Explore a log"), reverse("logs")), *more]


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All logs one may see, and the samples."""
    user = viewer(request)
    rows = list(seen.visible_to(user)[:100])
    return render(
        request,
        "valueflow/logs.html",
        {"logs": rows, "samples": samples(), "may_import": seen.may_import(user)},
    )


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Upload a file; the same file again leads to the log there is."""
    user = viewer(request)
    seen.require_import(user)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            row = _keep(request)
        except Invalid as refused:
            errors = refused.errors or {"file": [refused.sentence]}
        else:
            if row.state in (EventLog.State.READY, EventLog.State.QUEUED, EventLog.State.IMPORTING):
                messages.success(request, _("This file is known already; here it is."))
                return redirect("log", pk=row.pk)
            return redirect("log-columns", pk=row.pk)
    context = {
        "errors": errors,
        "crumbs": _crumbs((_("New log"), "")),
        "steps": _steps("upload"),
        "upload": {
            "name": "file",
            "label": _("The file"),
            "type": "file",
            "accept": ".csv,.tsv,.txt,.gz",
            "required": True,
            "errors": errors.get("file", []),
        },
        "title": {
            "name": "name",
            "label": _("What to call it"),
            "type": "text",
            "value": request.POST.get("name", ""),
            "max_length": 200,
            "help": _("Its file name, if you leave this open."),
        },
        "samples": samples(),
    }
    return render(request, "valueflow/log_new.html", context, status=400 if errors else 200)


def _keep(request: HttpRequest) -> EventLog:
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile) or upload.file is None:
        sentence = _("Choose a file: CSV, or CSV packed with gzip.")
        raise Invalid(sentence, {"file": [sentence]})
    row = import_log.keep_file(
        upload.file,
        file_name=upload.name or "log.csv",
        name=request.POST.get("name", "").strip(),
        user=viewer(request),
    )
    if row.state == EventLog.State.UPLOADED:
        try:
            seen.guessed(str(import_log.path_of(row)))
        except LogRefused as refused:
            import_log.discard(row.pk)
            raise Invalid(refused.sentence, {"file": [refused.sentence]}) from refused
    return row


@login_required
@require_POST
def use_sample(request: HttpRequest, key: str) -> HttpResponse:
    """Take a sample log: one click, no columns to agree."""
    found = sample(key)
    if found is None:
        raise Http404
    user = viewer(request)
    seen.require_import(user)
    row = import_log.keep_sample(found, user=user)
    wake_import()
    return redirect("log", pk=row.pk)


@login_required
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column is what: guessed, with samples; the first cases and what would be dropped."""
    user = viewer(request)
    seen.require_import(user)
    row = seen.by_number(user, pk)
    errors: dict[str, list[str]] = {}
    mapping: Mapping | None = None
    if request.method == "POST":
        mapping, errors = _mapping(request)
        if mapping is not None and request.POST.get("action") == "import":
            import_log.queue(row.pk, mapping)
            wake_import()
            return redirect("log", pk=row.pk)
    elif row.mapping:
        mapping = mapping_from(row.mapping)
    context, refused = _preview(row, mapping, request)
    errors = errors or ({"": [refused]} if refused else {})
    context |= {
        "log": row,
        "errors": errors,
        "steps": _steps("columns"),
        "crumbs": _crumbs((row.name, "")),
    }
    status = 400 if errors and request.method == "POST" else 200
    return render(request, "valueflow/log_columns.html", context, status=status)


def _mapping(request: HttpRequest) -> tuple[Mapping | None, dict[str, list[str]]]:
    """The mapping that was posted, or what is wrong with it."""
    given: dict[str, Any] = {
        name: request.POST.get(name, "").strip() or None for name in (*ROLES, *SETTINGS)
    }
    given = {name: value for name, value in given.items() if value is not None}
    first = request.POST.get("day_first", "")
    if first in ("day", "month"):
        given["day_first"] = first == "day"
    try:
        return mapping_from(given), {}
    except LogRefused as refused:
        return None, {"": [refused.sentence]}


def _preview(
    row: EventLog, mapping: Mapping | None, request: HttpRequest
) -> tuple[dict[str, Any], str]:
    """What the wizard shows: roles with samples, the first cases, what would be dropped."""
    path = str(import_log.path_of(row))
    try:
        guess = seen.guessed(path, mapping)
    except LogRefused as refused:
        return {"fields": [], "words": ()}, refused.sentence
    context: dict[str, Any] = {
        "words": guess.words,
        "fields": [_field(column, guess.columns) for column in guess.roles],
        "settings": _settings(guess.mapping, request),
    }
    if guess.mapping is None:
        return context, _("Not all columns could be recognised. Choose them below.")
    try:
        frame = read_log(path, guess.mapping)
    except LogRefused as refused:
        return context, refused.sentence
    return context | {
        "frame": frame,
        "cases": seen.first_cases(frame),
        "case_count": len(frame.cases),
        "dropped": frame.bad_rows[:20],
        "dropped_kinds": frame.bad_counts,
        "notes": (*frame.guesses, *frame.notes),
    }, ""


ROLE_WORDS = {
    "case": (
        gettext_lazy("Case"),
        gettext_lazy("What one row belongs to: a ticket, an order, a file."),
    ),
    "activity": (
        gettext_lazy("State or activity"),
        gettext_lazy("What happened, or the state it went into."),
    ),
    "timestamp": (gettext_lazy("Time"), gettext_lazy("When it happened.")),
    "start_timestamp": (
        gettext_lazy("Start of work"),
        gettext_lazy("When work on it began, where the log says so."),
    ),
    "group": (
        gettext_lazy("Group"),
        gettext_lazy("The team or department it was with; stands for the department."),
    ),
    "resource": (
        gettext_lazy("Person or system"),
        gettext_lazy("Who did it; never shown by name in a figure."),
    ),
}


def _field(column: seen.Column, columns: tuple[str, ...]) -> dict[str, Any]:
    """A choice of column for one role, with what stands in it."""
    label, what = ROLE_WORDS.get(column.role, (column.role, ""))
    return {
        "name": column.role,
        "label": label,
        "type": "select",
        "value": column.chosen,
        "required": column.required,
        "help": what,
        "options": [{"key": name, "label": name} for name in columns],
        "samples": column.samples,
        "reasons": column.reasons,
    }


def _settings(mapping: Mapping | None, request: HttpRequest) -> list[dict[str, Any]]:
    words = {True: "day", False: "month", None: ""}
    first = words[mapping.day_first if mapping else None]
    return [
        {
            "name": "zone",
            "label": _("Zone of stamps that name none"),
            "type": "text",
            "value": request.POST.get("zone") or (mapping.zone if mapping else "UTC"),
            "help": _("Such as Europe/Dublin."),
            "width": "m",
        },
        {
            "name": "day_first",
            "label": _("1/3/2016 means"),
            "type": "choice",
            "value": first,
            "options": [
                {"key": "day", "label": _("1 March")},
                {"key": "month", "label": _("January 3")},
            ],
            "help": _("Left open, the whole column decides."),
        },
    ]


@login_required
@require_safe
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """How a log was read; while it is being read, how far."""
    row = seen.by_number(viewer(request), pk)
    if row.state == EventLog.State.UPLOADED:
        return redirect("log-columns", pk=pk)
    ready = row.state == EventLog.State.READY
    return render(
        request,
        "valueflow/log.html",
        {
            "log": row,
            "figures": row.figures,
            "efficiency": imported.efficiency_text(row) if ready else "",
            "bad_rows": seen.bad_rows(row, limit=60),
            "steps": _steps("result" if ready else "read"),
            "crumbs": _crumbs((row.name, "")),
            "flow_url": f"{reverse('flow')}?source=log-{row.pk}",
            "may_import": seen.may_import(viewer(request)),
        },
    )


@login_required
@require_safe
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the reading is: a fragment that asks again until it is done."""
    row = seen.by_number(viewer(request), pk)
    answer = render(request, "valueflow/parts/progress.html", {"log": row})
    if row.state in (EventLog.State.READY, EventLog.State.FAILED):
        answer.headers["HX-Redirect"] = reverse("log", args=[row.pk])
    return answer


@login_required
@require_safe
def left_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Rows that were left out, page by page."""
    row = seen.by_number(viewer(request), pk)
    after = request.GET.get("after", "")
    found = seen.bad_rows(row, int(after) if after.isdigit() else 0, 101)
    return render(
        request,
        "valueflow/log_left_out.html",
        {
            "log": row,
            "bad_rows": found[:100],
            "next_url": f"?after={found[99].line}" if len(found) > 100 else "",
            "first_url": "?" if after else "",
            "crumbs": _crumbs((row.name, reverse("log", args=[row.pk])), (_("Left out"), "")),
        },
    )
