"""Lists behind the figures of how work flows."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from valueflow.selectors import ages, populations, protected
from valueflow.selectors.drill_lists import HANDOFFS, VISITS, Kind, Protection

SIDES = {"giver": "giver_department", "receiver": "receiver_department", "stage": "to_stage"}


def _sides(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return rows.filter(**{c: extra[name] for name, c in SIDES.items() if extra.get(name)})


def _at_step(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    columns = {"stage": "stage", "side": "department"}
    return rows.filter(**{c: extra[name] for name, c in columns.items() if extra.get(name)})


def _sent_back(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return rows.filter(sent_back=True) if extra.get("back") else rows


def _reason(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    rows = _sides(rows, extra)
    return rows.filter(reason=extra["reason"]) if extra.get("reason") else rows


def _quadrant(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    """``agreements`` and ``promise`` are each kept or missed."""
    if extra.get("agreements"):
        rows = rows.filter(broken=extra["agreements"] != "kept")
    if extra.get("promise"):
        rows = rows.filter(promise="met" if extra["promise"] == "kept" else "missed")
    return rows


KINDS: dict[str, Kind] = {
    "kept": Kind(_("Promises kept"), populations.kept),
    "missed-done": Kind(_("Finished after their promise"), populations.missed_done),
    "crossings": Kind(
        _("Handoffs between departments"),
        populations.crossings,
        HANDOFFS,
        extra=("giver", "receiver", "stage", "back"),
        narrow=_sides,
        part=_sent_back,
        protect=Protection(protected.handoffs, protected.row_of_crossings),
    ),
    "returned": Kind(
        _("Handoffs sent back"),
        populations.returned,
        HANDOFFS,
        extra=("reason", "giver", "receiver", "stage"),
        narrow=_reason,
        protect=Protection(protected.handoffs, protected.row_of_returned),
    ),
    "judged": Kind(
        _("Promises beside agreements"),
        populations.judged,
        extra=("agreements", "promise"),
        narrow=_quadrant,
    ),
    "over-promise": Kind(_("Finished after more time than promised"), populations.over_promise),
    "ended-otherwise": Kind(_("Ended without being fulfilled"), populations.ended_otherwise),
    "open-visits": Kind(
        _("Visits open at a moment"),
        populations.open_visits,
        VISITS,
        extra=("stage", "side"),
        narrow=_at_step,
    ),
    **{
        f"aged-{group}": Kind(_("Requests in flight by age"), partial(ages.behind, group))
        for group in ages.GROUPS
    },
}
