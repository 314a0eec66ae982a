"""Touch time: how long somebody really worked on a visit."""

from datetime import datetime

from workflows.models import StageVisit


def measure(visit: StageVisit, now: datetime) -> tuple[int, bool]:
    """Seconds worked and whether they are the stage's estimate.

    Work sessions where there are any (an open one ends now), else the estimate of the stage; a
    decision stage has its estimate too.
    """
    if not getattr(visit, "measured", True):
        return visit.est_touch_s, True
    sessions = list(visit.sessions.values_list("started_at", "stopped_at"))
    if not sessions:
        return visit.est_touch_s, True
    return sum(int(((stop or now) - start).total_seconds()) for start, stop in sessions), False
