"""The parameters of a replay, as written in ``replay.yaml``. Pure; hours are business hours."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field

from governance.blueprint.weeks import WeekDate, WeekDay

Share = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[float, Field(ge=0)]


class Part(BaseModel):
    """What all parts have in common."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Capacity(Part):
    """Who works at a stage: named people, or ``servers`` nameless ones for a decision."""

    people: tuple[str, ...] = ()
    servers: int = 0
    share: Annotated[float, Field(gt=0, le=1)]
    wait: Share = 0.0


class StageHabit(Part):
    """Mean hours until somebody reacts, mean hours of work, share of offers usable at once."""

    react_h: Hours
    touch_h: Hours
    usable: Share = 1.0


class Row(Part):
    """One outcome of a draw: answers it gives, words it narrows, who asks for such a thing."""

    share: Share
    values: dict[str, str] = {}
    words: dict[str, list[str]] = {}
    requesters: tuple[str, ...] = ()


class Phase(Part):
    """How work is done under one version of the model; from when it takes effect."""

    model: str
    batch_days: dict[str, tuple[WeekDay, ...]]
    stages: dict[str, StageHabit]
    draws: tuple[tuple[Row, ...], ...]


class Amount(Part):
    """A log-normal amount, rounded to ``step``."""

    median: float
    sigma: float
    step: int
    min: int
    max: int


class Days(Part):
    """A date so many days after the request, first and last included."""

    days: tuple[int, int]


class AttachedFile(Part):
    """A file beside the scenario and the name it is given."""

    path: str
    name: str


class Chance(Part):
    """A share of cases and after how many hours on average."""

    share: Share = 0.0
    hours: Hours = 0.0


class Questions(Part):
    """A share of offers that are asked about, and the hours until the answer."""

    share: Share
    answer_h: Hours


class BesideChange(Part):
    """Minutes from the moment a model takes effect."""

    model: str
    minutes: int


class Plant(Part):
    """A request that is always there, whatever the seed and the scale."""

    at: BesideChange | WeekDate
    requester: str
    values: dict[str, str]


class Scenario(Part):
    """The whole of ``replay.yaml``."""

    dice: str
    weeks: tuple[int, int]
    warmup_weeks: int
    scale: Share
    people: str
    personas: str
    offering: str
    calendar: str
    arrivals_per_day: Annotated[float, Field(gt=0)]
    touch_cv: float
    react_cv: float
    rework_share: Share
    questions: Questions
    waits: Chance
    withdrawals: Chance
    declines: Share
    remarks: Chance
    last_day_ends: str
    capacity: dict[str, Capacity]
    phases: tuple[Phase, ...]
    draws: tuple[tuple[Row, ...], ...]
    amounts: dict[str, Amount]
    dates: dict[str, Days]
    files: dict[str, AttachedFile]
    texts: dict[str, list[str]]
    words: dict[str, list[str]]
    returns: dict[str, dict[str, list[str]]]
    questions_asked: list[str]
    answers_given: list[str]
    waiting_for: list[str]
    withdrawn_because: list[str]
    declined_because: list[str]
    approved_because: list[str]
    said: list[str]
    plants: tuple[Plant, ...] = ()


def read_scenario(path: Path) -> Scenario:
    """Read a scenario. Raises pydantic's ValidationError with what is wrong and where."""
    raw: Any = yaml.safe_load(path.read_text())
    return Scenario.model_validate(raw)


def moment_of(
    plant: Plant, changes: dict[str, datetime], week_one: date, zone: str
) -> datetime | None:
    """When a planted request is sent; None when its model never takes effect here."""
    if isinstance(plant.at, BesideChange):
        change = changes.get(plant.at.model)
        return change + timedelta(minutes=plant.at.minutes) if change else None
    return plant.at.at(week_one, zone)
