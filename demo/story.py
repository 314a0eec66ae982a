"""What a simulated history is told with: actions, cases, visits, and the setting. Pure."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from zoneinfo import ZoneInfo

from demo.cases import Asked
from demo.scenario import Phase, Scenario
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering
from workflows.calendars import BusinessCalendar
from workflows.engine import tokens
from workflows.engine.graph import Graph


@dataclass(frozen=True, slots=True)
class Action:
    """Somebody did something; ``person`` is empty where the decision itself says who it is."""

    at: datetime
    case: int
    number: int
    verb: str
    stage: str = ""
    person: str = ""
    text: str = ""
    choice: str = ""

    @property
    def order(self) -> tuple[datetime, int, int]:
        """By time, then case, then as it came."""
        return (self.at, self.case, self.number)


@dataclass
class Case:
    """One request and what became of it; ``actions`` begin with its submission."""

    number: int
    phase: Phase
    asked: Asked
    submitted_at: datetime
    planted: bool = False
    actions: list[Action] = field(default_factory=list)
    fulfilled_at: datetime | None = None
    over: bool = False
    returns: int = 0
    waited_s: int = 0
    stages: list[str] = field(default_factory=list)
    marking: tokens.Marking | None = None
    sent_back: set[tuple[str, str]] = field(default_factory=set)
    touch: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Setting:
    """What the simulation stands on: the models in force, when, and who stands in for whom."""

    scenario: Scenario
    blueprints: Mapping[str, Blueprint]
    effective: Mapping[str, datetime]
    calendars: Mapping[str, BusinessCalendar]
    zone: ZoneInfo
    first: datetime
    begin: datetime
    end: datetime
    plants: tuple[tuple[datetime, int], ...] = ()
    away: tuple[tuple[str, datetime, datetime, str], ...] = ()

    def phase_at(self, at: datetime) -> Phase:
        """The habits of the version in force."""
        found = self.scenario.phases[0]
        for phase in self.scenario.phases:
            if self.effective[phase.model] <= at:
                found = phase
        return found

    def offering(self, phase: Phase) -> Offering:
        """What is asked for, as that version has it."""
        return self.blueprints[phase.model].get(Offering, self.scenario.offering)

    def graph(self, phase: Phase) -> Graph:
        """The workflow of that version."""
        bp = self.blueprints[phase.model]
        graph: Graph = bp.workflow_graph(self.offering(phase).workflow)
        return graph

    def calendar_of(self, team: str | None) -> BusinessCalendar:
        """The hours of a team."""
        bp = next(iter(self.blueprints.values()))
        key = (bp.team_calendar(team) if team else "") or bp.organisation().default_calendar
        return self.calendars[key]

    def on_duty(self, person: str, at: datetime) -> str:
        """The person, or who stands in for them that day."""
        for away, since, until, stand_in in self.away:
            if away == person and since <= at < until and stand_in:
                return stand_in
        return person


@dataclass
class Visit:
    """One stay of a case at a stage."""

    case: Case
    stage: str
    token: str
    giver: str
    giver_person: str
    crosses: bool
    rework: bool
    dice: Random
    person: str = ""


@dataclass
class Pool:
    """The people of a stage and the work that waits for them."""

    free: deque[str]
    waiting: deque[Visit] = field(default_factory=deque)
