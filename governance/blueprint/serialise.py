"""The stored form of a spec (canonical JSON and its hash) and the form people read (YAML)."""

import hashlib
import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml
from pydantic import BaseModel

from governance.blueprint.durations import format_duration
from governance.blueprint.elements import Element, ElementId, Lines, Path
from governance.blueprint.kinds import KINDS, ElementSpec
from governance.blueprint.weeks import WeekDate, is_week

MAX_DEPTH = 40
MAX_FILE_BYTES = 1_000_000
MAX_ON_ONE_LINE = 60


class UnknownKind(KeyError):
    """No kind has this name."""


class YamlProblem(ValueError):
    """A YAML text cannot be read; `line` counts from 1."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line


def canonical(content: BaseModel | Mapping[str, Any]) -> str:
    """Canonical JSON: every field, keys sorted, no spaces, money as text, UTF-8 characters."""
    data = content.model_dump(mode="json") if isinstance(content, BaseModel) else content
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def content_hash(content: BaseModel | Mapping[str, Any]) -> bytes:
    """SHA-256 (32 bytes) of the canonical JSON."""
    return hashlib.sha256(canonical(content).encode()).digest()


def model_hash(hashes: Mapping[ElementId, bytes]) -> bytes:
    """SHA-256 over the hashes of all elements in the order of kind and key."""
    total = hashlib.sha256()
    for kind, key in sorted(hashes):
        total.update(f"{kind}\n{key}\n".encode())
        total.update(hashes[kind, key])
    return total.digest()


def spec_class(kind: str) -> type[ElementSpec]:
    """The model of a kind. Raises UnknownKind."""
    try:
        return KINDS[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def parse_spec(kind: str, text: str) -> ElementSpec:
    """A typed spec from JSON text. Raises UnknownKind or pydantic's ValidationError."""
    return spec_class(kind).model_validate_json(text)


def build_spec(kind: str, content: Mapping[str, Any]) -> ElementSpec:
    """A typed spec from plain data, durations as people write them. Errors as `parse_spec`."""
    return spec_class(kind).model_validate(content)


def json_schema(kind: str) -> dict[str, Any]:
    """JSON Schema 2020-12 of a kind's spec; `x-kind` marks references. Raises UnknownKind."""
    schema = spec_class(kind).model_json_schema(mode="validation")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = kind
    return schema


class _Loader(yaml.CSafeLoader):
    """Plain scalars are null, booleans, whole and decimal numbers; all else is text.

    YAML 1.1 would read `no` as false, `09:30` as 570 and a date as an object.
    """

    yaml_implicit_resolvers: dict[str, Any] = {}


_TAG = "tag:yaml.org,2002:"
_DIGITS = list("-0123456789")
_Loader.add_implicit_resolver(f"{_TAG}null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^(?:true|false)$"), ["t", "f"])
_Loader.add_implicit_resolver(f"{_TAG}int", re.compile(r"^-?(?:0|[1-9][0-9]{0,29})$"), _DIGITS)
_Loader.add_implicit_resolver(
    f"{_TAG}float", re.compile(r"^-?(?:0|[1-9][0-9]{0,29})\.[0-9]{1,30}$"), _DIGITS
)


def _scalar(node: yaml.ScalarNode) -> object:
    match node.tag.removeprefix(_TAG):
        case "null":
            return None
        case "bool":
            return node.value == "true"
        case "int":
            return int(node.value)
        case "float":
            return Decimal(node.value)
        case "str":
            return node.value
    raise YamlProblem(f"the tag {node.tag} is not used in model files", _line(node))


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _plain(node: yaml.Node, path: Path, lines: Lines) -> object:
    lines.by_path.setdefault(path, _line(node))
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if node.tag not in {f"{_TAG}seq", f"{_TAG}map"}:
        raise YamlProblem(f"the tag {node.tag} is not used in model files", _line(node))
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines) for index, item in enumerate(node.value)]
    found: dict[str, object] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise YamlProblem("a name before a colon is plain text", _line(key_node))
        name = str(key_node.value)
        if name in found:
            raise YamlProblem(f"`{name}` is written twice", _line(key_node))
        lines.by_path[(*path, name)] = _line(key_node)
        found[name] = _plain(value_node, (*path, name), lines)
    return found


