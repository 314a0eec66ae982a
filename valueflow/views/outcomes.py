"""Objectives down to work in flight; a measure with what was observed of it; recording it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import BenefitDecision, Observation
from catalog.selectors import measures
from catalog.services import benefits, observations
from esm.common.errors import Invalid, NotAllowed
from governance.blueprint import kinds
from governance.selectors.people import actor_for
from governance.selectors.roles import Wanted, holders_of
from governance.services.reasons import MAX_REASON
from governance.views.asking import Form, Typed, answer
from valueflow.selectors import objectives, promises
from valueflow.selectors import promise_words as words
from valueflow.selectors.promises import Measured
from valueflow.selectors.scope import parse
from valueflow.views import measure_chart

ASKS = require_http_methods(["GET", "HEAD", "POST"])
BENEFICIARIES = {
    "customer": gettext_lazy("for customers"),
    "employee": gettext_lazy("for colleagues"),
    "supplier": gettext_lazy("for suppliers"),
    "authority": gettext_lazy("for authorities"),
    "organisation": gettext_lazy("for the organisation"),
}
SOURCES = {
    "computed": gettext_lazy("computed"),
    "manual": gettext_lazy("by hand"),
    "api": gettext_lazy("by a program"),
}


@login_required
@require_safe
def tree(request: HttpRequest) -> HttpResponse:
    """What the organisation wants, and everything that shall make it come true."""
    scope = parse(request.GET)
    listed = reverse("flow-requests")
    branches = [
        {
            "row": branch,
            "outcomes": [
                {
                    "row": outcome,
                    "for": BENEFICIARIES.get(outcome.beneficiary, outcome.beneficiary),
                    "measures": [_measure_row(one) for one in outcome.measures],
                    "streams": [
                        {
                            "row": stream,
                            "url": listed + scope.query(figure="in-flight", stream=stream.key),
                        }
                        for stream in outcome.streams
                    ],
                }
                for outcome in branch.outcomes
            ],
        }
        for branch in objectives.tree(scope)
    ]
    return render(
        request, "valueflow/objectives.html", {"branches": branches, "says": _tree_says(branches)}
    )


def _tree_says(branches: list[dict[str, Any]]) -> str:
    if not branches:
        return ""
    served = [b for b in branches if any(o["row"].streams for o in b["outcomes"])]
    known = [m for b in branches for o in b["outcomes"] for m in o["measures"]]
    tracked = [m for m in known if m["row"].standing.state in ("tracking", "achieved", "missed")]
    return _(
        "%(served)s of %(n)s objectives are served by a stream; %(tracked)s of %(measures)s "
        "measures say from what to what and by when."
    ) % {
        "served": len(served),
        "n": len(branches),
        "tracked": len({m["row"].key for m in tracked}),
        "measures": len({m["row"].key for m in known}),
    }


def _measure_row(one: Measured) -> dict[str, Any]:
    unit = one.goal.unit
    return {
        "row": one,
        "url": reverse("measure", args=[one.key]),
        "badge": words.state_badge(one.standing),
        "baseline": words.value_text(one.goal.baseline.value) if one.goal.baseline else "–",
        "target": words.value_text(one.goal.target, unit),
        "now": words.reading_text(one.standing.now, unit) if one.standing.now else "–",
        "missing": words.missing_text(one.standing.missing),
    }


@login_required
@require_safe
def measure(request: HttpRequest, key: str) -> HttpResponse:
    """One measure: from what to what, where it stands, and all that was observed."""
    one = promises.measured_one(key)
    version, bp, spec = measures.measure(key)
    rows = measure_chart.rows_of(key)
    may = measures.may_observe(actor_for(request.user), spec)
    owner = bp.peek(kinds.Role, spec.owner_role) if spec.owner_role else None
    wanted = Wanted(str(spec.owner_role or ""))
    held = holders_of([wanted])[wanted] if owner else []
    outcome = bp.get(kinds.Outcome, spec.outcome)
    scope = parse({})
    return render(
        request,
        "valueflow/measure.html",
        {
            "one": one,
            "spec": spec,
            "version": version,
            "badge": words.state_badge(one.standing),
            "missing": words.missing_text(one.standing.missing),
            "direction": words.DIRECTIONS.get(spec.direction, spec.direction),
            "baseline": words.reading_text(one.goal.baseline, spec.unit)
            if one.goal.baseline
            else "–",
            "baseline_days": words.days_text(one.goal.baseline.since, one.goal.baseline.until)
            if one.goal.baseline
            else "",
            "target": words.value_text(one.goal.target, spec.unit),
            "due": words.day_text(one.goal.due),
            "now": words.reading_text(one.standing.now, spec.unit),
            "now_days": words.days_text(one.standing.now.since, one.standing.now.until)
            if one.standing.now
            else "",
            "now_url": measure_chart.listed(spec, one.scope),
            "owner": owner.name if owner else "",
            "owner_key": str(spec.owner_role or ""),
            "holders": [holder.name for holder in held],
            "outcome": outcome.statement,
            "stream": str(spec.value_stream or ""),
            "stream_name": bp.get(kinds.ValueStream, spec.value_stream).name
            if spec.value_stream
            else "",
            "observations": [_observation(row, one, scope, may.ok) for row in reversed(rows)],
            "may": may.ok and not spec.query,
            "crumbs": [(_("Objectives"), reverse("objectives")), (spec.name, "")],
            **measure_chart.of(key, spec, one.goal, rows),
        },
    )


def _observation(row: Observation, one: Measured, scope: Any, may: bool) -> dict[str, Any]:
    computed = row.source == Observation.Source.COMPUTED
    return {
        "row": row,
        "days": words.days_text(row.period_start, row.period_end),
        "value": words.value_text(row.value, one.spec.unit),
        "source": SOURCES[row.source],
        "url": measure_chart.listed_over(one.spec, scope, row) if computed else "",
        "correct_url": "" if computed or not may else reverse("observation-correct", args=[row.pk]),
    }


@login_required
@ASKS
def record(request: HttpRequest, key: str) -> HttpResponse:
    """Record what was observed of a measure that nobody computes."""
    _version, _bp, spec = measures.measure(key)
    actor = actor_for(request.user)
    _allowed(actor, spec)
    if spec.query:
        return redirect("measure", key)
    form = Form(
        title=_("Record an observation"),
        lede=_("%(measure)s, in %(unit)s") % {"measure": spec.name, "unit": spec.unit},
        submit=_("Record observation"),
        back=reverse("measure", args=[key]),
        crumbs=_crumbs(key, spec.name, _("Record an observation")),
        fields=[
            {"name": "since", "label": _("First day"), "type": "date", "width": "s",
             "required": True},
            {"name": "until", "label": _("Last day"), "type": "date", "width": "s",
             "required": True, "help": _("It counts in. Each day is observed once.")},
            {"name": "value", "label": _("Value"), "width": "s", "required": True,
             "max_length": 24, "help": spec.unit},
            *_more_fields(),
        ],
        with_reason=False,
        affects=[_("Everybody sees the value; it stays, and a wrong one is corrected beside it.")],
    )  # fmt: skip

    def keep(typed: Typed) -> str:
        names = ("since", "until", "value", "n")
        observed = observations.read_observed(*(typed.get(name, "") for name in names))
        row = observations.record_observation(
            key, observed, note=typed.get("note", ""), actor=actor
        )
        values = {"value": words.value_text(row.value, spec.unit)}
        return _("%(value)s is recorded.") % values

    return answer(request, form, keep)


def _more_fields() -> list[dict[str, Any]]:
    return [
        {"name": "n", "label": _("Of how many"), "width": "s", "max_length": 9,
         "help": _("Leave it empty where the value is a count itself.")},
        {"name": "note", "label": _("Note"), "max_length": observations.MAX_NOTE,
         "help": _("Where the value comes from.")},
    ]  # fmt: skip


@login_required
@ASKS
def correct(request: HttpRequest, number: int) -> HttpResponse:
    """Have another value count for the days of an observation."""
    row = measures.observation(number)
    key = row.series.measure.key
    _version, _bp, spec = measures.measure(key)
    actor = actor_for(request.user)
    _allowed(actor, spec)
    days = words.days_text(row.period_start, row.period_end)
    form = Form(
        title=_("Correct an observation"),
        lede=_("%(measure)s, %(days)s: %(value)s")
        % {"measure": spec.name, "days": days, "value": words.value_text(row.value, spec.unit)},
        submit=_("Correct observation"),
        back=reverse("measure", args=[key]),
        crumbs=_crumbs(key, spec.name, _("Correct an observation")),
        fields=[
            {"name": "value", "label": _("Right value"), "width": "s", "required": True,
             "max_length": 24, "value": row.plain, "help": spec.unit},
            {"name": "n", "label": _("Of how many"), "width": "s", "max_length": 9,
             "value": "" if row.n is None else str(row.n)},
        ],
        needs_reason=True,
        affects=[_("Both values stay to be read, with the reason beside them.")],
    )  # fmt: skip

    def keep(typed: Typed) -> str:
        errors: dict[str, list[str]] = {}
        value = observations.read_value(typed.get("value", ""), errors)
        n = observations.read_count(typed.get("n", ""), errors)
        if errors:
            raise Invalid(_("This observation cannot be read."), errors)
        observations.correct_observation(
            number, value=value, n=n, reason=typed.get("reason", ""), actor=actor
        )
        return _("The observation is corrected.")

    return answer(request, form, keep)


@login_required
@ASKS
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Decide what becomes of a benefit that did not come by its day."""
    one = promises.promised_one(key)
    actor = actor_for(request.user)
    verdict = measures.may_decide(actor, one.spec)
    if not verdict.ok:
        raise NotAllowed(verdict.reason, code="benefit-decide")
    technology = str(one.spec.technology or "")
    back = reverse("technology", args=[technology]) if technology else reverse("technologies")
    form = Form(
        title=_("Decide on “%(title)s”") % {"title": one.spec.title},
        lede=words.sentence(one),
        submit=_("Decide"),
        back=back,
        crumbs=[
            (_("Technology"), reverse("technologies")),
            (one.spec.title, back),
            (_("Decide"), ""),
        ],
        fields=[
            {"name": "outcome", "label": _("What becomes of it"), "type": "choice",
             "required": True, "options": [
                 ("extend", _("It gets more time")),
                 ("stop", _("It is stopped: we no longer count on it")),
                 ("withdraw", _("It is withdrawn: it should not have been promised")),
             ]},
            {"name": "due", "label": _("The new day"), "type": "date", "width": "s",
             "help": _("Only where it gets more time.")},
        ],
        needs_reason=True,
        affects=[_("Everybody reads the decision and its reason beside the promise.")],
    )  # fmt: skip

    def do(typed: Typed) -> str:
        benefits.decide_benefit(
            key,
            outcome=typed.get("outcome", ""),
            due=_typed_day(typed.get("due", "")),
            reason=typed.get("reason", "")[: MAX_REASON + 1],
            actor=actor,
        )
        return str(DECIDED[typed["outcome"]])

    return answer(request, form, do)


DECIDED = {
    BenefitDecision.Outcome.EXTEND.value: gettext_lazy("The benefit gets more time."),
    BenefitDecision.Outcome.STOP.value: gettext_lazy("The benefit is stopped."),
    BenefitDecision.Outcome.WITHDRAW.value: gettext_lazy("The benefit is withdrawn."),
}


def _typed_day(text: str) -> Any:
    if not text.strip():
        return None
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None:
        said = _("Write a day such as 2026-03-31.")
        raise Invalid(said, {"due": [said]})
    return day


def _allowed(actor: Any, spec: Any) -> None:
    verdict = measures.may_observe(actor, spec)
    if not verdict.ok:
        raise NotAllowed(verdict.reason, code="measure-observe")


def _crumbs(key: str, name: str, last: str) -> list[tuple[str, str]]:
    return [
        (_("Objectives"), reverse("objectives")),
        (name, reverse("measure", args=[key])),
        (last, ""),
    ]
