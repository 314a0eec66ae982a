"""A model sent as texts by the names of their files, read like a directory of files."""

import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from esm.common.errors import Invalid
from governance.blueprint.elements import Problem
from governance.blueprint.files import (
    MAX_FILES,
    MODEL_FILE,
    ModelFiles,
    ModelFilesError,
    read_directory,
)

NAME = re.compile(r"(?:model|[a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*)\.yaml", re.ASCII)
MAX_NAME = 140


def read_texts(texts: Mapping[str, str]) -> ModelFiles:
    """Typed elements of texts like ``team/reception.yaml``.

    Raises Invalid with all that is wrong by file, each with its line and element.
    """
    errors = {name[:MAX_NAME]: ["This is no file of a model."] for name in texts if not _is(name)}
    if errors:
        raise Invalid("Name files like model.yaml and team/reception.yaml.", errors)
    if len(texts) > MAX_FILES:
        raise Invalid(f"These are more than {MAX_FILES:,} files.")
    with TemporaryDirectory(prefix="esm-model-") as place:
        for name, text in texts.items():
            file = Path(place) / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        try:
            return read_directory(place)
        except ModelFilesError as error:
            raise refused(error) from error


def _is(name: str) -> bool:
    return len(name) <= MAX_NAME and NAME.fullmatch(name) is not None


def refused(error: ModelFilesError) -> Invalid:
    """What is wrong with files, by file: line, element and sentence of each problem."""
    by_file: dict[str, list[str]] = {}
    for problem in error.problems:
        by_file.setdefault(problem.file or MODEL_FILE, []).append(_sentence(problem))
    count = len(error.problems)
    things = "one thing is" if count == 1 else f"{count} things are"
    return Invalid(f"Nothing was changed: {things} wrong.", by_file)


def _sentence(problem: Problem) -> str:
    line = f"Line {problem.line}: " if problem.line else ""
    element = f"{problem.element}: " if problem.element else ""
    return f"{line}{element}{problem.sentence}."
