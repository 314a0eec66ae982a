"""Deciding several at once: each in a transaction of its own, by the service for one."""

from collections.abc import Mapping
from dataclasses import dataclass

from esm.common.errors import Invalid, ServiceError
from esm.events.actors import Actor
from governance.models import Person
from governance.selectors import several
from governance.selectors.decisions import DecisionRow
from governance.services import deciding


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one of them; ``sentence`` says why it was not decided."""

    row: DecisionRow
    sentence: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was decided."""
        return not self.sentence


def decide_several(
    rounds: Mapping[int, int],
    *,
    outcome: str,
    rationale: str = "",
    person: Person | None,
    actor: Actor,
) -> list[Became]:
    """Decide small decisions of one kind with one reason; what one refuses changes no other.

    ``rounds`` holds the round of each that was read, by the decision. Raises Invalid, with nothing
    decided, where they may not be decided together or the reason is missing.
    """
    chosen = several.chosen(person, list(rounds))
    if chosen.refusals:
        raise Invalid(chosen.refusals[0], {"": list(chosen.refusals)})
    deciding.check_said(outcome, rationale)
    return [_decide(row, rounds, outcome, rationale, actor) for row in chosen.rows]


def _decide(
    row: DecisionRow, rounds: Mapping[int, int], outcome: str, rationale: str, actor: Actor
) -> Became:
    pk = row.decision.pk
    try:
        deciding.decide(
            pk, outcome=outcome, rationale=rationale, seen_round=rounds[pk], actor=actor
        )
    except ServiceError as refused:
        return Became(row, refused.sentence)
    return Became(row)
