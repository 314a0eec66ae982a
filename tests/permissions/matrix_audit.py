"""Rows of the matrix: what proves things, and who looked. Words as in ``matrix.py``."""

from tests.permissions.asking import Row

# fmt: off
AUDIT = [
    Row("decision-record", "decision:deciding",
        get="in  ok  --  --  ok  ok  ok  --  in"),
    Row("decision-record", "decision:confidential",
        get="in  ok  --  --  ok  --  --  --  in"),
]
# fmt: on
