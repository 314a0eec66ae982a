"""Rows of the matrix: what people are able to do, who can, and a model that comes as files."""

from tests.permissions.asking import Row

# fmt: off
SKILLS = [
    Row("skills",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("skill", "skill",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("admin-skill-new", "colleague", {"skill": "iso-risk", "level": "3"},
        get="in  no  no  no  --  ok  no  ok  in",
        post="in  no  no  no  --  go  no  go  in"),
    Row("admin-skill", "held-skill", {"level": "2"},
        get="in  no  no  no  --  ok  no  ok  in",
        post="in  no  no  no  --  go  no  go  in"),
    Row("model-canvas", "draft-workflow", {"mark": "00"},
        get="in  --  --  --  --  ok  --  --  in",
        post="in  --  --  --  --  st  --  --  in"),
    Row("model-canvas", "workflow",
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
    Row("api-skills",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-person-skills", "colleague",
        get="un  --  --  ok  --  ok  ok  ok  no"),
    Row("api-person-skill", "held-skill", {"level": 2},
        put="un  --  --  no  --  ok  no  ok  no",
        delete="un  --  --  no  --  ok  no  ok  no"),
    Row("api-model-files", send={"files": {"model.yaml": ""}},
        post="un  no  no  no  no  bad no  no  no"),
]
# fmt: on
