"""Rows of the matrix: drafts of the model, their elements, and findings."""

from tests.permissions.asking import Row
from tests.permissions.matrix_change import CHANGE
from tests.permissions.matrix_findings import FINDINGS

# fmt: off
EDITING = [
    *CHANGE,
    *FINDINGS,
    Row("model-draft-new", send={"title": "Shorter ways"},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("model-draft-discard", "new-version", {"reason": "Not now."},
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  go  --  --  in"),
    Row("model-draft-discard", "version", {"reason": "Not now."},
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
    Row("model-element-edit", "draft-element",
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  bad --  --  in"),
    Row("model-element-edit", "element",
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
    Row("model-element-new", "draft-folder",
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  bad --  --  in"),
    Row("model-element-new", "folder",
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
    Row("model-element-remove", "draft-element", {"-mark": "00"},
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  st  --  --  in"),
    Row("model-element-remove", "element",
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
    Row("model-remedy", "draft-finding",
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  go  --  --  in"),
    Row("model-take-back", "new-version",
        post="in  --  --  --  --  st  --  --  in"),
    Row("model-take-back", "version",
        post="in  no  no  no  no  st  no  no  in"),
    Row("model-rebase", "old-draft",
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  st  --  --  in"),
    Row("model-rebase", "version",
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
]
# fmt: on
