"""What the portal promises, and which passing tests show it.

A test says so itself: ``@pytest.mark.claim("C05", "/requests/<number>/")``. The marks are read from
the tests that exist, without running them; ``docs/claims.json`` records which of them passed last.
"""

import ast
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

WORDS = Path("docs") / "claims.yaml"
RECORD = Path("docs") / "claims.json"


@dataclass(frozen=True, slots=True)
class Shown:
    """A test that shows a claim on a page."""

    claim: str
    page: str
    test: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A promise in our words, and the tests that show it; none means not yet."""

    key: str
    words: str
    shown: tuple[Shown, ...]


def marks_in(path: Path, root: Path) -> Iterator[Shown]:
    """The marks of one test file. A mark that is not literal is no mark."""
    file = path.relative_to(root).as_posix()
    for node in ast.parse(path.read_text(), str(path)).body:
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.claim":
                values = [a.value for a in mark.args if isinstance(a, ast.Constant)]
                if len(values) == 2:
                    yield Shown(str(values[0]), str(values[1]), f"{file}::{node.name}")


def passed(root: Path) -> frozenset[str]:
    """The tests that passed when they ran last."""
    file = root / RECORD
    return frozenset(json.loads(file.read_text())["passed"]) if file.exists() else frozenset()


def note(root: Path, outcomes: Mapping[str, bool]) -> None:
    """Record how marked tests ended; those that did not run keep what was known of them."""
    known = passed(root)
    now = (known | {t for t, ok in outcomes.items() if ok}) - {
        t for t, ok in outcomes.items() if not ok
    }
    if now != known or not (root / RECORD).exists():
        (root / RECORD).write_text(json.dumps({"passed": sorted(now)}, indent=2) + "\n")


def claims(root: Path) -> list[Claim]:
    """All claims with the tests that exist and passed. Raises ValueError for an unknown claim."""
    words: dict[str, str] = yaml.safe_load((root / WORDS).read_text())
    good = passed(root)
    found: dict[str, list[Shown]] = {key: [] for key in words}
    for path in sorted((root / "tests").rglob("test_*.py")):
        for shown in marks_in(path, root):
            if shown.claim not in found:
                raise ValueError(f"{shown.test} shows {shown.claim}, which is no claim.")
            if shown.test in good:
                found[shown.claim].append(shown)
    return [Claim(key, said, tuple(found[key])) for key, said in words.items()]
