"""By when somebody who asks now is answered: the clocks that would start, before they do."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from catalog.registries import Outlook
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering
from workflows.engine import tokens
from workflows.selectors import calendars, identities


def outlook(
    bp: Blueprint, spec: Offering, values: Mapping[str, Any], department: str, at: datetime
) -> Outlook | None:
    """The moments that the clocks of a request sent ``at`` would be due.

    None where the way has no first step with a team.
    """
    now = at.replace(microsecond=0)
    known = {"department": department, "service": spec.service, **values}
    step = tokens.start(bp.workflow_graph(spec.workflow), known)
    stages = [bp.stage(spec.workflow, entry.stage) for entry in step.entered]
    first = next((stage for stage in stages if stage.team), None)
    if first is None:
        return None
    calendar = calendars.calendar_in(bp, calendars.team_calendar_key(bp, str(first.team)))
    opens = None if calendar.is_open(now) else calendar.add(now, 1) - timedelta(seconds=1)
    return Outlook(
        team=identities.team(str(first.team)).name,
        answer_by=calendar.add(now, first.complete_s) if first.complete_s else None,
        promised_at=calendars.calendar_in(bp, spec.calendar).add(now, spec.promise_s),
        opens_at=opens,
    )
