"""How long a party lets us wait: a clock of its own, where the model gives it a time."""

from workflows.models import Clock, StageVisit
from workflows.selectors import calendars
from workflows.services import clocks
from workflows.services.case import Case


def begin(case: Case, visit: StageVisit, party: str) -> None:
    """Within a step: start the clock of a wait, on the calendar of the team that waits."""
    policy = clocks.policy_of(case.blueprint, Clock.Metric.WAIT, party)
    if policy.wait_s:
        clocks.start(
            case,
            Clock.Metric.WAIT,
            target_s=policy.wait_s,
            calendar_key=calendars.team_calendar_key(case.blueprint, visit.team.key),
            visit=visit,
            party=party,
        )


def others(case: Case, visit: StageVisit, clock: Clock) -> bool:
    """Whether another step still waits for somebody for whom a clock stands still."""
    parties = clocks.policy_for(case.blueprint, clock).pauses
    waiting = case.request.visits.filter(state="blocked", blocked_party__in=parties)
    return waiting.exclude(pk=visit.pk).exists()
