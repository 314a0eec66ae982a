"""Rows of the matrix: what runs while a version comes into force. Words as in ``matrix.py``."""

from tests.permissions.asking import Row

FINISH = {"policy": "finish"}

# fmt: off
MOVING = [
    # Nothing moves to a version that is over.
    Row("model-running", "version",
        get="in  no  no  no  no  --  no  no  in"),
    Row("model-running", "new-version",
        get="in  --  --  --  --  ok  --  --  in"),
    Row("model-running-workflow", "new-workflow", FINISH,
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  go  --  --  in"),
    # What runs began under the version before.
    Row("request-move", "request:claimed",
        get="in  no  no  --  no  ok  no  --  in",
        post="in  no  no  --  no  go  no  --  in"),
    Row("request-move-back", "request:claimed",
        get="in  no  no  --  no  st  no  --  in",
        post="in  no  no  --  no  st  no  --  in"),
    Row("api-running", "version",
        get="un  no  no  no  no  --  no  no  no"),
    Row("api-running", "new-version",
        get="un  --  --  --  --  ok  --  --  --"),
    Row("api-running-workflow", "new-workflow", FINISH,
        get="un  --  --  --  --  ok  --  --  --",
        post="un  --  --  --  --  ok  --  --  no"),
    Row("api-running-move", "new-workflow",
        post="un  --  --  --  --  st  --  --  no"),
    Row("api-request-move", "request:claimed", {},
        post="un  no  no  --  no  ok  no  --  --"),
    Row("api-request-move-back", "request:claimed",
        post="un  no  no  --  no  st  no  --  --"),
    Row("reviews",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    # Nothing of the model names a day there.
    Row("review-confirm", "folder-element",
        get="in  --  --  --  --  --  --  --  in",
        post="in  --  --  --  --  --  --  --  in"),
    Row("agenda",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("agenda-body", "body",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("agenda-note",
        get="in  no  no  no  no  --  no  no  in",
        post="in  no  no  no  no  --  no  no  in"),
    Row("api-element-reviews",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-element-review", "kind-key", {"next_due": "2031-01-06"},
        get="un  --  --  --  --  --  --  --  --",
        post="un  --  --  --  --  --  --  --  no"),
    Row("api-agenda", send={"point": "review:none", "text": "Read."},
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  bad bad bad bad bad bad bad no"),
]
# fmt: on
