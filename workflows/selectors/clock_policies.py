"""Which clock policy of a model is that of a clock."""

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.workflows import ClockPolicy
from workflows.models import Clock
from workflows.models.requests import USUAL_RANK


def find(blueprint: Blueprint, metric: str, party: str) -> tuple[str, ClockPolicy] | None:
    """Key and spec of what the model says of clocks of a metric; None where it says nothing.

    Of wait clocks that of the party comes before that of all.
    """
    found = [one for one in blueprint.find(ClockPolicy).items() if one[1].metric == metric]
    if metric == Clock.Metric.WAIT:
        found = [one for one in found if one[1].party in (party, None)]
        found.sort(key=lambda one: one[1].party is None)
    return found[0] if found else None


def of(blueprint: Blueprint, row: Clock) -> tuple[str, ClockPolicy] | None:
    """Key and spec of the policy of one clock."""
    return find(blueprint, row.metric, row.pause_party)


def rank(blueprint: Blueprint, priority: str) -> int:
    """What a priority makes of the promise, in percent; of other targets where it says nothing."""
    if not priority:
        return USUAL_RANK
    found = {
        policy.metric: one.percent
        for policy in blueprint.find(ClockPolicy).values()
        for one in policy.priorities
        if one.priority == priority
    }
    return found.get("promise", min(found.values(), default=USUAL_RANK))
