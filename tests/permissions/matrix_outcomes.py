"""Rows of the matrix: measures, what was observed of them, technologies and their promises."""

from tests.permissions.asking import Row

JULY = {"since": "2026-07-01", "until": "2026-07-31", "value": "84.5", "n": 60}

# fmt: off
OUTCOMES = [
    Row("api-measures",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-measure", "measure",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    # Who owns it, and stewards; a program where it acts in the role that does.
    Row("api-observations", "measure", JULY,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  no  no  no  no  ok  no  no  no"),
    Row("api-observation", "observation",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-observation-correct", "observation", {"value": "80", "reason": "Twice."},
        post="un  no  no  no  no  ok  no  no  no"),
]
# fmt: on
