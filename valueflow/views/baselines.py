"""Baselines: all that were frozen, one against what came since, and freezing one."""

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid, NotAllowed
from governance.models import Person
from governance.selectors.commitments import in_force
from governance.selectors.people import actor_for, person_for
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS
from valueflow.engine.answers import Answer
from valueflow.engine.baselines import DEFINITIONS
from valueflow.engine.figures import midnight, monday
from valueflow.engine.summary import Times
from valueflow.models import Baseline
from valueflow.selectors import baselines, naming
from valueflow.selectors.before_after import WEEKS
from valueflow.selectors.questions import baseline, everything
from valueflow.selectors.scope import FlowScope, parse
from valueflow.selectors.sentences import days_text, in_days
from valueflow.services.baselines import MAX_NOTE, freeze_baseline
from valueflow.views import answered
from valueflow.views.flow import viewer

SHOWN = 100


def crumbs(last: str) -> list[tuple[str, str]]:
    """Value flow › baselines › what is done."""
    return [
        (_("Value flow"), reverse("flow")),
        (_("Baselines"), reverse("flow-baselines")),
        (last, ""),
    ]


def _row(scope: FlowScope, row: Baseline) -> dict[str, Any]:
    p50 = Times(row.figures["p50_calendar_s"], row.figures["p50_business_s"])
    return {
        "one": row,
        "name": baselines.stream_name(row),
        "url": reverse("flow-baseline", args=[row.pk]),
        "list_url": baseline.list_url(row),
        "p50": days_text(in_days(p50, "business", row.figures["day_s"])),
        "since": row.start.astimezone(scope.zone),
        "until": (row.end - timedelta(seconds=1)).astimezone(scope.zone),
    }


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All baselines, the newest first."""
    scope, user = parse({}), viewer(request)
    rows = [_row(scope, row) for row in baselines.visible_to(user)[:SHOWN]]
    may = bool(baselines.may_freeze(user, person_for(user), in_force()))
    page = {"rows": rows, "may": may, "crumbs": crumbs("")[:2]}
    return render(request, "valueflow/baselines.html", page)


@kept
@require_safe
def one(request: HttpRequest, number: int) -> HttpResponse:
    """A baseline against what was sent since the next version."""
    scope, user = parse({}), viewer(request)
    row = baselines.one(user, number)
    found, standing = baseline.against(row, scope)
    page = {
        "row": _row(scope, row),
        "found": found,
        "standing": standing,
        "tables": _tables(scope, found),
        "definitions": [(key, row.definitions.get(key, "")) for key in DEFINITIONS],
        "crumbs": crumbs(baselines.stream_name(row)),
    }
    return render(request, "valueflow/baseline.html", page)


def _tables(scope: FlowScope, found: Answer) -> list[dict[str, Any]]:
    question = everything.question("last-version")
    if question is None or not found.tables[0].rows:
        return []
    page = answered.Page(question, scope, found, naming.names(scope.model_id))
    # Files are of questions; these figures are over the API.
    return [{**table, "csv_url": ""} for table in answered.tables(page)]


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Freeze how a stream went in a window: its owner, or a steward."""
    person, bp, scope = person_for(request.user), in_force(), parse({})
    streams = baselines.may_freeze(viewer(request), person, bp)
    if person is None or not streams:
        raise NotAllowed(
            _("Only the owner of a stream, and stewards, freeze a baseline of it."),
            code="baseline-freeze",
        )
    last = monday(scope.now, scope.zone) - timedelta(days=1)
    first = last - timedelta(weeks=WEEKS) + timedelta(days=1)
    form = Form(
        title=_("Freeze a baseline"),
        submit=_("Freeze it"),
        back=reverse("flow-baselines"),
        crumbs=crumbs(_("New")),
        lede=_("Before something changes, keep how it goes: it can never be changed afterwards."),
        fields=[
            {"name": "stream", "label": _("Value stream"), "type": "select", "required": True,
             "options": list(streams.items())},
            {"name": "start", "label": _("First day"), "type": "date", "required": True,
             "value": first.isoformat()},
            {"name": "end", "label": _("Last day"), "type": "date", "required": True,
             "value": last.isoformat(),
             "help": _("Eight weeks at least, or fifty finished requests.")},
            {"name": "note", "label": _("What for"), "max_length": MAX_NOTE},
        ],
        with_reason=False,
        affects_title=_("What is kept"),
        affects=[
            _("Which requests were finished in the window, and a mark of what was counted."),
            _("Each figure in words, with a mark of the code that counts it."),
        ],
    )  # fmt: skip

    def freeze(typed: Typed) -> HttpResponse:
        row = _freeze(request, person, scope, typed)
        return redirect("flow-baseline", row.pk)

    return answer(request, form, freeze)


def _freeze(request: HttpRequest, person: Person, scope: FlowScope, typed: Typed) -> Baseline:
    return freeze_baseline(
        person,
        typed.get("stream", ""),
        start=_day(typed, "start", scope),
        end=_day(typed, "end", scope, after=True),
        note=typed.get("note", ""),
        actor=actor_for(request.user),
    )


def _day(typed: Typed, name: str, scope: FlowScope, *, after: bool = False) -> datetime:
    """The first moment of a day, or of the day after it. Raises Invalid."""
    try:
        day = date.fromisoformat(typed.get(name, "").strip())
        return midnight(day + timedelta(days=after), scope.zone)
    except (ValueError, OverflowError) as wrong:
        said = _("Write a day such as 2026-07-01.")
        raise Invalid(said, {name: [said]}) from wrong
