"""What came of measures and promises, as the checks of the model ask for it.

A computed measure is asked for news only where requests of its stream are finished in the portal:
elsewhere nothing could be computed. Plugged into governance by ``apps.py``.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.utils.translation import gettext as _

from catalog.models import Observation
from catalog.selectors import measures
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.facts import Flow
from governance.blueprint.measuring import periods
from valueflow.selectors import measured, population, promises

CODES = ("VAL02", "VAL05", "VAL06")
USUAL = "month"


def flow_part(bp: Blueprint, at: datetime, flow: Flow) -> Flow:
    """Periods without news by measure, and promises past their day on which nobody decided."""
    if not bp.keys("Organisation"):
        return flow
    today = at.astimezone(ZoneInfo(bp.organisation().zone)).date()
    return replace(
        flow,
        periods_without=_without_news(bp, today),
        unrealised=frozenset(one.key for one in promises.promised() if one.overdue),
    )


def _without_news(bp: Blueprint, today: date) -> dict[str, int]:
    """How many whole periods are over since the last observation; two queries, three for some."""
    rows = Observation.objects.filter(replaced_at=None).values_list("series__measure__key")
    last = dict(rows.annotate(last=Max("period_end")).order_by())
    version = measures.in_force(exact=True)
    began = version[0].effective_from or version[0].published_at if version else None
    if began is None:
        return {}
    streams = set(
        population.general().filter(outcome="fulfilled").order_by().values_list("stream", flat=True)
    )
    found = {}
    for key, spec in bp.find(kinds.Measure).items():
        asked = measured.asked_by(spec)
        if asked is not None and asked.stream not in streams:
            continue
        news = last.get(key) or began.date()
        over = list(periods(spec.frequency or USUAL, news + timedelta(days=1), today))
        # The period in which it came into force was not whole.
        whole = [one for one in over if one[0] > news]
        if whole:
            found[key] = len(whole)
    return found


def place_of(
    code: str, kind: str, key: str, part: str, streams: Sequence[str]
) -> tuple[str, str] | None:
    """What a button of such a finding says, and its address."""
    if kind == "Benefit":
        return _("Decide what becomes of it"), f"/benefits/{key}/decide/"
    if kind == "Measure":
        return _("Look at the measure"), f"/measures/{key}/"
    return None
