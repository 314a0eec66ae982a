"""Rows of the matrix: what proves things, and who looked. Words as in ``matrix.py``."""

from tests.permissions.asking import Row

# fmt: off
AUDIT = [
    Row("decision-record", "decision:deciding",
        get="in  ok  --  --  ok  ok  ok  --  in"),
    Row("decision-record", "decision:confidential",
        get="in  ok  --  --  ok  --  --  --  in"),
    Row("audit",
        get="in  no  no  no  no  ok  ok  no  in"),
    Row("audit-lookups",
        get="in  no  no  no  no  ok  ok  no  in"),
    Row("decision-access", "decision:deciding",
        get="in  no  --  --  no  ok  ok  --  in"),
    Row("decision-access", "decision:confidential",
        get="in  no  --  --  no  --  --  --  in"),
    Row("decision-evidence", "decision:deciding",
        get="in  no  --  --  no  ok  ok  --  in"),
    Row("decision-evidence", "decision:confidential",
        get="in  no  --  --  no  --  --  --  in"),
    Row("request-evidence", "request:deciding",
        get="in  no  no  --  no  ok  ok  --  in"),
    Row("request-evidence", "request:confidential",
        get="in  no  no  --  no  --  --  --  in"),
    Row("api-decision-evidence", "decided:deciding",
        get="un  no  --  --  no  ok  ok  --  --"),
    Row("api-request-evidence", "request:deciding",
        get="un  no  no  --  no  ok  ok  --  no"),
]
# fmt: on
