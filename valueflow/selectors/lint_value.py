"""What came of it, for the checks: measures without news, promises that did not come true."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.db.models.functions import Coalesce

from catalog.selectors import measures
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Measure
from governance.blueprint.measuring.readings import period_of, periods
from governance.models import ModelElement, ModelVersion
from valueflow.selectors import promises

IN_FORCE = (ModelVersion.State.PUBLISHED, ModelVersion.State.RETIRED)


def in_force_since(kind: str) -> dict[str, datetime]:
    """By key, when the first version with an element of this kind came into force; one query."""
    rows = ModelElement.objects.filter(kind=kind, version__state__in=IN_FORCE).order_by("key")
    since = Min(Coalesce("version__effective_from", "version__published_at"))
    counted = rows.values_list("key").annotate(since=since)
    return {key: first for key, first in counted if first is not None}


def periods_without(bp: Blueprint, at: datetime) -> dict[str, int]:
    """Whole periods since the last observation of each measure that has periods; two queries.

    One that was never observed is counted from the period after the one in which it came in force.
    """
    specs = {key: spec for key, spec in bp.find(Measure).items() if spec.frequency}
    if not specs:
        return {}
    zone = ZoneInfo(bp.organisation().zone)
    today = at.astimezone(zone).date()
    told, known = measures.readings(specs), in_force_since(Measure.__name__)
    found = {}
    for key, spec in specs.items():
        last = max((one.until for one in told.get(key, ())), default=None)
        since = known.get(key)
        began = last or (since.astimezone(zone).date() if since is not None else None)
        if began is not None and spec.frequency is not None:
            found[key] = _passed(spec.frequency, began, today)
    return found


def _passed(frequency: str, began: date, today: date) -> int:
    first = period_of(frequency, began)[1] + timedelta(days=1)
    return sum(1 for _period in periods(frequency, first, today))


def unrealised() -> frozenset[str]:
    """Benefits whose day is past, that did not come true and on which nothing was decided."""
    return frozenset(one.key for one in promises.promised() if one.overdue)
