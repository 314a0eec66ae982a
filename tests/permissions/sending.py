"""What is sent where a valid body depends on the world."""

import json
from typing import Any

from governance.blueprint.weeks import resolve_weeks
from tests.permissions.asking import FILE
from tests.permissions.world import Stage
from tests.support import WEEK_ONE

MISSED = {"words": "new laptop"}


def meant(stage: Stage) -> dict[str, Any]:
    """What the words that found nothing mean, in the draft of the model."""
    return {**MISSED, "version": "OM-4", "offering": stage.world.journey["offering"]}


def return_reason(stage: Stage) -> dict[str, Any]:
    """A reason of the agreement under which the offer was made."""
    step = next(s for s in stage.world.journey["steps"] if s["action"] == "return")
    return {"reason": step["reason"], "note": step["note"]}


def a_request(stage: Stage) -> dict[str, Any]:
    """The journey's request with its files, as a form."""
    journey = stage.world.journey
    values = json.dumps(resolve_weeks(journey["values"], WEEK_ONE))
    uploads = {f"files.{key}": FILE for key in journey["files"]}
    return {"offering": journey["offering"], "data": values, **uploads}


def columns(stage: Stage) -> dict[str, Any]:
    """The columns of the uploaded log."""
    return {
        "case": "Case",
        "activity": "Activity",
        "timestamp": "Time",
        "group": "Group",
        "action": "import",
    }
