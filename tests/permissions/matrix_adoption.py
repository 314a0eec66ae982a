"""Rows of the matrix: sponsors and what they commit to."""

from tests.permissions.asking import Row
from tests.permissions.making_adoption import given

# fmt: off
ADOPTION = [
    Row("commitments",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    # The decider is the sponsor; a steward settles for them.
    Row("commitment-new", send=given,
        get="in  no  no  no  ok  no  no  no  in",
        post="in  no  no  no  go  no  no  no  in"),
    Row("stream-brief", "sponsored",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("stream-support", "sponsored",
        get="in  no  no  no  ok  no  no  no  in",
        post="in  no  no  no  go  no  no  no  in"),
    Row("commitment-done", "commitment", {"evidence": "Look"},
        get="in  --  --  --  ok  ok  no  --  in",
        post="in  --  --  --  go  go  no  --  in"),
    Row("commitment-withdraw", "commitment", {"reason": "No money"},
        get="in  --  --  --  ok  ok  no  --  in",
        post="in  --  --  --  go  go  no  --  in"),
    Row("adoption",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("critical",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("critical-rate", "sponsored", {"score": "3", "reason": "Data is there"},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("critical-mark", "sponsored", {"draft": "OM-4"},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("critical-release", "sponsored", {"draft": "OM-4"},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("critical-reason", send={"text": "They hurt most"},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("api-sponsors",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-commitments", send=given,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  no  no  no  ok  no  no  no  no"),
    Row("api-commitment", "commitment",
        get="un  --  --  --  ok  ok  ok  --  --"),
    Row("api-commitment-done", "commitment", {"evidence": "Look"},
        post="un  --  --  --  ok  ok  no  --  no"),
    Row("api-commitment-withdraw", "commitment", {"reason": "No money"},
        post="un  --  --  --  ok  ok  no  --  no"),
]
# fmt: on
