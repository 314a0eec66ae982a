"""The figures of a simulated history, to check it against the table it was made from. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from demo.story import Case, Setting


@dataclass(frozen=True)
class Measured:
    """Business days on the offering's calendar; shares are 0 to 1."""

    finished: int
    median: float
    p85: float
    within_promise: float
    returns: float
    needed: dict[str, float]

    def data(self) -> dict[str, object]:
        """As plain values."""
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """Linear interpolation between the closest ranks. Raises IndexError for none."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def measure(setting: Setting, cases: Sequence[Case], model: str) -> Measured:
    """Figures of the fulfilled cases that were sent under one version."""
    chosen = [c for c in cases if c.phase.model == model and not c.planted]
    done = [c for c in chosen if c.fulfilled_at is not None]
    offering = setting.blueprints[model].get("Offering", setting.scenario.offering)
    office = setting.calendars[offering.calendar]
    day = office.day_seconds
    lead = [office.elapsed(c.submitted_at, c.fulfilled_at) for c in done if c.fulfilled_at]
    kept = [
        c
        for c, seconds in zip(done, lead, strict=True)
        if seconds - c.waited_s <= offering.promise_s
    ]
    return Measured(
        finished=len(done),
        median=percentile(lead, 0.5) / day,
        p85=percentile(lead, 0.85) / day,
        within_promise=len(kept) / len(done),
        returns=sum(c.returns for c in done) / len(done),
        needed={
            stage: sum(stage in c.stages for c in done) / len(done)
            for stage in setting.scenario.capacity
        },
    )
