"""Rows of the matrix: findings of the model in force. Words as in ``matrix.py``."""

from tests.permissions.asking import Row

CLOSE = {"how": "model", "what": "The right is written down."}

# fmt: off
FINDINGS = [
    Row("findings",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("findings-export",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("finding", "finding",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    # Whoever answers for it, here who decides, and stewards.
    Row("finding-note", "finding", {"note": "I look at it."},
        get="in  no  no  no  ok  ok  no  no  in",
        post="in  no  no  no  go  go  no  no  in"),
    Row("finding-close", "finding", {**CLOSE, "proposal": "new"},
        get="in  no  no  no  ok  ok  no  no  in",
        post="in  no  no  no  go  go  no  no  in"),
    Row("api-kept-findings",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-kept-finding", "finding",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-kept-finding-note", "finding", {"note": "I look at it."},
        post="un  no  no  no  ok  ok  no  no  no"),
    Row("api-kept-finding-close", "finding", CLOSE,
        post="un  no  no  no  ok  ok  no  no  no"),
]
# fmt: on
