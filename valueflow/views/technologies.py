"""Technologies: the register, one with what it promised, and why a promise was not kept."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from catalog.selectors import measures
from esm.common.errors import NotFound
from esm.common.ui.amounts import money, number, percent
from governance.blueprint.kinds import folder_of
from governance.selectors.people import actor_for
from governance.selectors.versions import version_by_code
from valueflow.engine.summary import Pair
from valueflow.selectors import promise_words as words
from valueflow.selectors import promises, technologies
from valueflow.selectors.promises import Phase, Promised
from valueflow.selectors.scope import FlowScope, parse
from valueflow.selectors.technologies import Register, TechnologyRow
from valueflow.selectors.why import Place, StreamWhy, Why, waited_each, why
from valueflow.views import measure_chart
from valueflow.views.charts import wait_text
from valueflow.views.filters import period_text
from valueflow.views.flow import viewer

KINDS = {
    "application": gettext_lazy("Application"),
    "platform": gettext_lazy("Platform"),
    "device": gettext_lazy("Device"),
    "automation": gettext_lazy("Automation"),
    "ai_model": gettext_lazy("AI model"),
    "integration": gettext_lazy("Integration"),
}
LIFECYCLES = {
    "idea": gettext_lazy("an idea"),
    "trial": gettext_lazy("on trial"),
    "adopted": gettext_lazy("in use"),
    "contain": gettext_lazy("kept small"),
    "retire": gettext_lazy("about to go"),
}
MODES = {
    "automates": gettext_lazy("automates"),
    "supports": gettext_lazy("supports"),
    "records": gettext_lazy("records"),
    "informs": gettext_lazy("informs"),
    "": gettext_lazy("is used"),
}
MISSED = ("not_realised", "partly", "behind")


@login_required
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Every technology with what it promised and what came of it."""
    found = technologies.register()
    return render(
        request,
        "valueflow/technologies.html",
        {
            "says": _register_says(found),
            "rows": [_row(row, found.currency) for row in found.rows],
            "kinds": [
                {"kind": words.KINDS[kind], "promised": n, "realised": came}
                for kind, n, came in found.kinds
            ],
            "cost": money(found.cost, found.currency) if found.cost else "",
        },
    )


def _register_says(found: Register) -> str:
    n = sum(found.words.values())
    if not n:
        return _("Nothing was promised of any technology yet.")
    values = {
        "n": number(n),
        "realised": number(found.words["realised"]),
        "missed": number(sum(found.words[word] for word in MISSED)),
        "unknown": number(found.words["not_measurable"] + found.words["too_few"]),
    }
    return (
        ngettext(
            "Of one promise %(realised)s came true, %(missed)s did not so far, and of %(unknown)s "
            "nobody can tell.",
            "Of %(n)s promises %(realised)s came true, %(missed)s did not so far, and of "
            "%(unknown)s nobody can tell.",
            n,
        )
        % values
    )


def _row(row: TechnologyRow, currency: str) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse("technology", args=[row.key]),
        "kind": KINDS.get(row.spec.kind, row.spec.kind),
        "lifecycle": LIFECYCLES.get(row.spec.lifecycle, row.spec.lifecycle),
        "cost": money(row.spec.annual_cost, currency),
        "uses": ", ".join(dict.fromkeys(use.name for use in row.uses[:3])),
        "more": max(0, len(row.uses) - 3),
        "promised": [
            {"one": one, "badge": words.badge(one.verdict), "says": words.sentence(one)}
            for one in row.promised
        ],
    }


