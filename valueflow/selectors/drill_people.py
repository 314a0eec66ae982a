"""Lists behind before and after and behind deviations: what was sent, what went otherwise."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from valueflow.selectors import following, population
from valueflow.selectors.before_after import running_then, sent_then
from valueflow.selectors.drill_lists import Kind


def _otherwise(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return following.with_deviation(rows, extra.get("kind", ""))


def _same_way(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return following.with_variant(rows, extra.get("variant", ""))


KINDS: dict[str, Kind] = {
    "sent-finished": Kind(_("Sent in the period and fulfilled since"), sent_then),
    "sent-open": Kind(_("Sent in the period and still open"), running_then),
    "deviating": Kind(
        _("Finished otherwise than the model says"),
        population.finished,
        extra=("kind",),
        narrow=_otherwise,
    ),
    "variant": Kind(
        _("Finished in the same way"), population.finished, extra=("variant",), narrow=_same_way
    ),
}
