"""The filter bar of a dashboard: every choice is a link, all of it stands in the address."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common.ui.moments import day_range
from governance.selectors import versions
from valueflow.models import EventLog
from valueflow.selectors.naming import Names
from valueflow.selectors.scope import DEFAULT_PERIOD, SINCE, WEEKS, FlowScope

LOGS_OFFERED = 10


def filter_bar(scope: FlowScope, names: Names, logs: QuerySet[EventLog]) -> list[dict[str, Any]]:
    """Source (where logs were imported), period, stream, department, service, version."""
    released = [row.code for row in versions.versions() if row.published_at is not None]
    found = [_source(scope, logs), _period(scope, released)]
    if scope.source != "live":
        return [pick for pick in found if pick]
    sides = ((side.key, side.name) for side in names.sides.values())
    found += [
        _pick(scope, "stream", _("Stream"), _("All"), names.streams.items()),
        _pick(scope, "department", _("Department"), _("All"), sides),
        _pick(scope, "service", _("Service"), _("Any"), names.services.items()),
        _pick(scope, "version", _("Version"), _("Any"), zip(released, released, strict=True)),
    ]
    return [pick for pick in found if pick]


def _pick(
    scope: FlowScope, name: str, label: str, everything: str, choices: Iterable[tuple[str, str]]
) -> dict[str, Any] | None:
    chosen = getattr(scope, name)
    options = [(key, text) for key, text in choices]
    if len(options) < 2 and not chosen:
        return None
    options.insert(0, ("", everything))
    return {
        "name": label,
        "value": dict(options).get(chosen, chosen),
        "options": [
            {"label": text, "url": scope.query(**{name: key}), "current": key == chosen}
            for key, text in options
        ],
    }


def _source(scope: FlowScope, logs: QuerySet[EventLog]) -> dict[str, Any] | None:
    rows = logs.filter(state=EventLog.State.READY).order_by("-pk")[:LOGS_OFFERED]
    known = list(rows.values_list("pk", "name"))
    if not known:
        return None
    options = [("live", _("Our requests")), *((f"log-{pk}", name) for pk, name in known)]
    return {
        "name": _("Source"),
        "value": dict(options).get(scope.source, scope.source),
        "options": [
            {
                "label": label,
                "url": "?" if key == "live" else f"?source={key}",
                "current": key == scope.source,
            }
            for key, label in options
        ],
    }


def weeks_text(weeks: int) -> str:
    """``13 weeks``."""
    return ngettext("%(n)d week", "%(n)d weeks", weeks) % {"n": weeks}


def period_text(scope: FlowScope) -> str:
    """The period in words."""
    if scope.period in WEEKS:
        return weeks_text(WEEKS[scope.period])
    if scope.period.startswith(SINCE):
        return _("since %(version)s") % {"version": scope.period.removeprefix(SINCE)}
    return day_range(scope.start, scope.end, scope.zone.key)


def _period(scope: FlowScope, released: list[str]) -> dict[str, Any]:
    options: list[dict[str, Any]] = []
    if scope.source == "live":
        fresh = {"from": "", "to": ""}
        for name, weeks in WEEKS.items():
            chosen = "" if name == DEFAULT_PERIOD else name
            options.append(
                {
                    "label": weeks_text(weeks),
                    "url": scope.query(period=chosen, **fresh),
                    "current": name == scope.period,
                }
            )
        for code in released:
            name = f"{SINCE}{code}"
            options.append(
                {
                    "label": _("since %(version)s") % {"version": code},
                    "url": scope.query(period=name, **fresh),
                    "current": name == scope.period,
                }
            )
    else:
        whole = scope.period == "whole"
        url = f"?source={scope.source}"
        options.append({"label": _("the whole log"), "url": url, "current": whole})
    return {"name": _("Period"), "value": period_text(scope), "options": options}
