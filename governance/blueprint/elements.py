"""The unit of an operating model: one element, and what can be wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from governance.blueprint.kinds import ElementSpec, noun_of

Path = tuple[str | int, ...]
ElementId = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Element:
    """An element with its kind, permanent key, schema number and typed content."""

    kind: str
    key: str
    schema: int
    spec: ElementSpec

    @property
    def id(self) -> ElementId:
        """Kind and key, unique within a version."""
        return (self.kind, self.key)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a model cannot be used, and where; `file` and `line` are empty outside files."""

    sentence: str
    kind: str = ""
    key: str = ""
    path: Path = ()
    file: str = ""
    line: int = 0

    @property
    def element(self) -> str:
        """Kind and key as people name it, or "" for a problem of a whole file."""
        return f"{self.kind} {self.key}".strip()

    def __str__(self) -> str:
        place = ""
        if self.file:
            place = f"{self.file} line {self.line}: " if self.line else f"{self.file}: "
        return f"{place}{self.element}: {self.sentence}" if self.element else place + self.sentence


@dataclass(frozen=True, slots=True)
class Reference:
    """A field of an element that names another element."""

    path: Path
    kind: str
    key: str


@dataclass(slots=True)
class Lines:
    """Where the parts of a YAML document stand."""

    by_path: dict[Path, int] = field(default_factory=dict)

    def of(self, path: Path) -> int:
        """The line of a path, or of its nearest parent that is written down."""
        while path:
            if path in self.by_path:
                return self.by_path[path]
            path = path[:-1]
        return self.by_path.get((), 1)


_PART_NOUNS: Mapping[str, str] = {
    "stages": "stage",
    "flows": "flow",
    "checklist": "checklist item",
    "criteria": "criterion",
    "return_reasons": "return reason",
    "sections": "section",
    "fields": "field",
    "options": "option",
    "supports": "support",
}


def place_of(spec: object, path: Path) -> str:
    """The part of an element a path points into, in words: "stage `triage`"; "" for the whole."""
    words, current = "", spec
    for step, index in pairwise(path):
        current = getattr(current, str(step), None) if isinstance(step, str) else current
        if not isinstance(index, int) or not isinstance(current, tuple | list):
            continue
        if index >= len(current):
            break
        current = current[index]
        noun = _PART_NOUNS.get(str(step))
        if noun is None:
            continue
        key = getattr(current, "key", "")
        if not key and hasattr(current, "source"):
            key = f"{current.source} → {current.target}"
        words = f"{noun} `{key}`" if key else f"{noun} {index + 1}"
    return words


def dangling_sentence(spec: object, reference: Reference) -> str:
    """Says which part names what, and that it does not exist."""
    place = place_of(spec, reference.path)
    noun = noun_of(reference.kind)
    if place:
        return f"{place} names {noun} `{reference.key}`, which does not exist"
    return f"names {noun} `{reference.key}`, which does not exist"
