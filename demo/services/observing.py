"""What was observed of measures: computed from the history, counted by their owners each month."""

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from catalog.selectors import measures
from catalog.services.observations import Observed, read_value, record_observation
from demo.services.replay import Stage
from governance.blueprint.measuring import period_of
from governance.blueprint.serialise import read_yaml
from governance.selectors import people
from governance.selectors.roles import holders
from valueflow.services.observe import observe_measures

FILE = "observations.yaml"
# An owner writes down a month some days after it is over.
LATER = timedelta(days=4, hours=10)
DAY = timedelta(days=1)


def fill(directory: Path, stage: Stage) -> int:
    """Record what was computed and what the file holds; how many values."""
    now, made = stage.now, observe_measures()
    path = directory / FILE
    content: Any = read_yaml(path.read_bytes())[0] if path.exists() else {}
    for key, row in content.items():
        days = _last(row.get("period", "month"), len(row["values"]), now)
        for (since, until), text in zip(days, row["values"], strict=True):
            observed = Observed(since, until, read_value(str(text), {}), row.get("n"))
            stage.now = min(now, datetime.combine(until, time(), now.tzinfo) + LATER)
            _record(key, observed)
            made += 1
    stage.now = now
    return made


def _last(frequency: str, count: int, now: datetime) -> list[tuple[date, date]]:
    """The last whole periods before a moment, earliest first."""
    found = []
    since, _until = period_of(frequency, now.date())
    for _ in range(count):
        found.append(period_of(frequency, since - DAY))
        since = found[-1][0]
    return found[::-1]


def _record(key: str, observed: Observed) -> None:
    _version, _bp, spec = measures.measure(key, exact=True)
    owner = people.person_by_ref(holders(str(spec.owner_role))[0].ref)
    assert owner is not None
    record_observation(key, observed, actor=people.actor_of_person(owner))
