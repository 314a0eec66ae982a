"""A model as a directory of files: `model.yaml` and `<kind>/<key>.yaml`, one element per file."""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.checks import problems_of
from governance.blueprint.elements import Element, ElementId, Lines, Path, Problem
from governance.blueprint.kinds import FOLDERS, KINDS, folder_of
from governance.blueprint.kinds.base import KEY_PATTERN, Spec
from governance.blueprint.serialise import YamlProblem, build_spec, read_yaml, to_yaml, write_yaml
from governance.blueprint.validation import sentences
from governance.blueprint.weeks import WeekDate, resolve_instant

MODEL_FILE = "model.yaml"
MAX_FILES = 20_000


def _moment(value: object) -> object:
    # Left to itself the union would read a day as midnight, or drop the offset of a midnight.
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(
            f"'{value}' is no date; write it like 2026-05-01 or {{week: 27}}"
        ) from None


class ModelMeta(Spec):
    """What `model.yaml` says about a version. Weeks are resolved by `effective_at`."""

    number: Annotated[int, Field(ge=1)]
    code: Annotated[str, Field(max_length=30)] = ""
    title: Annotated[str, Field(max_length=200)]
    kind: Literal["as_is", "to_be"]
    based_on: Annotated[int, Field(ge=1)] | None = None
    effective_from: Annotated[date | datetime | WeekDate | None, BeforeValidator(_moment)] = None
    release_note: str = ""

    @property
    def label(self) -> str:
        """What people call the version: its code, else OM and its number."""
        return self.code or f"OM-{self.number}"

    def effective_at(self, week_one: date, zone: str) -> datetime | None:
        """The instant it takes effect, or None; `week_one` is the Monday of week 1."""
        return resolve_instant(self.effective_from, week_one, zone)


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What a directory holds: the version's own data and its elements."""

    meta: ModelMeta
    elements: dict[ElementId, Element]

    @property
    def blueprint(self) -> Blueprint:
        """The elements as a blueprint."""
        return Blueprint.from_elements(self.elements.values())

    def dated(self, week_one: date | None) -> "ModelFiles":
        """The same with weeks of a story as days, where it is known on which Monday it began."""
        if week_one is None:
            return self
        return replace(self, elements={k: _dated(e, week_one) for k, e in self.elements.items()})


def _dated(element: Element, week_one: date) -> Element:
    spec = element.spec
    weeks = {name: given for name in type(spec).model_fields
             if isinstance(given := getattr(spec, name), WeekDate)}  # fmt: skip
    if not weeks:
        return element
    days = {name: given.on(week_one) for name, given in weeks.items()}
    return replace(element, spec=spec.model_copy(update=days))


class ModelFilesError(ValueError):
    """A directory is no usable model; `problems` lists everything that is wrong."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class _Header(BaseModel):
    """The outer part of an element's file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str
    key: Annotated[str, Field(pattern=KEY_PATTERN, max_length=100)]
    schema_: Annotated[int, Field(alias="schema", ge=1)] = 1
    spec: dict[str, Any]


