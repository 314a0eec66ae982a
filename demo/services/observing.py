"""What was observed of measures: computed from the history, counted by their owners each month."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from catalog.selectors import measures
from catalog.services.observations import Observed, read_value, record_observation
from governance.blueprint.measuring import period_of
from governance.blueprint.serialise import read_yaml
from governance.selectors import people
from governance.selectors.roles import holders
from valueflow.services.observe import observe_measures

FILE = "observations.yaml"
# An owner writes down a month some days after it is over.
LATER = timedelta(days=4, hours=10)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Count:
    """What an owner counts, and the moment at which they write it down."""

    at: datetime
    key: str
    observed: Observed


@dataclass
class Diary:
    """What is observed as time goes on; what was written down is taken out."""

    ahead: list[Count]

    def write(self, now: datetime) -> int:
        """Record what is over by now: what was computed, and what owners counted."""
        made = observe_measures()
        due = [one for one in self.ahead if one.at <= now]
        self.ahead = [one for one in self.ahead if one.at > now]
        for one in due:
            _record(one.key, one.observed)
        return made + len(due)


def diary_of(directory: Path, end: datetime) -> Diary:
    """The diary of a history that ends at a moment; its file counts back from there."""
    path = directory / FILE
    content: Any = read_yaml(path.read_bytes())[0] if path.exists() else {}
    ahead = []
    for key, row in content.items():
        days = _last(row.get("period", "month"), len(row["values"]), end)
        for (since, until), text in zip(days, row["values"], strict=True):
            observed = Observed(since, until, read_value(str(text), {}), row.get("n"))
            at = datetime.combine(until, time(), end.tzinfo) + LATER
            ahead.append(Count(min(at, end), key, observed))
    return Diary(sorted(ahead, key=lambda one: (one.at, one.key)))


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
