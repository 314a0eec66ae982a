"""Rows of the matrix: measures, what was observed of them, technologies and their promises."""

from tests.permissions.asking import Row

STOP = {"outcome": "stop", "reason": "Nobody needs it any more."}
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
    Row("api-benefits",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-benefit", "benefit",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-benefit-decide", "benefit", STOP,
        post="un  no  no  no  no  ok  no  no  no"),
    Row("objectives",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("measure", "measure",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("observation-record", "measure", JULY,
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("observation-correct", "observation", {"value": "80", "reason": "Twice."},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("technologies",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("technology", "technology",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("technology-why", "promise",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("benefit-decide", "benefit", STOP,
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
]
# fmt: on
