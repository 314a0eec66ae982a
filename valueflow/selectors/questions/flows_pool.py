"""What the questions about flow are answered from, each read when it is first asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property

from django.utils import dateformat
from django.utils.translation import gettext as _

from esm.accounts.models import User
from governance.blueprint.blueprint import Blueprint
from governance.selectors import versions
from valueflow.engine import figures
from valueflow.engine.answers import Cell, Value
from valueflow.engine.summary import FEW, CaseRow, Mark
from valueflow.selectors import flow, naming, population
from valueflow.selectors.naming import Names
from valueflow.selectors.scope import FlowScope

HIDDEN = Cell(None, hidden=True)
DAY_S = 28_800


class Pool:
    """The rows behind one answer: at most one query for cases, one for versions, four for names."""

    def __init__(self, scope: FlowScope, user: User) -> None:
        self.scope, self.user = scope, user

    @cached_property
    def names(self) -> Names:
        """What keys are called."""
        return naming.names(self.scope.model_id)

    @cached_property
    def bp(self) -> Blueprint | None:
        """The version in force."""
        return versions.blueprint(self.scope.model_id) if self.scope.model_id else None

    @cached_property
    def cases(self) -> list[CaseRow]:
        """All that lived in the period."""
        return population.cases(self.scope)

    @cached_property
    def done(self) -> list[CaseRow]:
        """The finished."""
        start, end = self.scope.start, self.scope.end
        return [c for c in self.cases if c.finished and c.ended_at and start <= c.ended_at < end]

    @cached_property
    def flying(self) -> list[CaseRow]:
        """In flight at the moment looked at."""
        return figures.in_flight_at(self.cases, self.scope.at)

    @cached_property
    def marks(self) -> list[Mark]:
        """Versions that came into force in the period."""
        return [m for m in flow.marks(self.scope) if self.scope.start <= m.at < self.scope.end]

    @property
    def day_s(self) -> int:
        """Seconds of the business day that most of the requests are counted in."""
        days = Counter(case.day_s for case in self.cases)
        return min(days, key=lambda day: (-days[day], day), default=DAY_S)


def by_stream(cases: Iterable[CaseRow]) -> Mapping[str, list[CaseRow]]:
    """Cases by their stream."""
    found: dict[str, list[CaseRow]] = defaultdict(list)
    for case in cases:
        found[case.stream].append(case)
    return found


def counted(n: int, figure: str, **extra: str) -> Cell:
    """A count with the list behind it."""
    return Cell(n, figure, extra)


def told(value: Value, n: int) -> Cell:
    """A figure over so many cases; hidden where they are fewer than five."""
    return HIDDEN if 0 < n < FEW else Cell(value)


def week_name(monday: date) -> str:
    """``24 Nov``: a week by its Monday."""
    return dateformat.format(monday, "j M")


def service_calendar() -> str:
    """Whose working time most questions count."""
    return _("Working days of each service's own calendar")
