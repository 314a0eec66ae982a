"""Choosing the critical few: importance, dysfunction and feasibility of value streams, from 1 to 5.

After Dumas and others, Fundamentals of Business Process Management: streams are chosen by how
much they matter, how badly they go, and how likely it is that changing them works out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, pstdev

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Objective, Organisation, Outcome, ValueStream
from governance.blueprint.lint.adoption import CRITICAL_LIMIT

# What an objective weighs that says nothing, from 1 to 5.
PLAIN_WEIGHT = 3
# Of the volume that crosses departments, what the critical few are to cover together, in per cent.
WANTED_SHARE = 60
LOWEST, HIGHEST = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Weights:
    """What each of the three weighs in a priority, in per cent."""

    importance: int = 45
    dysfunction: int = 35
    feasibility: int = 20

    @property
    def total(self) -> int:
        """All three; a priority is divided by it, so that it stays between 1 and 5."""
        return self.importance + self.dysfunction + self.feasibility


@dataclass(frozen=True, slots=True)
class Health:
    """How a stream goes: shares from 0 to 1, and how many departments its requests touched."""

    breach: float
    efficiency: float
    returned: float
    departments: int


def weights_of(organisation: Organisation) -> Weights:
    """Those of the organisation, where it says something; else the usual ones."""
    usual = Weights()
    given = (
        organisation.importance_weight,
        organisation.dysfunction_weight,
        organisation.feasibility_weight,
    )
    plain = (usual.importance, usual.dysfunction, usual.feasibility)
    chosen = [old if new is None else new for new, old in zip(given, plain, strict=True)]
    return Weights(*chosen) if sum(chosen) else usual


def limit_of(organisation: Organisation) -> int:
    """How many streams may be critical at once."""
    return organisation.critical_limit or CRITICAL_LIMIT


def served(bp: Blueprint, stream: ValueStream) -> dict[str, int]:
    """The objectives a stream serves by its outcomes, with the weight of each."""
    found: dict[str, int] = {}
    for name in stream.outcomes:
        outcome = bp.peek(Outcome, str(name))
        for ref in outcome.objectives if outcome is not None else ():
            objective = bp.peek(Objective, str(ref))
            if objective is not None:
                found[str(ref)] = objective.weight or PLAIN_WEIGHT
    return found


def importances(weights: Mapping[str, int]) -> dict[str, float]:
    """``1 + 4 · w ÷ max w``, w being the sum of the weights of the objectives a stream serves."""
    most = max(weights.values(), default=0)
    return {key: LOWEST + 4 * w / most if most else LOWEST for key, w in weights.items()}


def z_scores(shares: Mapping[str, float]) -> dict[str, float]:
    """How many standard deviations each lies above the mean of all; 0 where all are the same."""
    if not shares:
        return {}
    mean, spread = fmean(shares.values()), pstdev(shares.values())
    return {key: (share - mean) / spread if spread else 0.0 for key, share in shares.items()}


def dysfunction(z_breach: float, health: Health) -> float:
    """``1 + 4 · clip(0.35·z_breach + 0.25·(1 − FE) + 0.25·return_rate + 0.15·dept_count/6)``."""
    raw = (
        0.35 * z_breach
        + 0.25 * (1 - health.efficiency)
        + 0.25 * health.returned
        + 0.15 * health.departments / 6
    )
    return LOWEST + 4 * min(max(raw, 0.0), 1.0)


def dysfunctions(known: Mapping[str, Health]) -> dict[str, float]:
    """Of all streams that can be measured; breaches are compared among them."""
    scores = z_scores({key: one.breach for key, one in known.items()})
    return {key: dysfunction(scores[key], one) for key, one in known.items()}


def priority(
    weights: Weights, importance: float, dysfunction: float | None, feasibility: int | None
) -> float | None:
    """``0.45·I + 0.35·D + 0.20·F`` with the weights given; None while one of them is unknown."""
    if dysfunction is None or feasibility is None:
        return None
    total = (
        weights.importance * importance
        + weights.dysfunction * dysfunction
        + weights.feasibility * feasibility
    )
    return total / weights.total


def share(volumes: Mapping[str, int], keys: Iterable[str]) -> float | None:
    """What these streams cover together of the volume of all; None where there is none."""
    whole = sum(volumes.values())
    return sum(volumes.get(key, 0) for key in set(keys)) / whole if whole else None
