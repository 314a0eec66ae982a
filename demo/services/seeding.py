"""Fills an empty installation: models, people, and the history of the demo organisation."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from django.db import connection

from demo import world
from demo.scenario import Scenario
from demo.services import agreeing, desk, improving, observing, reference_rates
from demo.services.acting import Cast
from demo.services.counting import Cost, measured
from demo.services.replay import Replay, Stage, forget_caches, injected, project_all
from demo.simulation import simulate
from demo.story import Case, Setting
from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid
from esm.events.actors import Actor
from esm.events.models import Event
from esm.notices.services import reading
from governance.blueprint.files import ModelFiles
from governance.models import ModelVersion
from governance.selectors import versions
from governance.services import drafting, findings, taking_effect
from governance.services.people_file import apply_people

ACTOR = Actor(kind="system", ref="system:seed")
# A version is agreed so long before it takes effect.
AGREED_BEFORE = timedelta(days=14)
# People have read what they were told up to two days before the history ends.
READ_AFTER = timedelta(days=2)
Say = Callable[[str], None]


@dataclass
class Seeded:
    """What was written and what it cost."""

    requests: int = 0
    planted: dict[int, int] = field(default_factory=dict)
    events: int = 0
    cost: Cost = field(default_factory=Cost)
    projection: Cost = field(default_factory=Cost)


def require_empty() -> None:
    """Raise Conflict unless nothing lives here yet."""
    if ModelVersion.objects.exists() or User.objects.exists() or Event.objects.exists():
        raise Conflict(
            "There is something in this database already. The demo is written into an empty one"
            " only, so that it cannot mix with your data."
        )


def seed(
    *,
    seed: int = 7,
    scale: float | None = None,
    anchor: date | None = None,
    weeks: tuple[int, int] | None = None,
    history: bool = True,
    directory: Path = world.HERE,
    say: Say = lambda sentence: None,
) -> Seeded:
    """Write the demo organisation and, with ``history``, its past until now.

    With an ``anchor`` the history ends on that day at a fixed hour, so that it can be repeated;
    without one it ends at this moment. Raises Conflict for a database that holds something,
    Invalid for weeks or a scale that make no sense.
    """
    require_empty()
    scenario = world.scenario_of(directory)
    scale = scenario.scale if scale is None else scale
    weeks = weeks or scenario.weeks
    _check(scenario, scale, weeks)
    models = world.models_of(directory, scenario)
    zone = world.zone_of(models)
    now = clock.now()
    day = anchor or now.astimezone(zone).date()
    end = world.last_moment(day, scenario, zone) if anchor else now.replace(microsecond=0)
    week_one = world.week_one_of(day, scenario)
    setting = world.setting_of(
        directory, week_one, weeks=weeks, end=end, scenario=scenario, models=models
    )
    found = Seeded()
    diary = observing.diary_of(directory, setting.end)
    story = agreeing.agreeing_of(directory, week_one, zone.key, setting.end)
    stage = Stage(setting.effective[scenario.phases[0].model], found.cost)
    with injected(stage), quick_commits():
        with measured(found.cost):
            asked = {name: one for name, one in models.items() if name not in story.models}
            _organise(setting, directory, stage, week_one, asked, say)
        if history:
            _live(setting, directory, stage, seed, scale, found, (diary, story), say)
        else:
            _skip_to(setting, stage, story)
        desk.fill(directory)
        reference_rates.fill(directory, day=setting.end.date(), actor=ACTOR)
        diary.write(setting.end)
        findings.keep_findings()
        if history:
            improving.fill(directory, setting.end, stage.go)
    found.events = Event.objects.count()
    return found


def _check(scenario: Scenario, scale: float, weeks: tuple[int, int]) -> None:
    first, last = scenario.weeks
    if not first <= weeks[0] <= weeks[1] <= last:
        raise Invalid(f"The weeks of the history lie between {first} and {last}.")
    if not 0 < scale <= 1:
        raise Invalid("The scale is a share of the requests: more than 0, at most 1.")


@contextmanager
def quick_commits() -> Iterator[None]:
    """A crash while seeding loses the seeding anyway, so commits need not wait for the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _organise(
    setting: Setting,
    directory: Path,
    stage: Stage,
    week_one: date,
    models: Mapping[str, ModelFiles],
    say: Say,
) -> None:
    """The first version, the people, then each later one that nobody was asked about."""
    scenario = setting.scenario
    forget_caches()
    versions.clear_caches()
    phases = [phase for phase in scenario.phases if phase.model in models]
    for number, phase in enumerate(phases):
        moment = setting.effective[phase.model]
        stage.now = max(stage.now, moment if number == 0 else moment - AGREED_BEFORE)
        applied = drafting.apply_files(
            models[phase.model], actor=ACTOR, publish=True, week_one=week_one
        )
        stage.cost.count("model")
        say(f"{applied.version.code} “{applied.version.title}” from {moment:%d %b %Y}")
        if number == 0:
            apply_people(directory / scenario.people, actor=ACTOR, week_one=week_one)
            stage.cost.count("people")
    forget_caches()
    stage.now = min(setting.begin, stage.now)


def _skip_to(setting: Setting, stage: Stage, story: agreeing.Agreeing) -> None:
    """To the end without any work: only versions come into force, and people agree."""
    moments = {*setting.effective.values(), *story.moments, setting.end}
    for moment in sorted(one for one in moments if stage.now <= one <= setting.end):
        stage.now = moment
        if taking_effect.sweep_effective():
            forget_caches()
        story.run(moment)


def sample(cases: list[Case], seed: int, scale: float) -> list[Case]:
    """A share of the cases; a larger scale holds a smaller one's.

    The planted ones are always there, and so is what is still open: the queues of the last day
    keep their size.
    """
    return [
        case
        for case in cases
        if case.planted or not case.over or Random(f"{seed}:sample:{case.number}").random() < scale
    ]


def _live(
    setting: Setting,
    directory: Path,
    stage: Stage,
    seed: int,
    scale: float,
    found: Seeded,
    beside: tuple[observing.Diary, agreeing.Agreeing],
    say: Say,
) -> None:
    diary, story = beside
    everything = simulate(setting, seed)
    cases = sample(everything, seed, scale)
    say(f"{len(cases)} of {len(everything)} requests are lived through the services")
    actions = sorted(
        (action for case in cases for action in case.actions), key=lambda action: action.order
    )
    week = [0]

    def progress(number: int, total: int, at: datetime) -> None:
        if (now := at.isocalendar().week) != week[0]:
            week[0] = now
            say(f"{at:%d %b %Y}  {number:6d} of {total} actions")

    with measured(stage.cost):
        cast = Cast(setting.scenario, directory, {case.number: case for case in cases})
        changes = [moment for moment in setting.effective.values() if moment >= stage.now]
        Replay(stage, cast, actions, changes, setting.end, progress, diary.write, story).run()
        reading.mark_past_read(before=setting.end - READ_AFTER)
    with measured(found.projection):
        project_all(found.projection)
    found.requests = len(cast.requests)
    found.planted = {-case: pk for case, pk in cast.requests.items() if case < 0}
