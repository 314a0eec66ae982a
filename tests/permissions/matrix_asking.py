"""Rows of the matrix: finding a service and writing a request. See ``matrix.py`` for the words."""

from tests.permissions.asking import Row
from tests.permissions.sending import MISSED, meant
from tests.permissions.world import Stage


def by_program(stage: Stage) -> dict[str, object]:
    """A template without answers yet."""
    key = stage.world.journey["offering"]
    return {"name": "As usual", "audience": "mine", "offering": key, "data": {}}


# fmt: off
ASKING = [
    Row("search",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("search-suggestions", send=None,
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("searches",
        get="in  no  no  no  no  ok  no  no  in"),
    Row("search-dismiss", send=MISSED,
        post="in  no  no  no  no  go  no  no  in"),
    Row("search-restore", send=MISSED,
        post="in  no  no  no  no  go  no  no  in"),
    Row("search-synonym", send=meant,
        post="in  no  no  no  no  go  no  no  in"),
    Row("search-hints",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("services",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("service", "service",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("service-start", "service",
        post="in  go  go  go  go  go  go  go  in"),
    Row("service-pin", "service",
        post="in  go  go  go  go  go  go  go  in"),
    Row("service-unpin", "service",
        post="in  go  go  go  go  go  go  go  in"),
    Row("drafts",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("draft-for", "draft",
        get="in  ok  --  --  --  --  --  --  in",
        post="in  go  --  --  --  --  --  --  in"),
    Row("draft-save", "section",
        post="in  ok  --  --  --  --  --  --  in"),
    Row("draft-restore", "draft",
        post="in  --  --  --  --  --  --  --  in"),
    Row("draft", "draft",
        get="in  go  --  --  --  --  --  --  in"),
    Row("draft-section", "section",
        get="in  ok  --  --  --  --  --  --  in",
        post="in  go  --  --  --  --  --  --  in"),
    Row("draft-refresh", "section",
        post="in  ok  --  --  --  --  --  --  in"),
    Row("draft-template", "draft", {"name": "As usual", "audience": "mine"},
        get="in  ok  --  --  --  --  --  --  in",
        post="in  go  --  --  --  --  --  --  in"),
    Row("templates",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("template-start", "template",
        post="in  go  --  --  --  --  --  --  in"),
    Row("template-remove", "template",
        get="in  ok  --  --  --  --  --  --  in",
        post="in  go  --  --  --  --  --  --  in"),
    Row("api-templates", send=by_program,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  ok  ok  ok  ok  ok  ok  ok  bad"),
    Row("api-template", "template",
        get="un  ok  --  --  --  --  --  --  --",
        delete="un  ok  --  --  --  --  --  --  --"),
    Row("draft-check", "draft",
        get="in  ok  --  --  --  --  --  --  in"),
    Row("draft-discard", "draft",
        post="in  go  --  --  --  --  --  --  in"),
    Row("draft-file-remove", "draft-file",
        post="in  go  --  --  --  --  --  --  in"),
    Row("draft-send", "draft",
        post="in  go  --  --  --  --  --  --  in"),
]
# fmt: on
