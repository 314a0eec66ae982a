"""The demo organisation as a setting for the simulation, read from its files. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from demo.scenario import Scenario, moment_of, read_scenario
from demo.story import Setting
from governance.blueprint.files import ModelFiles, read_directory
from governance.blueprint.kinds import Calendar
from governance.blueprint.serialise import read_yaml
from governance.blueprint.weeks import first_week, resolve_date, resolve_instant
from governance.services.people_schema import PeopleFile
from workflows.calendars import BusinessCalendar, build

HERE = Path(__file__).parent / "quillmere"
SCENARIO = "replay.yaml"


def scenario_of(directory: Path = HERE) -> Scenario:
    """The parameters that lie beside the models."""
    return read_scenario(directory / SCENARIO)


def week_one_of(anchor: date, scenario: Scenario) -> date:
    """The Monday of week 1, when the anchor lies in the scenario's last week."""
    return first_week(anchor, scenario.weeks[1])


def models_of(directory: Path, scenario: Scenario) -> dict[str, ModelFiles]:
    """The models of the story by the name of their directory, in their order."""
    return {phase.model: read_directory(directory / phase.model) for phase in scenario.phases}


def zone_of(models: Mapping[str, ModelFiles]) -> ZoneInfo:
    """The organisation's zone, as the first model has it."""
    return ZoneInfo(next(iter(models.values())).blueprint.organisation().zone)


def last_moment(anchor: date, scenario: Scenario, zone: ZoneInfo) -> datetime:
    """When a history with a given anchor ends on that day."""
    return datetime.combine(anchor, time.fromisoformat(scenario.last_day_ends), zone)


def read_people_file(path: Path) -> PeopleFile:
    """People as their file has them; what is wrong with it is said when it is applied."""
    data, _ = read_yaml(path.read_bytes())
    return PeopleFile.model_validate(data)


def setting_of(
    directory: Path,
    week_one: date,
    *,
    weeks: tuple[int, int],
    end: datetime,
    scenario: Scenario | None = None,
    models: Mapping[str, ModelFiles] | None = None,
) -> Setting:
    """Everything the simulation needs; ``end`` cuts the last week."""
    scenario = scenario or scenario_of(directory)
    files = models or models_of(directory, scenario)
    blueprints = {name: model.blueprint for name, model in files.items()}
    bp = blueprints[scenario.phases[0].model]
    zone = zone_of(files)
    zone_name = zone.key
    effective = {}
    for name, model in files.items():
        moment = model.meta.effective_at(week_one, zone_name)
        assert moment is not None, f"{name} does not say when it takes effect"
        effective[name] = moment
    people = read_people_file(directory / scenario.people)
    begin = week_begins(week_one, weeks[0], zone)
    planted = (
        (moment_of(plant, effective, week_one, zone_name), number)
        for number, plant in enumerate(scenario.plants)
    )
    return Setting(
        scenario=scenario,
        blueprints=blueprints,
        effective=effective,
        calendars={
            key: calendar(spec, key, people, week_one) for key, spec in bp.find(Calendar).items()
        },
        zone=zone,
        first=max(
            effective[scenario.phases[0].model], begin - timedelta(weeks=scenario.warmup_weeks)
        ),
        begin=begin,
        end=min(end, week_begins(week_one, weeks[1] + 1, zone)),
        plants=tuple((moment, number) for moment, number in planted if moment is not None),
        away=tuple(
            (row.person, since, until, row.stand_in or "")
            for row in people.absences
            if (since := resolve_instant(row.since, week_one, zone_name)) is not None
            and (until := resolve_instant(row.until, week_one, zone_name)) is not None
        ),
    )


def week_begins(week_one: date, week: int, zone: ZoneInfo) -> datetime:
    """Monday, midnight."""
    return datetime.combine(week_one + timedelta(weeks=week - 1), time.min, zone)


def calendar(spec: Calendar, key: str, people: PeopleFile, week_one: date) -> BusinessCalendar:
    """A calendar of the model with the exceptions that the people's file dates."""
    days = []
    for row in people.calendar_exceptions:
        day = resolve_date(row.date, week_one)
        if row.calendar == key and day is not None:
            days.append((day, list(row.intervals)))
    return build(spec.model_dump(mode="json"), days)
