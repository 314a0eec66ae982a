"""Where value is lost: problems of the streams, ranked by the business days at stake.

Each problem says in a sentence what it is, with the figures behind it and the list that shows them.
Days of different problems overlap: a request that waited for a decision also waited at a step.
Nothing is said of fewer than five.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from esm.common.errors import Invalid, NotFound
from governance.selectors import versions
from valueflow.engine.summary import FEW
from valueflow.selectors import naming
from valueflow.selectors.naming import Names
from valueflow.selectors.problem_counts import Counts
from valueflow.selectors.problem_kinds import SIMPLER, Problem
from valueflow.selectors.problem_makers import everything
from valueflow.selectors.scope import FlowScope


@dataclass(frozen=True, slots=True)
class Found:
    """All problems of a scope, most days first; ``n`` requests were finished in it."""

    problems: tuple[Problem, ...]
    names: Names
    n: int

    @property
    def first(self) -> tuple[Problem, ...]:
        """The first problem of each stream, in the order of the list."""
        seen: dict[str, Problem] = {}
        for one in self.problems:
            seen.setdefault(one.stream, one)
        return tuple(seen.values())

    def only(self, *, kind: str = "", simpler: bool = False) -> tuple[Problem, ...]:
        """Those of one kind, or those that would make the work simpler."""
        return tuple(
            one
            for one in self.problems
            if (not kind or one.kind == kind) and (not simpler or one.kind in SIMPLER)
        )


def find(scope: FlowScope) -> Found:
    """The problems of a period; a number of queries that does not depend on how much there is.

    Raises Invalid for an imported log.
    """
    if scope.log_id is not None:
        said = _("Problems are looked for in our own requests.")
        raise Invalid(said, {"source": [said]})
    names = naming.names(scope.model_id, with_teams=True)
    if scope.model_id is None:
        return Found((), names, 0)
    counts = Counts(scope, versions.blueprint(scope.model_id))
    found = [one for one in everything(counts, names) if one.n >= FEW and one.stream]
    found.sort(key=lambda one: (-round(one.days, 6), one.key))
    return Found(tuple(found), names, counts.finished)


def one(scope: FlowScope, key: str) -> Problem:
    """One problem of a period by its key. Raises NotFound once it is none any more."""
    found = next((problem for problem in find(scope).problems if problem.key == key), None)
    if found is None:
        raise NotFound(_("There is no such problem in this period."))
    return found
