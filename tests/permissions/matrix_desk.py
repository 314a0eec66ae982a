"""Rows of the matrix: what makes working on a queue quick. See ``matrix.py`` for the words."""

from datetime import timedelta
from typing import Any

from tests.permissions.asking import Row
from tests.permissions.world import Stage


def a_view(stage: Stage) -> dict[str, object]:
    """A view of the receiver's queue."""
    return {"name": "Late", "audience": "mine", "queue": stage.place("team")["key"], "filters": {}}


def everyones(stage: Stage) -> dict[str, object]:
    """A view of every queue."""
    return {"name": "Late", "audience": "everyone", "filters": {"clock": "late"}}


def a_favour(stage: Stage) -> dict[str, object]:
    """Work that no published flow knows."""
    return {"title": "A favour", "minutes": 5, "day": stage.world.now.date().isoformat()}


def _row(stage: Stage) -> tuple[str, int]:
    """A piece of work that was taken."""
    at = stage.place("visit:claimed")
    return at["ref"], at["seq"]


def chosen(stage: Stage) -> dict[str, object]:
    """One row, to be put back."""
    ref, seq = _row(stage)
    return {"do": "release", "row": f"{ref}.{seq}"}


def some(stage: Stage) -> dict[str, object]:
    """The same for the API, which answers for each row."""
    ref, seq = _row(stage)
    return {"action": "release", "items": [{"request": ref, "visit": seq}]}


def tomorrow(stage: Stage) -> dict[str, object]:
    """A day to follow up on."""
    return {"on": (stage.world.now + timedelta(days=1)).date().isoformat()}


def a_batch(stage: Stage) -> dict[str, Any]:
    """One request; whether it may be asked for is told beside it."""
    return {"items": [{"offering": stage.world.journey["offering"], "data": {}}]}


# fmt: off
DESK = [
    Row("keys", send={"on": "1"},
        post="in  go  go  go  go  go  go  go  in"),
    Row("api-keys", send={"on": True},
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        put="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("teams",
        get="in  go  go  go  go  go  go  go  in"),
    Row("team-load", "team",
        get="in  --  ok  --  ok  ok  ok  --  in"),
    Row("team-away", "team", {"to": "@queue", "reason": "Away."},
        get="in  --  no  --  no  no  no  --  in",
        post="in  --  no  --  no  no  no  --  in"),
    Row("api-team-load", "team",
        get="un  --  ok  --  ok  ok  ok  --  --"),
    Row("api-team-away", "team",
        get="un  --  no  --  no  no  no  --  --"),
    Row("api-visit-reassign", "visit:claimed", {"to": None, "reason": "Away."},
        post="un  no  no  --  no  no  no  --  --"),
    Row("off-model", "team",
        get="in  --  ok  --  ok  ok  ok  --  in"),
    Row("off-model-new", "team", a_favour,
        get="in  --  ok  --  ok  ok  ok  --  in",
        post="in  --  go  --  no  no  no  --  in"),
    Row("off-model-entry", "logged", a_favour,
        get="in  --  ok  --  --  --  --  --  in",
        post="in  --  go  --  --  --  --  --  in"),
    Row("off-model-remove", "logged",
        get="in  --  ok  --  --  --  --  --  in",
        post="in  --  go  --  --  --  --  --  in"),
    Row("api-off-model", "team", a_favour,
        get="un  --  ok  --  ok  ok  ok  --  --",
        post="un  --  ok  --  no  no  no  --  --"),
    Row("api-off-model-summary", "team",
        get="un  --  ok  --  ok  ok  ok  --  --"),
    Row("api-off-model-entry", "logged-number", a_favour,
        get="un  --  ok  --  --  --  --  --  --",
        put="un  --  ok  --  --  --  --  --  --",
        delete="un  --  ok  --  --  --  --  --  --"),
    Row("queue-bulk", "team", chosen,
        get="in  --  go  --  go  go  go  --  in",
        post="in  --  go  --  ok  ok  ok  --  in"),
    Row("api-requests-batch", send=a_batch,
        post="un  ok  ok  ok  ok  ok  ok  ok  no"),
    Row("api-requests-bulk", send=some,
        post="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("views", "team",
        get="in  --  ok  --  ok  ok  ok  --  in"),
    Row("view-new", "team", {"name": "Late", "audience": "mine"},
        get="in  --  ok  --  ok  ok  ok  --  in",
        post="in  --  go  --  go  go  go  --  in"),
    Row("view", "view", {"name": "Late", "audience": "mine"},
        get="in  --  ok  --  --  --  --  --  in",
        post="in  --  go  --  --  --  --  --  in"),
    Row("view-move", "view", {"to": "later"},
        post="in  --  go  --  --  --  --  --  in"),
    Row("view-remove", "view",
        get="in  --  ok  --  --  --  --  --  in",
        post="in  --  go  --  --  --  --  --  in"),
    Row("visit-priority", "visit:claimed", {"priority": "urgent", "reason": "The date moved."},
        get="in  ok  ok  --  ok  ok  ok  --  in",
        post="in  no  go  --  no  no  no  --  in"),
    Row("api-visit-priority", "visit:claimed", {"priority": "urgent", "reason": "It moved."},
        post="un  no  ok  --  no  no  no  --  --"),
    Row("visit-follow-up", "visit:claimed", tomorrow,
        get="in  ok  ok  --  ok  ok  ok  --  in",
        post="in  no  go  --  no  no  no  --  in"),
    Row("api-visit-follow-up", "visit:claimed", tomorrow,
        post="un  no  ok  --  no  no  no  --  --"),
    Row("api-views", send=a_view,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  --  ok  --  ok  ok  ok  --  --"),
    Row("api-views", send=everyones,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  no  no  no  no  ok  no  ok  no"),
    Row("api-view", "view-number", a_view,
        get="un  --  ok  --  --  --  --  --  --",
        put="un  --  ok  --  --  --  --  --  --",
        delete="un  --  ok  --  --  --  --  --  --"),
    Row("api-view-move", "view-number", {"to": "later"},
        post="un  --  ok  --  --  --  --  --  --"),
]
