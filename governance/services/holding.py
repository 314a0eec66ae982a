"""Holds whom an answer depends on until the transaction commits, before the answer is used."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from esm.common.errors import Conflict
from governance.locks import hold_persons, hold_roles
from governance.models import Decision
from governance.selectors import resolving
from governance.selectors.resolving import Answer

Result = TypeVar("Result")
TRIES = 4


@dataclass
class Held:
    """Ids of persons and keys of roles that an attempt holds from its beginning."""

    persons: set[int] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)


class _LookFurther(Exception):
    """Others must be held, too, before this can be decided; in order, so from the beginning."""


def holding(act: Callable[[Held], Result]) -> Result:
    """Run ``act``, a transaction, until all that its answer depends on was held in order.

    Raises Conflict where that changes again and again.
    """
    held = Held()
    for _ in range(TRIES):
        try:
            return act(held)
        except _LookFurther:
            continue
    raise Conflict("Who decides this changes just now; try again in a moment.")


def answer_held(
    decision: Decision,
    given: Mapping[str, Any],
    held: Held,
    *,
    also: Iterable[int | None] = (),
    used: Callable[[Answer], bool] = lambda answer: True,
) -> Answer:
    """Who decides, from what stays as it is until this commits: roles, absences, delegations.

    Of a locked decision. Where the answer is not ``used`` it need not stay.
    """
    persons, roles = resolving.looked_at(decision.trace)
    named = (*also, decision.requester_id, decision.beneficiary_id)
    persons |= held.persons | {pk for pk in named if pk}
    roles |= held.roles
    hold_persons(persons)
    hold_roles(roles)
    answer = resolving.answer_for(decision, given)
    if not used(answer):
        return answer
    now_persons, now_roles = resolving.looked_at(answer.trace)
    if now_persons <= persons and now_roles <= roles:
        return answer
    held.persons, held.roles = now_persons | persons, now_roles | roles
    raise _LookFurther
