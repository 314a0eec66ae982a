"""Rows of the matrix: versions of the model, drafts over the API, the blueprint."""

from typing import Any

from governance.blueprint.kinds import KINDS
from governance.models import ModelElement
from tests.permissions.asking import Row
from tests.permissions.world import Stage


def same(stage: Stage) -> dict[str, Any]:
    """The content that an element of the draft has."""
    place = stage.place("draft-kind-element")
    row = ModelElement.objects.get(
        version__code=place["code"], kind=place["kind"], key=place["key"]
    )
    return {"spec": KINDS[row.kind].model_validate(row.content).model_dump(mode="json")}


SKILL = {"kind": "Skill", "key": "weaving", "spec": {"name": "Weaving"}}

# fmt: off
MODEL_ROWS = [
    Row("api-versions", send={"title": "Shorter ways"},
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  no  no  no  no  ok  no  no  no"),
    Row("api-draft-discard", "new-version",
        post="un  --  --  --  --  ok  --  --  no"),
    Row("api-draft-discard", "version",
        post="un  no  no  no  no  st  no  no  no"),
    Row("api-version-findings", "version",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-version-findings", "new-version",
        get="un  --  --  --  --  ok  --  --  --"),
    Row("api-elements", "version", SKILL,
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        post="un  no  no  no  no  st  no  no  no"),
    Row("api-elements", "new-version", SKILL,
        get="un  --  --  --  --  ok  --  --  --",
        post="un  --  --  --  --  ok  --  --  no"),
    Row("api-element", "kind-element", {"spec": {}},
        get="un  ok  ok  ok  ok  ok  ok  ok  ok",
        put="un  bad bad bad bad bad bad bad no",
        delete="un  no  no  no  no  st  no  no  no"),
    Row("api-element", "draft-kind-element", same,
        get="un  --  --  --  --  ok  --  --  --",
        put="un  --  --  --  --  ok  --  --  no",
        delete="un  --  --  --  --  ok  --  --  no"),
    Row("model-comment", "element", {"body": "Who says so?"},
        post="in  go  go  go  go  go  go  go  in"),
    Row("model-comment", "draft-element", {"body": "Who says so?"},
        post="in  --  --  --  --  go  --  --  in"),
    Row("model-comment-settle", "thread",
        post="in  go  no  no  no  go  no  no  in"),
    Row("model-comment-remove", "thread",
        post="in  go  no  no  no  no  no  no  in"),
    *(
        Row(name, place,
            get="in  ok  ok  ok  ok  ok  ok  ok  in")
        for name, place in (
            ("blueprint", ""),
            ("blueprint-missing", ""),
            ("blueprint-department", "department"),
            ("blueprint-stream", "stream"),
            ("blueprint-role", "role"),
            ("blueprint-support", ""),
            ("blueprint-retire", ""),
            ("blueprint-retire-one", "technology"),
            ("blueprint-strategy", ""),
            ("blueprint-search", ""),
            ("blueprint-print", ""),
            ("blueprint-export", ""),
            ("changes", ""),
            ("change", "version"),
            ("model-impact", "version"),
            ("change-pack", "version"),
            ("change-pack-json", "version"),
            ("change-replay", "version"),
        )
    ),
    *(
        Row(name, "new-version",
            get="in  --  --  --  --  ok  --  --  in")
        for name in (
            "change", "model-impact", "change-pack", "change-pack-json", "change-replay",
        )
    ),
    *(
        Row(name, place,
            get="un  ok  ok  ok  ok  ok  ok  ok  ok")
        for name, place in (
            ("api-changes", ""), ("api-change", "version"), ("api-impact", "version"),
            ("api-change-pack", "version"), ("api-change-replay", "version"),
        )
    ),
    *(
        Row(name, "new-version",
            get="un  --  --  --  --  ok  --  --  --")
        for name in (
            "api-change", "api-impact", "api-change-pack", "api-change-replay",
        )
    ),
]
# fmt: on
