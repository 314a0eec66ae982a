"""Rows of the matrix: what people are able to do, who can, and a model that comes as files."""

from tests.permissions.asking import Row

# fmt: off
SKILLS = [
    Row("api-model-files", send={"files": {"model.yaml": ""}},
        post="un  no  no  no  no  bad no  no  no"),
]
# fmt: on