def _refuse_tricks(text: str) -> None:
    # Aliases can grow a small file beyond memory, and deep nesting ends in a RecursionError.
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise YamlProblem("anchors and aliases are not used in model files", line)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH} levels", line)


def read_yaml(raw: bytes) -> tuple[object, Lines]:
    """Plain data of one YAML document and where its parts stand. Raises YamlProblem."""
    if len(raw) > MAX_FILE_BYTES:
        raise YamlProblem(f"the file is larger than {MAX_FILE_BYTES:,} bytes", 1)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise YamlProblem("the file is not written in UTF-8", line) from error
    lines = Lines()
    try:
        _refuse_tricks(text)
        node = yaml.compose(text, Loader=_Loader)
        return (None if node is None else _plain(node, (), lines)), lines
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = error.problem or error.context or "unreadable"
        # What misses its end is noticed on the line behind the last.
        line = min(mark.line, text.count("\n")) + 1 if mark else 1
        raise YamlProblem(f"this is not YAML: {why}", line) from error
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise YamlProblem("the file holds a character that YAML does not allow", line) from error
    except yaml.YAMLError as error:
        raise YamlProblem(f"this is not YAML: {error}", 1) from error


_RARE_LINE_END = re.compile("[\r\x85\u2028\u2029]")


class _Dumper(yaml.SafeDumper):
    """Writes text with line breaks as blocks and numbers without quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _write_decimal(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = format(value, "f")
    return dumper.represent_scalar(f"{_TAG}{'float' if '.' in text else 'int'}", text)


def _write_list(dumper: yaml.SafeDumper, value: list[object]) -> yaml.SequenceNode:
    # Short lists of words read better on one line: `[50, 75, 90]`.
    plain = all(not isinstance(item, list | dict) for item in value)
    short = plain and sum(len(str(item)) + 2 for item in value) <= MAX_ON_ONE_LINE
    return dumper.represent_sequence(f"{_TAG}seq", value, flow_style=short)


def _write_mapping(dumper: yaml.SafeDumper, value: dict[str, object]) -> yaml.MappingNode:
    return dumper.represent_mapping(f"{_TAG}map", value, flow_style=is_week(value))


def _write_text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    # PyYAML would fold these line ends into spaces everywhere but between double quotes.
    if _RARE_LINE_END.search(value):
        style = '"'
    return dumper.represent_scalar(f"{_TAG}str", value, style=style)


_Dumper.add_representer(Decimal, _write_decimal)
_Dumper.add_representer(str, _write_text)
_Dumper.add_representer(list, _write_list)
_Dumper.add_representer(dict, _write_mapping)


def _readable(name: str, value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _readable(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_readable("", item) for item in value]
    if name.endswith("_s") and isinstance(value, int) and not isinstance(value, bool):
        return format_duration(value)
    return value


def _without_empty(part: object) -> object:
    # Only empty values that are the default are left out: no later change of a default that
    # means something can then change the meaning of a file.
    if isinstance(part, tuple | list):
        return [_without_empty(item) for item in part]
    if not isinstance(part, BaseModel):
        return part
    if isinstance(part, WeekDate):
        return part.model_dump(exclude_defaults=True)
    kept: dict[str, object] = {}
    for name, info in type(part).model_fields.items():
        value = getattr(part, name)
        empty = value is None or (isinstance(value, str | tuple | dict) and not value)
        if empty and not info.is_required() and value == info.default:
            continue
        kept[name] = _without_empty(value)
    return kept


def to_yaml(element: Element) -> str:
    """The file of an element, in a stable order. `read_yaml` and `build_spec` read it back."""
    body = _readable("", _without_empty(element.spec))
    document = {"kind": element.kind, "key": element.key, "schema": element.schema, "spec": body}
    return write_yaml(document)


def write_yaml(document: Mapping[str, object]) -> str:
    """Stable, readable YAML of plain data; the order of the mapping is kept."""
    text: str = yaml.dump(
        document,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=98,
    )
    return text
