"""Lists behind before and after and behind deviations: what was sent, what went otherwise."""

from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from valueflow.engine.conformance import KINDS
from valueflow.models import FactRequest
from valueflow.selectors import following, population
from valueflow.selectors.before_after import running_then, sent_then
from valueflow.selectors.scope import FlowScope


def _otherwise(kind: str, scope: FlowScope) -> QuerySet[FactRequest]:
    return following.with_deviation(population.finished(scope), kind)


OTHERWISE = _("Finished otherwise than the model says")
LISTS: dict[str, tuple[object, Callable[[FlowScope], QuerySet[FactRequest]]]] = {
    "sent-finished": (_("Sent in the period and fulfilled since"), sent_then),
    "sent-open": (_("Sent in the period and still open"), running_then),
    "deviating": (OTHERWISE, partial(_otherwise, "")),
    **{
        f"deviation-{kind}": (
            _("Finished otherwise than the model says"),
            partial(_otherwise, kind),
        )
        for kind in KINDS
    },
}
