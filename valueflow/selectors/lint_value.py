"""What came of it, for the checks: measures without news, promises that did not come true."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Min
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from catalog.models import Observation
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Measure
from governance.blueprint.measuring.readings import period_of, periods
from governance.models import ModelElement, ModelVersion
from valueflow.selectors import measured, population, promises

CODES = ("VAL02", "VAL05", "VAL06")
USUAL = "month"
IN_FORCE = (ModelVersion.State.PUBLISHED, ModelVersion.State.RETIRED)


def in_force_since(kind: str) -> dict[str, datetime]:
    """By key, when the first version with an element of this kind came into force; one query."""
    rows = ModelElement.objects.filter(kind=kind, version__state__in=IN_FORCE).order_by("key")
    since = Min(Coalesce("version__effective_from", "version__published_at"))
    counted = rows.values_list("key").annotate(since=since)
    return {key: first for key, first in counted if first is not None}


def periods_without(bp: Blueprint, at: datetime) -> dict[str, int]:
    """Whole periods that are over since the last observation of a measure; at most four queries.

    One that was never observed is counted from the period after the one in which it came in force.
    A computed one is asked for news only where requests of its stream are finished in the portal:
    elsewhere nothing could be computed.
    """
    specs = bp.find(Measure)
    if not specs:
        return {}
    zone = ZoneInfo(bp.organisation().zone)
    rows = Observation.objects.filter(replaced_at=None).values_list("series__measure__key")
    last = dict(rows.annotate(last=Max("period_end")).order_by())
    known, finished = in_force_since(Measure.__name__), _finished_streams()
    found = {}
    for key, spec in specs.items():
        asked, since = measured.asked_by(spec), known.get(key)
        if since is None or (asked is not None and asked.stream not in finished):
            continue
        began = last.get(key) or since.astimezone(zone).date()
        found[key] = _passed(spec.frequency or USUAL, began, at.astimezone(zone).date())
    return {key: count for key, count in found.items() if count}


def _finished_streams() -> set[str]:
    rows = population.general().filter(outcome="fulfilled").order_by()
    return set(rows.values_list("stream", flat=True))


def _passed(frequency: str, began: date, today: date) -> int:
    first = period_of(frequency, began)[1] + timedelta(days=1)
    return sum(1 for _each in periods(frequency, first, today))


def unrealised() -> frozenset[str]:
    """Benefits whose day is past, that did not come true and on which nothing was decided."""
    return frozenset(one.key for one in promises.promised() if one.overdue)


def place_of(
    code: str, kind: str, key: str, part: str, streams: Sequence[str]
) -> tuple[str, str] | None:
    """What a button of such a finding says, and its address."""
    if kind == "Benefit":
        return _("Decide what becomes of it"), f"/benefits/{key}/decide/"
    if kind == "Measure":
        return _("Look at the measure"), f"/measures/{key}/"
    return None
