"""Rows of the matrix: drafts of the model and their elements."""

from tests.permissions.asking import Row

# fmt: off
EDITING = [
    Row("model-draft-new", send={"title": "Shorter ways"},
        get="in  no  no  no  no  ok  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("model-draft-discard", "new-version", {"reason": "Not now."},
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  go  --  --  in"),
    Row("model-draft-discard", "version", {"reason": "Not now."},
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
]
# fmt: on
