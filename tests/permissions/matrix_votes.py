"""Rows of the matrix: votes and what is put off. Words as in ``matrix.py``."""

from tests.permissions.asking import Row

# fmt: off
VOTES = [
    # Of what waits for oneself alone; where nothing fits, a page that says so.
    Row("decisions-several", "", lambda stage: {"row": "1.1", "outcome": "approve"},
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  bad bad bad bad bad bad bad in"),
    # Whoever holds the link of a mail decides without a session; nobody else who is signed in.
    Row("decision-by-mail", "decision-link:deciding", {"outcome": "approve"},
        get="ok  --  --  --  ok  --  --  --  ok",
        post="ok  --  --  --  ok  --  --  --  ok"),
    Row("decision-by-mail", "decision-link:confidential", {"outcome": "approve"},
        get="--  --  --  --  --  --  --  --  --",
        post="--  --  --  --  --  --  --  --  --"),
    Row("decision-decide", "decision:deciding", {"outcome": "approve", "rationale": "Fair."},
        post="in  no  --  --  go  no  no  --  in"),
    Row("decision-decide", "decision:confidential", {"outcome": "approve", "rationale": "Fair."},
        post="in  no  --  --  go  --  --  --  in"),
    Row("decision-withdraw", "decision:deciding", {},
        post="in  st  --  --  st  st  st  --  in"),
    Row("decision-withdraw", "decision:confidential", {},
        post="in  st  --  --  st  --  --  --  in"),
    Row("decision-defer", "decision:deciding", {"until": "2030-01-01", "reason": "Read it first."},
        post="in  no  --  --  go  no  no  --  in"),
    Row("decision-defer", "decision:confidential",
        {"until": "2030-01-01", "reason": "Read it first."},
        post="in  no  --  --  go  --  --  --  in"),
    Row("decision-opinion", "decision:deciding",
        {"part": "recommend", "verdict": "for", "text": "Read it."},
        post="in  go  --  --  no  no  no  --  in"),
    Row("api-decision-opinion", "decided:deciding",
        {"part": "recommend", "verdict": "for", "text": "Read it."},
        post="un  ok  --  --  no  no  no  --  no"),
    Row("decision-reverse", "decision:deciding", {"reason": "A mistake."},
        post="in  no  --  --  no  st  no  --  in"),
    Row("api-decision-reverse", "decided:deciding", {"reason": "A mistake."},
        post="un  no  --  --  no  st  no  --  no"),
    Row("api-decision-withdraw", "decided:deciding", {},
        post="un  st  --  --  st  st  st  --  no"),
    Row("api-decision-defer", "decided:deciding",
        {"until": "2030-01-01T09:00:00Z", "reason": "Read it first."},
        post="un  no  --  --  ok  no  no  --  no"),
]
# fmt: on
