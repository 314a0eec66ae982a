"""The five figures on top of a dashboard, as the tile component draws them."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.amounts import number, percent
from valueflow.engine.summary import FEW, Summary, Week
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import days_text, in_days

# A move smaller than this share of a promise kept is called level.
LEVEL = 0.005
# Load divided by rate times lead time: outside of this the stream is not steady.
STEADY = (0.8, 1.25)


def tiles(summary: Summary, scope: FlowScope, list_url: str) -> list[dict[str, Any]]:
    """Promise, lead time, finished per week, in flight, time worked on."""
    return [
        _promise(summary, scope, list_url),
        _lead(summary, scope, list_url),
        _rate(summary, scope, list_url),
        _flight(summary, scope, list_url),
        _worked(summary, scope, list_url),
    ]


def _tile(name: str, **given: Any) -> dict[str, Any]:
    usual = {"value": "–", "unit": "", "delta": "", "state": "done", "icon": "", "trend": []}
    return usual | {"name": name} | given


def _trend(weeks: Sequence[Week], name: str) -> list[float | None]:
    found = [getattr(week, name) for week in weeks]
    return found if any(value is not None for value in found) else []


def _noun(summary: Summary) -> str:
    return _("requests") if summary.source == "live" else _("cases")


def _few() -> str:
    return _("too few to show")


def _promise(summary: Summary, scope: FlowScope, url: str) -> dict[str, Any]:
    promise = summary.promise
    tile = _tile(
        _("Promise kept"),
        definition=_(
            "Finished within the promise, divided by all finished. Open ones already late count as "
            "missed. Measured on the service's calendar."
        ),
        trend=_trend(summary.weeks, "promise_share"),
        n=promise.reason,
    )
    if promise.share is None:
        return tile | ({} if promise.reason else {"n": _("no promise fell due")})
    if promise.n < FEW:
        return tile | {"n": _few()}
    return tile | {
        "value": number(promise.share * 100, 1),
        "unit": "%",
        "url": url + scope.query(figure="promise"),
        "n": _("n = %(n)s, %(late)s of them open and late")
        % {"n": number(promise.n), "late": number(promise.open_late)},
        **_change(summary),
    }


def _change(summary: Summary) -> dict[str, Any]:
    before, now = summary.before, summary.promise
    if before is None or before.share is None or before.n < FEW or now.share is None:
        return {"delta": _("nothing to compare with before"), "icon": "minus"}
    values = {"share": percent(before.share)}
    if abs(now.share - before.share) < LEVEL:
        return {"delta": _("as before: %(share)s") % values, "icon": "arrow-right"}
    if now.share > before.share:
        return {
            "delta": _("up from %(share)s before") % values,
            "icon": "arrow-up-right",
            "state": "ok",
        }
    return {
        "delta": _("down from %(share)s before") % values,
        "icon": "arrow-down-right",
        "state": "risk",
    }


def _lead(summary: Summary, scope: FlowScope, url: str) -> dict[str, Any]:
    lead, basis = summary.lead, scope.basis
    if basis == "calendar":
        words = _(
            "From sent to fulfilled, in days of the calendar, nights and weekends included. Median "
            "and 85 % are computed from the requests themselves."
        )
    else:
        words = _(
            "From sent to fulfilled, in working days of the service's calendar. Median and 85 % "
            "are computed from the requests themselves."
        )
    if not lead.exact:
        words = _(
            "From sent to fulfilled, in working days of the service's calendar or in days of the "
            "calendar, as chosen. Median and 85 % come from counts made beforehand, within 2.5 %."
        )
    tile = _tile(
        _("Lead time"),
        definition=words,
        trend=[week.lead_p50.of(basis) for week in summary.weeks],
    )
    if lead.n < FEW:
        return tile | {"n": _few()}
    return tile | {
        "value": days_text(in_days(lead.p50, basis, summary.day_s)),
        "unit": _("days median"),
        "state": "done",
        "delta": _("85 %% within %(days)s days")
        % {"days": days_text(in_days(lead.p85, basis, summary.day_s))},
        "icon": "clock",
        "url": url + scope.query(figure="finished"),
        "n": (_("n = %(n)s, sent to fulfilled") if lead.exact else _("n = %(n)s, within 2.5 %%"))
        % {"n": number(lead.n)},
    }


def _rate(summary: Summary, scope: FlowScope, url: str) -> dict[str, Any]:
    weeks = len(summary.weeks)
    tile = _tile(
        _("Finished per week"),
        definition=_(
            "Requests fulfilled in a week, mean of the whole weeks of the period; beside it those "
            "sent in the same weeks."
        ),
        trend=_trend(summary.weeks, "finished"),
        n=_("no whole week in this period"),
    )
    if summary.per_week is None:
        return tile
    came = sum(week.submitted for week in summary.weeks) / weeks
    return tile | {
        "value": number(round(summary.per_week, 1)),
        "unit": _noun(summary),
        "delta": _("came in: %(n)s") % {"n": number(round(came, 1))},
        "icon": "arrow-right",
        "url": url + scope.query(figure="finished"),
        "n": ngettext(
            "n = %(n)s finished, %(weeks)s whole week",
            "n = %(n)s finished, %(weeks)s whole weeks",
            weeks,
        )
        % {"n": number(summary.finished), "weeks": weeks},
    }


def _flight(summary: Summary, scope: FlowScope, url: str) -> dict[str, Any]:
    flight = summary.flight
    tile = _tile(
        _("In flight"),
        definition=_(
            "Sent and not fulfilled, at the end of the period. Divided by the finishing rate it "
            "must be near the mean lead time (Little's law); if not, figures are not steady."
        ),
        trend=_trend(summary.weeks, "in_flight"),
        value=number(flight.n or 0),
        unit=_noun(summary),
        url=url + scope.query(figure="in-flight"),
    )
    if flight.late is None:
        return tile | {"n": _("did not reach a closing state")}
    if flight.late:
        state = {"delta": _("%(n)s late") % {"n": number(flight.late)}, "state": "risk"}
        state["icon"] = "alert-triangle"
    else:
        state = {"delta": _("none late"), "state": "ok", "icon": "circle-check"}
    return tile | state | {"n": _steady(summary)}


def _steady(summary: Summary) -> str:
    flight = summary.flight
    if flight.days_of_work is None or flight.mean_days is None:
        return _("no rate to compare with")
    values = {"days": days_text(flight.days_of_work), "mean": days_text(flight.mean_days)}
    if flight.little is None or not STEADY[0] <= flight.little <= STEADY[1]:
        return _("%(days)s days of work against %(mean)s of lead time: not steady") % values
    return _("%(days)s days of work; mean lead time %(mean)s") % values


def _worked(summary: Summary, scope: FlowScope, url: str) -> dict[str, Any]:
    found = summary.efficiency
    tile = _tile(
        _("Time worked on"),
        definition=_(
            "All touch time divided by all lead time, in working time of the service's calendar. "
            "A ratio of sums, not a mean of ratios."
        ),
        trend=_trend(summary.weeks, "efficiency"),
        n=found.reason,
    )
    share = found.share if found.share is not None else found.share_calendar
    if found.reason or share is None:
        return tile | ({} if found.reason else {"n": _few()})
    if found.n < FEW:
        return tile | {"n": _few()}
    return tile | {
        "value": number(share * 100, 1),
        "unit": "%",
        "delta": _estimated(found.estimated_s or 0, found.touch_s or 0),
        "icon": "hourglass",
        "url": url + scope.query(figure="finished"),
        "n": _("n = %(n)s; ratio of sums") % {"n": number(found.n)},
    }


def _estimated(estimated_s: int, touch_s: int) -> str:
    if not touch_s or not estimated_s:
        return _("the rest is waiting")
    return _("estimated: %(share)s of the touch time") % {"share": percent(estimated_s / touch_s)}
