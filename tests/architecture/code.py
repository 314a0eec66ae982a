"""The code as its own tests read it: files, trees, functions."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPS = ("esm", "governance", "catalog", "workflows", "valueflow", "demo")
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def name(path: Path) -> str:
    """The path as a report shows it."""
    return path.relative_to(ROOT).as_posix()


def files(*places: str, suffix: str = ".py") -> list[Path]:
    """Our own files below these folders: no vendored ones, no migrations."""
    return sorted(
        path
        for place in places
        for path in (ROOT / place).rglob(f"*{suffix}")
        if not {"vendor", "migrations", "__pycache__"} & set(path.parts)
    )


def product() -> list[Path]:
    """The Python files of the product."""
    return files(*APPS)


def modules() -> dict[str, Path]:
    """The product's modules by dotted name."""
    return {name(path)[:-3].replace("/", ".").removesuffix(".__init__"): path for path in product()}


@functools.cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods of a file, inner ones too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, FUNCTION):
            yield node


def dotted(node: ast.AST) -> str:
    """``a.b.c`` of an attribute or a name, "" of anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""
