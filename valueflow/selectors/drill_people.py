"""Lists behind before and after and behind deviations: what was sent, what went otherwise."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from valueflow.models import FactRequest
from valueflow.selectors import baselines, following, following_protected, population
from valueflow.selectors.before_after import running_then, sent_then
from valueflow.selectors.drill_lists import Kind, Protection
from valueflow.selectors.scope import FlowScope


def _otherwise(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return following.with_deviation(rows, extra.get("kind", ""))


def _same_way(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return following.with_variant(rows, extra.get("variant", ""))


def _frozen(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    return baselines.requests_of(extra.get("baseline", ""))


def _general(scope: FlowScope) -> QuerySet[FactRequest]:
    return population.general()


KINDS: dict[str, Kind] = {
    "baseline": Kind(
        _("Requests of a frozen baseline"), _general, extra=("baseline",), narrow=_frozen
    ),
    "sent-finished": Kind(_("Sent in the period and fulfilled since"), sent_then),
    "sent-open": Kind(_("Sent in the period and still open"), running_then),
    "deviating": Kind(
        _("Finished otherwise than the model says"),
        population.finished,
        extra=("kind",),
        narrow=_otherwise,
        protect=Protection(following_protected.guarded, following_protected.row_of_deviating),
    ),
    "variant": Kind(
        _("Finished in the same way"),
        population.finished,
        extra=("variant",),
        narrow=_same_way,
        protect=Protection(following_protected.guarded, following_protected.row_of_variant),
    ),
}
