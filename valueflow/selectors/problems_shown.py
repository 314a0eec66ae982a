"""Problems as an account reads them: with the words of their owners, or as being looked at."""

from collections.abc import Sequence
from dataclasses import dataclass

from esm.common import clock
from governance.selectors.people import Account
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors.problem_kinds import Problem
from valueflow.selectors.stream_problems import by_key, hidden_from, reader

OVER = (ImprovementOpportunity.State.VERIFIED, *ImprovementOpportunity.OVER)


@dataclass(frozen=True, slots=True)
class Shown:
    """A problem, what its owner was shown and said, and the open opportunity about it.

    ``hidden`` says that the account reads that it is being looked at, and no figure; ``answers``
    that it may say what it thinks of it.
    """

    problem: Problem
    kept: StreamProblem | None
    improvement: ImprovementOpportunity | None
    hidden: bool
    answers: bool


def shown(found: Sequence[Problem], user: Account) -> list[Shown]:
    """Those with figures in their order, then those that are being looked at; four queries."""
    who, now = reader(user), clock.now()
    keys = [one.key for one in found]
    kept = by_key(keys)
    rows = ImprovementOpportunity.objects.filter(evidence__key__in=keys).exclude(state__in=OVER)
    about = {row.evidence["key"]: row for row in rows.order_by("-pk")}
    told = [
        Shown(
            problem=one,
            kept=kept.get(one.key),
            improvement=about.get(one.key),
            hidden=hidden_from(who, one.stream, kept.get(one.key), now),
            answers=who.answers(one.stream) and one.key in kept,
        )
        for one in found
    ]
    # By name: their rank would tell what their figures are.
    looked_at = sorted((one for one in told if one.hidden), key=_by_name)
    return [one for one in told if not one.hidden] + looked_at


def _by_name(one: Shown) -> tuple[str, str]:
    return one.problem.stream, one.problem.key
