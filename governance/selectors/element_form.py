"""The form of an element, made from the type of its kind and from what was typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from pydantic import BaseModel

from governance.blueprint.editing import Names, Slot, Typed, slots
from governance.blueprint.editing.typed import NONE_OF_THEM, REMOVE
from governance.blueprint.elements import Path
from governance.blueprint.kinds import KINDS
from governance.selectors.choice_words import choice_words
from governance.selectors.wording import first_upper, label

Errors = Mapping[Path, list[str]]
LABELS = {
    ("Flow", "source"): "from",
    ("Flow", "target"): "to",
    ("Flow", "when"): "taken when",
    ("Flow", "default"): "taken where no other is",
    ("Priority", "when"): "given when",
    ("Stage", "when"): "only when",
    ("ClockRule", "when"): "only when",
    ("FormField", "when"): "asked when",
    ("DecisionRight", "when"): "only when",
    ("DecisionRight", "order"): "place in the order",
    ("Department", "order"): "place in the order",
    ("Measure", "target"): "target",
    ("Capability", "target"): "target",
    ("SkillNeed", "level"): "how well, from 1 to 5",
    ("Organisation", "zone"): "time zone",
    ("Calendar", "zone"): "time zone",
    ("Site", "zone"): "time zone",
}
ONE = {
    "stages": "stage", "flows": "way", "checklist": "item", "criteria": "criterion",
    "return_reasons": "reason", "sections": "section", "fields": "question", "options": "answer",
    "supports": "support", "skills": "skill", "ladder": "rung", "rules": "rule",
    "priorities": "priority", "strategy": "objective",
}  # fmt: skip
HELP = {
    "duration": "Such as 30 min, 4 h or 8 bd (business days).",
    "condition": "Empty is always. Such as amount >= 1000 and region == 'EU'.",
    "numbers": "With commas between them.",
    "mapping": "One in each line, such as name: value.",
    "day": "A day such as 2026-03-31, or week 27, mon.",
    "amount": "Plain digits, such as 1250 or 12.50.",
}
OWN_STAGE = {("Flow", "source"), ("Flow", "target")}
STAGE_LIST = "names-stages"
STAGE_FIELDS = frozenset({"stage", "visible_at"})
NARROW = frozenset({"number", "amount", "duration", "date"})


@dataclass(slots=True)
class Node:
    """One thing of a form. ``control`` is field, lines, part or parts.

    A field is drawn by the component of fields; lines are several inputs of one name, the last of
    them empty, each with whether it has several lines itself; a part holds ``nodes``, parts hold
    ``items``.
    """

    control: str
    name: str
    id: str
    label: str
    help: str = ""
    errors: list[str] = field(default_factory=list)
    required: bool = False
    drawn: dict[str, Any] = field(default_factory=dict)
    values: list[tuple[str, bool]] = field(default_factory=list)
    list_id: str = ""
    one: str = ""
    nodes: list["Node"] = field(default_factory=list)
    items: list["Item"] = field(default_factory=list)


@dataclass(slots=True)
class Item:
    """A part of a list; ``number`` announces it, ``anchor`` is where links lead."""

    title: str
    path: str
    number: int
    anchor: str
    open: bool
    nodes: list[Node]
    errors: list[str]
    removed: bool
    last: bool


@dataclass(slots=True)
class ElementForm:
    """All of a form; ``lists`` are the names a browser offers, ``errors`` (id, sentence) pairs."""

    nodes: list[Node]
    lists: list[tuple[str, list[tuple[str, str]]]]
    errors: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Context:
    root: Typed
    names: Names
    errors: Errors
    opened: str


def form_of(
    kind: str,
    given: Typed,
    names: Names,
    *,
    errors: Errors,
    opened: str = "",
    stages: list[tuple[str, str]] | None = None,
) -> ElementForm:
    """The form of what was typed; the part at the path ``opened`` stands open."""
    model = KINDS[kind]
    nodes = _nodes(model, given, (), _Context(given, names, errors, opened))
    lists = [
        (list_id(one), [(name, "") for name in known.values()])
        for one, known in names.by_kind.items()
    ]
    if stages:
        lists.append((STAGE_LIST, stages))
    said = [
        (_error_id(path), _worded(model, path, sentence))
        for path, sentences in errors.items()
        for sentence in sentences
    ]
    return ElementForm(nodes, lists, said)


def list_id(kind: str) -> str:
    """The id of the names of a kind."""
    return f"names-{kind.lower()}"


def anchor_of(path: Path | str) -> str:
    """Where a link to a part leads."""
    steps = path.split(".") if isinstance(path, str) else [str(step) for step in path]
    return "-".join(["p", *steps])


def _id(path: Path) -> str:
    return "-".join(["f", *(str(step) for step in path)])


def _error_id(path: Path) -> str:
    if not path:
        return ""
    return anchor_of(path) if isinstance(path[-1], int) else _id(path)


def _label(model: type[BaseModel], name: str) -> str:
    return first_upper(LABELS.get((model.__name__, name), label(name)))


def _worded(model: type[BaseModel], path: Path, sentence: str) -> str:
    """A sentence with the labels of this form in place of names of fields."""
    here = model
    for step in path:
        for slot in slots(here):
            sentence = sentence.replace(f"`{slot.name}`", f"“{_label(here, slot.name)}”")
        found = next((s.model for s in slots(here) if s.name == step), None)
        here = found or here
    for slot in slots(here):
        sentence = sentence.replace(f"`{slot.name}`", f"“{_label(here, slot.name)}”")
    return first_upper(sentence)


def _said(model: type[BaseModel], path: Path, errors: Errors) -> list[str]:
    return [_worded(model, path[-1:], sentence) for sentence in errors.get(path, ())]


def _nodes(model: type[BaseModel], given: Typed, path: Path, about: _Context) -> list[Node]:
    return [
        _node(model, slot, given[slot.name], (*path, slot.name), about) for slot in slots(model)
    ]


def _node(model: type[BaseModel], slot: Slot, value: Any, path: Path, about: _Context) -> Node:
    name = ".".join(str(step) for step in path)
    node = Node(
        control="field",
        name=name,
        id=_id(path),
        label=_label(model, slot.name),
        help=HELP.get(slot.asks, ""),
        errors=_said(model, path, about.errors),
        required=slot.required,
    )
    if slot.asks == "part" and slot.model is not None:
        node.control, node.nodes = "part", _nodes(slot.model, value, path, about)
    elif slot.asks == "parts" and slot.model is not None:
        node.control, node.one = "parts", ONE.get(slot.name, "part")
        node.items = _items(slot.model, value, path, node.one, about)
    elif slot.asks in ("references", "texts"):
        node.control, node.values = "lines", _lines(value)
        node.list_id = list_id(slot.kind) if slot.kind else ""
        if slot.name in STAGE_FIELDS:
            node.list_id = STAGE_LIST
    else:
        node.drawn = _drawn(model, slot, value, node, about)
    return node


def _lines(values: list[str]) -> list[tuple[str, bool]]:
    """What stands in the lines, and whether it has several itself; the last one is empty."""
    return [(text, "\n" in text) for text in values if text.strip()] + [("", False)]


def _drawn(
    model: type[BaseModel], slot: Slot, value: Any, node: Node, about: _Context
) -> dict[str, Any]:
    """What the component of fields draws."""
    drawn: dict[str, Any] = {
        "name": node.name, "id": node.id, "label": node.label, "value": value, "help": node.help,
        "errors": node.errors, "required": node.required, "max_length": slot.max_length,
        "autocomplete": "off", "type": "text",
    }  # fmt: skip
    if slot.asks in NARROW:
        drawn["width"] = "s"
    if (model.__name__, slot.name) in OWN_STAGE:
        drawn |= {"type": "select", "options": _own_stages(about.root, value)}
    elif slot.asks == "choice":
        drawn |= {"type": "select", "options": _options(slot, [value])}
    elif slot.asks == "choices":
        drawn |= {"type": "choices", "options": _options(slot, value)}
        if slot.optional:
            drawn["options"].append((NONE_OF_THEM, _("none of them")))
    elif slot.asks == "flag":
        drawn["type"] = "boolean"
    elif slot.asks == "date":
        drawn["type"] = "date"
    elif slot.asks in ("area", "mapping") or "\n" in value:
        drawn |= {"type": "textarea", "rows": 3}
    elif slot.asks == "reference":
        drawn["attrs"] = {"list": list_id(slot.kind)}
    elif slot.name in STAGE_FIELDS:
        drawn["attrs"] = {"list": STAGE_LIST}
    return drawn


def _options(slot: Slot, chosen: list[str]) -> list[tuple[str, str]]:
    """What may be chosen: of several what was chosen comes first, in its order; what is typed and
    cannot be chosen stays."""
    first = [one for one in chosen if one and one != NONE_OF_THEM]
    keep = first if slot.asks == "choices" else [one for one in first if one not in slot.choices]
    found = dict.fromkeys([*keep, *slot.choices])
    return [(one, choice_words(one)) for one in found]


def _own_stages(root: Typed, value: str) -> list[tuple[str, str]]:
    found = {s["key"].strip(): s["name"] or s["key"] for s in root.get("stages", ()) if s["key"]}
    if value:
        found.setdefault(value, value)
    return list(found.items())


def _items(
    model: type[BaseModel], values: list[Typed], path: Path, one: str, about: _Context
) -> list[Item]:
    found = []
    for number, given in enumerate(values):
        here = (*path, number)
        name = ".".join(str(step) for step in here)
        wrong = any(other[: len(here)] == here for other in about.errors)
        shown = about.opened == name or about.opened.startswith(f"{name}.")
        found.append(
            Item(
                title=item_title(about.root, given) or f"{first_upper(one)} {number + 1}",
                path=name,
                number=number,
                anchor=anchor_of(here),
                open=wrong or shown,
                nodes=_nodes(model, given, here, about),
                errors=_said(model, here, about.errors),
                removed=REMOVE in given,
                last=number == len(values) - 1,
            )
        )
    return found


def item_title(root: Typed, given: Typed) -> str:
    """What a part is called: its name, else where it leads, else its key or what it names."""
    if "source" in given and "target" in given:
        known = {s["key"]: s["name"] for s in root.get("stages", ())}
        ends = [known.get(given[end]) or given[end] for end in ("source", "target")]
        return " → ".join(ends) if any(ends) else ""
    for name in ("name", "title", "label", "text", "key", "skill", "objective", "does", "mode"):
        text = given.get(name)
        if isinstance(text, str) and text.strip():
            return text.strip()[:80]
    return ""
