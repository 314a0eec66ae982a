"""One word per thing: what the code names stands in docs/glossary.md, and nothing else does."""

import re

import pytest
from django.apps import apps

from esm.events.types import declared
from governance.blueprint.kinds import KINDS
from tests.architecture.code import APPS, ROOT
from tests.architecture.urls import words

SECTION = re.compile(r"^## (.+)$", re.M)
FIRST_CELL = re.compile(r"^\| ((?:`[^`]+`(?:, )?)+) \|", re.M)


@pytest.fixture(scope="module")
def glossary() -> dict[str, set[str]]:
    """The words in the first column of each section's table."""
    text = (ROOT / "docs" / "glossary.md").read_text()
    parts = SECTION.split(text)
    return {
        title: {word for cell in FIRST_CELL.findall(body) for word in re.findall("`([^`]+)`", cell)}
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


def ours(module: str) -> bool:
    return module.split(".")[0] in APPS


def test_models(glossary: dict[str, set[str]]) -> None:
    models = {m.__name__ for m in apps.get_models() if ours(m.__module__)}
    assert glossary["Models"] == models


def test_kinds(glossary: dict[str, set[str]]) -> None:
    assert glossary["Kinds of the model"] == set(KINDS)


def test_event_types(glossary: dict[str, set[str]]) -> None:
    types = {name for name, cls in declared().items() if ours(cls.__module__)}
    assert glossary["Event types"] == types


def test_words_of_addresses(glossary: dict[str, set[str]]) -> None:
    assert glossary["Words of addresses"] == words()


def test_every_entry_says_something() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text()
    empty = [line for line in text.splitlines() if re.match(r"^\|[^|]+\|\s*(\|\s*)*$", line)]
    assert empty == []
