"""How soon a request has to be done: found from its answers, changed by who works on it.

What a priority makes of targets is in the clock policies of the model. A change moves every clock
that has not ended: what it counted and how long it stood still stays, see ``clocks.retarget``.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from esm.common.errors import Invalid, InvalidState
from esm.common.expressions import holds
from esm.events.actors import Actor
from governance import policies
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering
from workflows.event_types.working import RequestPrioritised
from workflows.models import Clock, Request, StageVisit
from workflows.selectors import clock_policies
from workflows.services import clocks
from workflows.services.case import Case
from workflows.services.stages import scope_of

MAX_REASON = 1_000
WHY = "Say why, in at most 1,000 characters; everyone on the request reads it."


def found_in(offering: Offering, values: Mapping[str, Any]) -> str:
    """The first priority whose condition the answers meet; empty for as usual."""
    for one in offering.priorities:
        if one.when.strip() and holds(one.when, values):
            return one.key
    return ""


def promised(
    blueprint: Blueprint, offering: Offering, values: Mapping[str, Any]
) -> tuple[str, int]:
    """The priority that answers give, and the business seconds that are promised with it."""
    priority = found_in(offering, values)
    policy = clocks.policy_of(blueprint, Clock.Metric.PROMISE)
    return priority, policy.target_of(offering.promise_s, priority)


@transaction.atomic
def set_priority(request_id: int, seq: int, *, priority: str, reason: str, actor: Actor) -> Request:
    """Give a request another priority, as a member of the team that has one of its steps now.

    Empty is as usual. Raises NotAllowed for others, Invalid for a priority its offering does not
    know, for the one it has, or without a reason, InvalidState where the step is over.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(WHY, {"reason": [WHY]})
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.prioritise", scope_of(visit))
    if visit.state not in StageVisit.LIVE:
        raise InvalidState(f"This step is {visit.get_state_display()}.", allowed=[])
    before = case.request.priority
    _check(case, priority)
    case.change(priority=priority)
    case.request.visits.filter(state__in=StageVisit.LIVE).update(
        queue_rank=clock_policies.rank(case.blueprint, priority)
    )
    case.note(
        RequestPrioritised(
            visit=visit.seq, before=before, priority=priority, private={"reason": reason}
        )
    )
    for row in case.live_clocks:
        if row.agreed_s is not None:
            target_s = clocks.target_of(case, row.metric, row.agreed_s)
            clocks.retarget(case, row, target_s, "priority")
    case.save()
    return case.request


def _check(case: Case, priority: str) -> None:
    offering = case.blueprint.get("Offering", case.request.offering.key)
    known = {one.key: one.name for one in offering.priorities}
    if not known:
        raise InvalidState("What was asked for knows no priorities.", allowed=[])
    if priority and priority not in known:
        names = ", ".join(known)
        sentence = f"Choose one of {names}, or nothing for as usual."
        raise Invalid(sentence, {"priority": [sentence]})
    if priority == case.request.priority:
        sentence = f"It is {known.get(priority, 'as usual')} already; choose another one."
        raise Invalid(sentence, {"priority": [sentence]})
