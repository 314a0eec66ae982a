"""Which requests serve an objective: those of a stream or a service that one of its outcomes names.

Plugged into the lists behind figures; the links are those of the version in force.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from governance.blueprint.strategy import Board, board
from governance.selectors import versions
from valueflow.selectors import population
from valueflow.selectors.drill_lists import Kind


def links() -> Board | None:
    """How objectives hang together with streams and services; None before a model is in force."""
    version = versions.current()
    return board(versions.blueprint(version)) if version else None


def serving(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    """Those that serve the objective that ``extra`` names; of none, those that serve any."""
    known, wanted = links(), Q(pk__in=())
    for row in known.objectives if known else ():
        if extra.get("objective", "") in ("", row.key):
            wanted |= Q(stream__in=row.streams) | Q(service__in=row.services)
    return rows.filter(wanted)


KINDS = {
    "serving": Kind(
        gettext_lazy("Finished and serving an objective"),
        population.finished,
        extra=("objective",),
        narrow=serving,
    ),
    "serving-in-flight": Kind(
        gettext_lazy("In flight and serving an objective"),
        population.in_flight,
        extra=("objective",),
        narrow=serving,
    ),
}