@login_required
@require_safe
def technology(request: HttpRequest, key: str) -> HttpResponse:
    """One technology: what it supports, what it promised, and how that went."""
    row = technologies.technology(key)
    found = measures.in_force()
    currency = found[1].organisation().currency if found else ""
    actor = actor_for(request.user)
    promised = [_promise(one, key, actor) for one in row.promised]
    charted = next((one for one in row.promised if one.measure is not None), None)
    chart = measure_chart.of(charted.measure_key, charted.measure, charted.goal) if charted else {}
    return render(
        request,
        "valueflow/technology.html",
        {
            "row": row,
            "kind": KINDS.get(row.spec.kind, row.spec.kind),
            "lifecycle": LIFECYCLES.get(row.spec.lifecycle, row.spec.lifecycle),
            "cost": money(row.spec.annual_cost, currency),
            "since": words.day_text(measures.day_of(row.spec.since)),
            "modes": MODES,
            "uses": [{"use": use, "mode": MODES[use.mode]} for use in row.uses],
            "promised": promised,
            "says": promised[0].pop("course", "") if promised else "",
            "crumbs": [(_("Technology"), reverse("technologies")), (row.spec.name, "")],
            "why_url": next((one["why_url"] for one in promised if one["why_url"]), ""),
            **chart,
        },
    )


def _promise(one: Promised, key: str, actor: Any) -> dict[str, Any]:
    """A promise as its panel shows it."""
    phases = promises.phases(one)
    unit = one.goal.unit if one.goal else ""
    # A promise that came late was missed for a while, and that has its reasons, too.
    was_missed = any(phase.verdict.word in MISSED for phase in phases)
    missed = one.verdict.word in MISSED or was_missed
    url = reverse("technology-why", args=[key, one.key]) if missed and one.measure else ""
    return {
        "one": one,
        "kind": words.KINDS.get(one.spec.promise_kind, one.spec.promise_kind),
        "badge": words.badge(one.verdict),
        "says": words.sentence(one),
        "course": words.course(one, phases),
        "baseline": words.reading_text(one.goal.baseline, unit) if one.goal else "–",
        "baseline_days": _days(one.goal.baseline) if one.goal and one.goal.baseline else "",
        "target": words.value_text(one.goal.target, unit) if one.goal else "–",
        "due": words.day_text(one.due),
        "now": words.reading_text(one.verdict.now, unit),
        "now_days": _days(one.verdict.now) if one.verdict.now else "",
        "n": one.verdict.now.n if one.verdict.now else None,
        "now_url": measure_chart.listed(one.measure, one.scope) if one.measure else "",
        "phases": [_phase(phase, one) for phase in phases],
        "why_url": url,
        "decide_url": _decide_url(one, actor),
        "measure_url": reverse("measure", args=[one.measure_key]) if one.measure else "",
    }


def _decide_url(one: Promised, actor: Any) -> str:
    if not one.overdue or not measures.may_decide(actor, one.spec).ok:
        return ""
    return reverse("benefit-decide", args=[one.key])


def _days(reading: Any) -> str:
    return words.days_text(reading.since, reading.until)


def _phase(phase: Phase, one: Promised) -> dict[str, Any]:
    unit = one.goal.unit if one.goal else ""
    return {
        "version": phase.version,
        "days": _days(phase.reading),
        "value": words.reading_text(phase.reading, unit),
        "n": number(phase.reading.n or 0),
        "badge": words.badge(phase.verdict),
        "url": measure_chart.listed(one.measure, phase.scope) if one.measure else "",
    }


@login_required
@require_safe
def why_not(request: HttpRequest, key: str, benefit: str) -> HttpResponse:
    """Where requests of the supported streams waited while a promise was not kept."""
    row = technologies.technology(key)
    one = next((p for p in row.promised if p.key == benefit), None)
    if one is None:
        raise NotFound(_("There is no such promise."))
    phases = promises.phases(one)
    chosen = _chosen(phases, request.GET.get("version", ""))
    user = viewer(request)
    scope, code = (chosen.scope, chosen.version) if chosen else (parse({}), "")
    version = version_by_code(code) if code else None
    found = why(key, scope, version.pk if version else scope.model_id or 0, user)
    later = phases[-1] if phases and chosen is not None and phases[-1] is not chosen else None
    here = reverse("technology-why", args=[key, benefit])
    return render(
        request,
        "valueflow/why.html",
        {
            "row": row,
            "one": one,
            "badge": words.badge(one.verdict),
            "says": _why_says(found),
            "course": words.course(one, phases) or words.sentence(one),
            "version": found.version,
            "later": later.version if later else "",
            "days": words.days_text(chosen.reading.since, chosen.reading.until)
            if chosen
            else period_text(scope),
            "tabs": [
                {
                    "label": _("Under %(version)s") % {"version": phase.version},
                    "url": f"{here}?version={phase.version}",
                    "current": phase is chosen,
                }
                for phase in phases
            ],
            "streams": [_stream(stream, found, scope, later) for stream in found.streams],
            "findings": [_finding(f, found.version) for f in found.findings],
            "crumbs": [
                (_("Technology"), reverse("technologies")),
                (row.spec.name, reverse("technology", args=[key])),
                (_("Why it was not kept"), ""),
            ],
        },
    )


