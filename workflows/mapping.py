"""Where the answers of a form stand in a message: read from text, and applied. No Django.

One line per field: ``total: order.lines[0].total`` takes what stands there, ``kind: "new"`` is
always the same. There is no more to it on purpose.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

LINE = re.compile(r"\s*([a-z0-9][a-z0-9_-]*)\s*:\s*(.+?)\s*")
STEP = re.compile(r"([^.\[\]\"\s]+)((?:\[[0-9]{1,4}\])*)")
MOST_LINES, MOST_STEPS = 100, 12
Mapped = dict[str, dict[str, Any]]


class Unreadable(ValueError):
    """A line cannot be read; the text says which, and how one is written."""


def read(text: str) -> Mapped:
    """The mapping of a text. Raises Unreadable."""
    found: Mapped = {}
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES:
        raise Unreadable(f"Write at most {MOST_LINES} lines.")
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None:
            raise Unreadable(f"Write «{line[:60]}» as field: path, such as total: order.total.")
        field, where = match.groups()
        if field in found:
            raise Unreadable(f"The field {field} stands in two lines.")
        found[field] = {"value": _constant(where)} if where[0] == '"' else {"path": _path(where)}
    return found


def _constant(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise Unreadable(f"Close the quotes of {text[:60]}.")
    return value


def _path(text: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in text.split("."):
        match = STEP.fullmatch(part)
        if match is None:
            raise Unreadable(f"«{text[:60]}» is no path. Write one such as order.lines[0].total.")
        steps.append(match[1])
        steps += [int(number) for number in re.findall(r"\[(\d+)\]", match[2])]
    if len(steps) > MOST_STEPS:
        raise Unreadable(f"The path {text[:60]} has more than {MOST_STEPS} steps.")
    return steps


def text_of(mapping: Mapping[str, Mapping[str, Any]]) -> str:
    """The text that reads as this mapping."""
    return "\n".join(f"{field}: {_where(how)}" for field, how in mapping.items())


def _where(how: Mapping[str, Any]) -> str:
    if "value" in how:
        return json.dumps(how["value"], ensure_ascii=False)
    first, *rest = how["path"]
    return str(first) + "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in rest)


def apply(mapping: Mapping[str, Mapping[str, Any]], body: Any) -> dict[str, Any]:
    """The answers that stand in a message; what is not there is left out."""
    missing = object()
    found = {}
    for field, how in mapping.items():
        value = how["value"] if "value" in how else _at(body, how["path"], missing)
        if value is not missing and value is not None:
            found[field] = value
    return found


def _at(body: Any, path: list[str | int], missing: object) -> Any:
    for step in path:
        inside = isinstance(body, dict) if isinstance(step, str) else isinstance(body, list)
        try:
            body = body[step] if inside else missing
        except (KeyError, IndexError):
            return missing
        if body is missing:
            return missing
    return body
