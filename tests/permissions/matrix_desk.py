"""Rows of the matrix: what makes working on a queue quick. See ``matrix.py`` for the words."""

from datetime import timedelta

from tests.permissions.asking import Row
from tests.permissions.world import Stage


def a_view(stage: Stage) -> dict[str, object]:
    """A view of the receiver's queue."""
    return {"name": "Late", "audience": "mine", "queue": stage.place("team")["key"], "filters": {}}


def everyones(stage: Stage) -> dict[str, object]:
    """A view of every queue."""
    return {"name": "Late", "audience": "everyone", "filters": {"clock": "late"}}


def tomorrow(stage: Stage) -> dict[str, object]:
    """A day to follow up on."""
    return {"on": (stage.world.now + timedelta(days=1)).date().isoformat()}


# fmt: off
DESK = [
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
    Row("visit-follow-up", "visit:claimed", tomorrow,
        get="in  ok  ok  --  ok  ok  ok  --  in",
        post="in  no  go  --  no  no  no  --  in"),
    Row("api-visit-follow-up", "visit:claimed", tomorrow,
        post="un  no  ok  --  no  no  no  --  no"),
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