def _chosen(phases: Sequence[Phase], code: str) -> Phase | None:
    """The phase that was asked for; else the last one in which the promise was not kept."""
    named = next((phase for phase in phases if phase.version == code), None)
    missed = [phase for phase in phases if phase.verdict.word in MISSED]
    return named or (missed[-1] if missed else phases[-1] if phases else None)


def _why_says(found: Why) -> str:
    stream = next((s for s in found.streams if s.enough and s.places and s.waited), None)
    if stream is None:
        return _("Too few requests finished in this time to say where they waited.")
    place = stream.places[0]
    values = {
        "stage": place.row.name,
        "days": number(place.waited, 1),
        "n": number(stream.finished),
        "share": percent(place.share),
        "role": place.role,
    }
    if not place.role:
        return (
            _(
                "%(n)s requests waited longest at %(stage)s: %(days)s days in all, %(share)s of "
                "all waiting. Nobody answers for it."
            )
            % values
        )
    return (
        _(
            "%(n)s requests waited longest at %(stage)s: %(days)s days in all, %(share)s of all "
            "waiting. The %(role)s answers for it."
        )
        % values
    )


def _stream(stream: StreamWhy, found: Why, scope: FlowScope, later: Phase | None) -> dict[str, Any]:
    per = waited_each(stream.key, later.scope) if later else {}
    return {
        "row": stream,
        "url": reverse("stream", args=[stream.key]) + scope.query(stream=""),
        "places": [_place(p, stream, found, scope, per) for p in stream.places],
        "pairs": [_pair(p, stream, found, scope) for p in stream.pairs],
        "findings": [_finding(f, found.version) for f in stream.findings],
        "n": number(stream.finished),
    }


def _place(
    place: Place, stream: StreamWhy, found: Why, scope: FlowScope, per: dict[str, float]
) -> dict[str, Any]:
    listed = reverse("flow-requests") + scope.query(
        figure="finished", stream=stream.key, stage=place.key
    )
    each = place.waited / stream.finished if stream.finished else 0
    return {
        "place": place,
        "url": listed,
        "waited": number(place.waited, 1),
        "share": percent(place.share),
        "share_value": round(100 * place.share),
        "each": number(each, 1),
        "then": number(per[place.key], 1) if place.key in per else "–",
        "wait": wait_text(place.row.wait, "business"),
        "returned": percent(place.row.returned) if place.row.returned is not None else "–",
        "findings": [_finding(f, found.version) for f in place.findings],
    }


def _pair(pair: Pair, stream: StreamWhy, found: Why, scope: FlowScope) -> dict[str, Any]:
    chosen = {"figure": "handoffs", "giver": pair.giver, "receiver": pair.receiver}
    return {
        "giver": found.names.side(pair.giver),
        "receiver": found.names.side(pair.receiver),
        "lost": number(pair.lost_days, 1) if pair.lost_days is not None else "–",
        "wait": wait_text(pair.wait, "business"),
        "rate": percent(pair.rate or 0),
        "n": number(pair.n),
        "reason": found.names.reason(pair.agreement, pair.reason) if pair.reason else "",
        "url": reverse("flow-requests") + scope.query(stream=stream.key, **chosen),
    }


def _finding(finding: Any, version: str) -> dict[str, Any]:
    url = ""
    if finding.key:
        url = reverse("model-element", args=[version, folder_of(finding.kind), finding.key])
    return {"finding": finding, "url": url}
