"""Rows of the matrix: questions about value flow, as pages, as files and over the API."""

from tests.permissions.asking import Row
from valueflow.selectors.questions import everything

# Everybody asks the same; what is too small to show is hidden from whoever may not see it.
ASKED = " ".join(["ok" if everything.questions() else "--"] * 7)

# fmt: off
QUESTIONS = [
    Row("flow-baselines",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-baseline", "baseline",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-baseline-new", send={"stream": "none", "start": "2026-01-05", "end": "2026-03-01"},
        get="in  no  no  no  ok  ok  no  no  in",
        post="in  no  no  no  no  bad no  no  in"),
    Row("api-baselines",
        send={"stream": "none", "start": "2026-01-05T00:00Z", "end": "2026-03-02T00:00Z"},
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  no  no  no  no  bad no  no  no"),
    Row("api-baseline", "baseline",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("flow-departments",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-departments-file",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-department", "department",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-department-file", "department",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("api-flow-departments",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-flow-department", "department",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("flow-questions",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-question", "question",
        get=f"in  {ASKED}  in"),
    Row("flow-question-file", "question-file",
        get=f"in  {ASKED}  in"),
    Row("flow-views",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-view-new", send={"name": "Slow", "audience": "mine"},
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  go  go  go  go  go  go  go  in"),
    Row("flow-view-remove", "flow-view",
        get="in  ok  --  --  --  --  --  --  in",
        post="in  go  --  --  --  --  --  --  in"),
    Row("flow-view-subscribe", "flow-view", {"rhythm": "weekly"},
        post="in  go  --  --  --  --  --  --  in"),
    Row("flow-value",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-value-file", "value-file",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("api-flow-questions",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-flow-question", "question",
        get=f"un  {ASKED}  {ASKED[:2]}"),
]
# fmt: on
