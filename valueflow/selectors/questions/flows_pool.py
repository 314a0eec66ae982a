"""What the questions about flow are answered from, each read when it is first asked for."""

from collections.abc import Iterable
from datetime import date
from functools import cached_property

from django.utils import dateformat
from django.utils.translation import gettext as _

from esm.accounts.models import User
from governance.blueprint.blueprint import Blueprint
from governance.selectors import versions
from valueflow.engine.answers import Cell, Value
from valueflow.engine.groups import Done, Flow
from valueflow.engine.summary import FEW, Mark
from valueflow.selectors import flow, naming, tallies
from valueflow.selectors.naming import Names
from valueflow.selectors.scope import FlowScope
from workflows.calendars import BusinessCalendar
from workflows.selectors.calendars import calendar_for

HIDDEN = Cell(None, hidden=True)
DAY_S = 28_800


class Pool:
    """The rows behind one answer: one query for versions, four for names."""

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
    def source(self) -> tallies.Source:
        """Groups of requests and handoffs: from rows, or from what was counted before."""
        return tallies.source(self.scope)

    @cached_property
    def streams(self) -> dict[str, Flow]:
        """Requests by stream."""
        return self.source.by("stream")

    @cached_property
    def finished(self) -> int:
        """How many were fulfilled in the period."""
        return sum(flow.done.n for flow in self.streams.values())

    @cached_property
    def marks(self) -> list[Mark]:
        """Versions that came into force in the period."""
        return [m for m in flow.marks(self.scope) if self.scope.start <= m.at < self.scope.end]

    def department(self, stream: str, stage: str) -> str:
        """The department whose step it is in the version in force; none for one that is gone."""
        return self.departments.get((stream, stage), "")

    def page(self, key: str) -> Cell:
        """Leads to the page of a department; those of other times have none."""
        if key not in self.names.sides:
            return Cell(None)
        url = f"/flow/departments/{key}/{self.scope.query(department='')}"
        return Cell(_("Given and received"), url=url)

    def kind(self, stream: str, stage: str) -> str:
        """Work, decision, wait …; nothing for a step that is gone."""
        return self._kinds.get((stream, stage), "")

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], str]:
        flows = self.bp.find("Workflow").values() if self.bp else ()
        return {(str(w.value_stream), stage.key): stage.kind for w in flows for stage in w.stages}

    @cached_property
    def departments(self) -> dict[tuple[str, str], str]:
        """The department of each step of a stream in the version in force."""
        if self.bp is None:
            return {}
        teams = {key: str(team.department) for key, team in self.bp.find("Team").items()}
        return {
            (str(workflow.value_stream), stage.key): teams.get(str(stage.team), "")
            for workflow in self.bp.find("Workflow").values()
            for stage in workflow.stages
            if stage.team
        }

    @cached_property
    def calendar(self) -> BusinessCalendar | None:
        """The organisation's own calendar."""
        return calendar_for(self.scope.model_id, "") if self.scope.model_id else None

    @property
    def days(self) -> float:
        """Business days of the organisation in the period, up to the moment looked at."""
        if self.calendar is None:
            return 0
        return self.calendar.elapsed(self.scope.start, self.scope.at) / self.calendar.day_seconds

    @property
    def day_s(self) -> int:
        """Seconds of a business day of the organisation."""
        return self.calendar.day_seconds if self.calendar else DAY_S


def counted(n: int, figure: str, **extra: str) -> Cell:
    """A count with the list behind it."""
    return Cell(n, figure, extra)


def told(value: Value, n: int) -> Cell:
    """A figure over so many cases; hidden where they are fewer than five."""
    return HIDDEN if 0 < n < FEW else Cell(value)


def inexact(groups: Iterable[Done]) -> tuple[str, ...]:
    """Says so where quantiles come from merged buckets."""
    if all(group.lead.exact for group in groups):
        return ()
    return (_("Medians and the like are within 2.5 %: they are merged from buckets."),)


def week_name(monday: date) -> str:
    """``24 Nov``: a week by its Monday."""
    return dateformat.format(monday, "j M")


def service_calendar() -> str:
    """Whose working time most questions count."""
    return _("Working days of each service's own calendar")
