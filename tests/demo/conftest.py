"""A simulated history of the demo organisation on fixed days."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from demo import world
from demo.simulation import simulate
from demo.story import Case, Setting

ANCHOR = date(2026, 11, 27)
SEED = 7


def setting(end: datetime | None = None) -> Setting:
    scenario = world.scenario_of()
    models = world.models_of(world.HERE, scenario)
    zone = world.zone_of(models)
    found = world.setting_of(
        world.HERE,
        world.week_one_of(ANCHOR, scenario),
        weeks=scenario.weeks,
        end=world.last_moment(ANCHOR, scenario, zone),
        scenario=scenario,
        models=models,
    )
    return replace(found, end=end) if end else found


@pytest.fixture(scope="session")
def whole() -> Setting:
    """The whole history, all weeks."""
    return setting()


@pytest.fixture(scope="session")
def cases(whole: Setting) -> list[Case]:
    return simulate(whole, SEED)
