"""What a first service may be like: templates, one file each in the folder beside this module."""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from governance.blueprint.kinds.base import Key, Name, Text
from governance.blueprint.kinds.services import FieldType
from governance.blueprint.serialise import read_yaml


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LikeStep(_Part):
    """A step; ``side`` says which of the two teams takes it."""

    name: Name
    side: Annotated[int, Field(ge=1, le=2)]
    hours: Annotated[int, Field(ge=1, le=400)]


class LikeQuestion(_Part):
    """A question of the form."""

    label: Name
    type: FieldType = "text"


class Like(_Part):
    """A kind of service with what usually goes with it."""

    key: Key
    order: int
    name: Name
    note: Text
    purpose: Text
    trigger: Text
    value: Text
    days: Annotated[int, Field(ge=1, le=200)]
    steps: Annotated[tuple[LikeStep, ...], Field(min_length=2, max_length=3)]
    questions: Annotated[tuple[LikeQuestion, ...], Field(min_length=1, max_length=6)]
    ready: Text
    reasons: tuple[Name, ...]


@cache
def likes() -> dict[str, Like]:
    """All of them in their order."""
    files = sorted((Path(__file__).parent / "templates").glob("*.yaml"))
    found = [Like.model_validate(read_yaml(file.read_bytes())[0]) for file in files]
    return {one.key: one for one in sorted(found, key=lambda one: one.order)}


LIKES = likes()