@dataclass(slots=True)
class _Reader:
    """Collects elements and problems while walking a directory."""

    root: FilePath
    problems: list[Problem] = field(default_factory=list)
    elements: dict[ElementId, Element] = field(default_factory=dict)
    places: dict[ElementId, tuple[str, Lines]] = field(default_factory=dict)
    # What exists by the name of its file: naming it is no problem, even if it cannot be read.
    exist: set[ElementId] = field(default_factory=set)

    def say(self, file: FilePath, line: int, sentence: str, kind: str = "", key: str = "") -> None:
        name = file.relative_to(self.root).as_posix()
        self.problems.append(Problem(sentence, kind, key, (), name, line))

    def yaml(self, file: FilePath) -> tuple[dict[str, Any], Lines] | None:
        """The mapping a file holds, or None after saying why not."""
        try:
            data, lines = read_yaml(file.read_bytes())
        except YamlProblem as problem:
            self.say(file, problem.line, problem.sentence)
            return None
        except OSError as error:
            self.say(file, 0, f"the file cannot be read: {error.strerror}")
            return None
        if not isinstance(data, dict):
            self.say(file, 1, "the file holds no names and values")
            return None
        return data, lines

    def element(self, file: FilePath, folder: str) -> None:
        """Read one element's file."""
        self.exist.add((FOLDERS[folder], file.stem))
        found = self.yaml(file)
        if found is None:
            return
        data, lines = found
        try:
            header = _Header.model_validate(data)
        except ValidationError as error:
            for path, sentence in sentences(error, "an element"):
                self.say(file, lines.of(path), sentence)
            return
        kind, key, line = header.kind, header.key, lines.of(("kind",))
        if kind not in KINDS:
            self.say(file, line, f"the kind `{kind}` does not exist")
            return
        self._place(file, folder, lines, kind, key)
        if header.schema_ != KINDS[kind].schema_version:
            sentence = f"schema {header.schema_} of {kind} is not known"
            self.say(file, lines.of(("schema",)), sentence, kind, key)
            return
        self._add(file, lines, header)

    def _place(self, file: FilePath, folder: str, lines: Lines, kind: str, key: str) -> None:
        if file.stem != key:
            sentence = f"the file is named `{file.stem}` but its key is `{key}`"
            self.say(file, lines.of(("key",)), sentence, kind, key)
        if folder != folder_of(kind):
            sentence = f"belongs in the folder `{folder_of(kind)}`, not in `{folder}`"
            self.say(file, lines.of(("kind",)), sentence, kind, key)

    def _add(self, file: FilePath, lines: Lines, header: _Header) -> None:
        kind, key = header.kind, header.key
        name = file.relative_to(self.root).as_posix()
        if (kind, key) in self.places:
            first = self.places[kind, key][0]
            self.say(file, lines.of(("key",)), f"the key stands already in {first}", kind, key)
            return
        self.places[kind, key] = (name, lines)
        try:
            spec = build_spec(kind, header.spec)
        except ValidationError as error:
            for path, sentence in sentences(error, kind):
                self.say(file, lines.of(("spec", *path)), sentence, kind, key)
            return
        self.elements[kind, key] = Element(kind, key, header.schema_, spec)

    def check(self) -> None:
        """Add what is wrong between elements; broken files count as existing elements."""
        specs = {item: element.spec for item, element in self.elements.items()}
        for problem in problems_of(specs, self.exist | self.places.keys()):
            place = self.places.get((problem.kind, problem.key))
            if place is None:
                self.problems.append(problem)
                continue
            name, lines = place
            at: Path = ("spec", *problem.path) if problem.path else ("key",)
            self.problems.append(
                Problem(
                    problem.sentence, problem.kind, problem.key, problem.path, name, lines.of(at)
                )
            )


def read_directory(path: FilePath | str) -> ModelFiles:
    """Read and check a model directory. Raises ModelFilesError with all problems at once."""
    root = FilePath(path)
    reader = _Reader(root)
    if not root.is_dir():
        raise ModelFilesError([Problem("there is no such directory", file=str(root))])
    meta = _read_meta(reader)
    for count, (file, folder) in enumerate(_element_files(reader)):
        if count >= MAX_FILES:
            reader.say(file, 0, f"the directory holds more than {MAX_FILES:,} files")
            break
        reader.element(file, folder)
    reader.check()
    if reader.problems or meta is None:
        raise ModelFilesError(sorted(reader.problems, key=lambda p: (p.file, p.line)))
    return ModelFiles(meta, dict(sorted(reader.elements.items())))


def _read_meta(reader: _Reader) -> ModelMeta | None:
    file = reader.root / MODEL_FILE
    if not file.is_file():
        reader.problems.append(Problem("the file is missing", file=MODEL_FILE))
        return None
    found = reader.yaml(file)
    if found is None:
        return None
    data, lines = found
    try:
        return ModelMeta.model_validate(data)
    except ValidationError as error:
        for path, sentence in sentences(error, "a version"):
            reader.say(file, lines.of(path), sentence)
        return None


def _element_files(reader: _Reader) -> Iterator[tuple[FilePath, str]]:
    for folder in sorted(reader.root.iterdir()):
        if folder.name.startswith(".") or not folder.is_dir():
            continue
        files = sorted(file for file in folder.iterdir() if file.suffix in {".yaml", ".yml"})
        if files and folder.name not in FOLDERS:
            reader.say(folder, 0, f"the kind `{folder.name}` does not exist")
            continue
        for file in files:
            # A link could lead anywhere on the machine that reads the directory.
            if file.is_symlink() or folder.is_symlink():
                reader.say(file, 0, "links are not followed")
                continue
            yield file, folder.name


def write_directory(path: FilePath | str, meta: ModelMeta, elements: Iterable[Element]) -> None:
    """Write a model so that `read_directory` gives the same; folders of kinds are replaced."""
    root = FilePath(path)
    root.mkdir(parents=True, exist_ok=True)
    for folder in FOLDERS:
        shutil.rmtree(root / folder, ignore_errors=True)
    (root / MODEL_FILE).write_text(write_yaml(meta_content(meta)), encoding="utf-8")
    for element in elements:
        file = root / folder_of(element.kind) / f"{element.key}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(to_yaml(element), encoding="utf-8")


def meta_content(meta: ModelMeta) -> Mapping[str, object]:
    """Plain data of `model.yaml`, without what is not set."""
    data: dict[str, object] = {}
    for name in type(meta).model_fields:
        value = getattr(meta, name)
        if value in (None, ""):
            continue
        if isinstance(value, WeekDate):
            value = value.model_dump(exclude_defaults=True)
        elif isinstance(value, date):
            value = value.isoformat()
        data[name] = value
    return data
