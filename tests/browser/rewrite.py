"""Rewrites an organisation's files: every key, code, name, text and threshold becomes another.

What passes on the original and on the rewritten files depends on no key of any model.
"""

import re
import shutil
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from governance.blueprint.elements import Element
from governance.blueprint.files import ModelMeta, read_directory, write_directory
from governance.blueprint.references import condition_fields, parts, references
from governance.blueprint.serialise import build_spec

FACTOR = 3
TEXTS = {
    "name", "title", "label", "text", "question", "statement", "purpose", "help", "summary",
    "trigger", "value", "instructions", "output", "placeholder", "note", "supplier", "mailbox",
    "unit",
}  # fmt: skip
CHOICES = {"DecisionType": {"unit"}}
TEXT_LISTS = {"you_get", "we_need", "synonyms", "accountabilities"}


class Names:
    """New names for old ones, by what they name; the same old name gets the same new one."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, str]] = defaultdict(dict)

    def key(self, table: str, old: str) -> str:
        known = self.tables[table]
        if old not in known:
            mark = "_" if table == "variable" else "-"
            known[old] = f"zq{mark}{table.lower()[:3]}{mark}{len(known) + 1}"
        return known[old]

    def text(self, old: str) -> str:
        known = self.tables["text"]
        if old and old not in known:
            known[old] = f"Wording {len(known) + 1}"
        return known.get(old, "")

    def expression(self, text: str) -> str:
        """Variables, quoted options and large numbers of a condition."""

        def one(match: re.Match[str]) -> str:
            word = match.group()
            if word.startswith("'"):
                inner = word[1:-1]
                return f"'{self.tables['option'].get(inner, inner)}'"
            if word[0].isdigit():
                return str(int(word) * FACTOR) if int(word) >= 1000 else word
            return self.tables["variable"].get(word, word)

        return re.sub(r"'[^']*'|[A-Za-z_][A-Za-z0-9_]*|\d+", one, text)


def rewrite(source: Path, target: Path, models: tuple[str, ...]) -> None:
    """Write the rewritten organisation to ``target``."""
    names = Names()
    for model in models:
        files = read_directory(source / model)
        elements = list(files.elements.values())
        _collect(names, elements)
        meta = files.meta.model_dump()
        meta["code"] = f"V-{files.meta.number}"
        meta["title"] = names.text(files.meta.title)
        meta["release_note"] = names.text(files.meta.release_note)
        fresh = [_element(names, element) for element in elements]
        write_directory(target / model, ModelMeta.model_validate(meta), fresh)
    _people(names, source, target)
    _journey(names, source, target, models)
    if (source / "files").is_dir():
        shutil.copytree(source / "files", target / "files")


def _collect(names: Names, elements: list[Element]) -> None:
    for element in elements:
        names.key(element.kind, element.key)
        for _, part in parts(element.spec):
            kind = type(part).__name__
            if kind == "FormField":
                names.key("variable", part.key)  # type: ignore[attr-defined]
            elif kind == "Option":
                names.key("option", part.key)  # type: ignore[attr-defined]


OWN_KEYS = {
    "Stage": {"key": "stage"},
    "Flow": {"source": "stage", "target": "stage"},
    "HandoffAgreement": {"stage": "stage"},
    "Control": {"stage": "stage"},
    "Support": {"stage": "stage"},
    "FormField": {"key": "variable"},
    "Option": {"key": "option"},
    "Section": {"key": "section"},
    "Criterion": {"key": "criterion", "field": "variable", "return_reason": "reason"},
    "ReturnReason": {"key": "reason"},
    "Offering": {"title_field": "variable", "amount_field": "variable"},
}


def _at(data: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def _element(names: Names, element: Element) -> Element:
    data = element.spec.model_dump(mode="json")
    for reference in references(element.spec):
        _at(data, reference.path[:-1])[reference.path[-1]] = names.key(
            reference.kind, reference.key
        )
    for path, part in parts(element.spec):
        here = _at(data, path)
        kind = type(part).__name__
        for name, table in OWN_KEYS.get(kind, {}).items():
            if here.get(name):
                here[name] = names.key(table, getattr(part, name))
        for name in condition_fields(type(part)):
            here[name] = names.expression(here[name])
        for name, value in list(here.items()):
            if name in TEXTS - CHOICES.get(kind, set()) and isinstance(value, str):
                here[name] = names.text(value)
            elif name in TEXT_LISTS:
                here[name] = [names.text(one) for one in value]
            elif name == "visible_at":
                here[name] = [names.key("stage", one) for one in value]
        if here.get("code"):
            here["code"] = names.key("code", here["code"]).upper()[:12]
    if element.kind == "DecisionRight":
        for name in ("min", "max"):
            if data[name] is not None:
                data[name] = str(Decimal(data[name]) * FACTOR)
    spec = build_spec(element.kind, data)
    return Element(element.kind, names.key(element.kind, element.key), element.schema, spec)


def _people(names: Names, source: Path, target: Path) -> None:
    data = yaml.safe_load((source / "people.yaml").read_text())
    tables = {"department": "Department", "team": "Team", "stream": "ValueStream"}
    for person in data.get("persons", []):
        person["key"] = names.key("person", person["key"])
        person["name"] = f"Person {person['key']}"
        person["email"] = f"{person['key']}@example.test"
        if person.get("site"):
            person["site"] = names.key("Site", person["site"])
        for name in ("teams", "lead_of"):
            if name in person:
                person[name] = [names.key("Team", one) for one in person[name]]
    for account in data.get("accounts", []):
        account["person"] = names.key("person", account["person"])
        account["username"] = names.key("user", account["username"])
    for row in data.get("roles", []):
        row["role"], row["person"] = (
            names.key("Role", row["role"]),
            names.key("person", row["person"]),
        )
        if row.get("focus"):
            row["focus"]["key"] = names.key(tables[row["focus"]["kind"]], row["focus"]["key"])
    for row in data.get("absences", []):
        for name in ("person", "stand_in"):
            if row.get(name):
                row[name] = names.key("person", row[name])
    for row in data.get("calendar_exceptions", []):
        row["calendar"], row["name"] = names.key("Calendar", row["calendar"]), "Closed"
    for row in data.get("service_accounts", []):
        row["key"], row["name"] = names.key("program", row["key"]), names.text(row["name"])
        row["role"] = names.key("Role", row["role"])
        if row.get("owner"):
            row["owner"] = names.key("person", row["owner"])
    (target / "people.yaml").write_text(yaml.safe_dump(data, sort_keys=False))


def _journey(names: Names, source: Path, target: Path, models: tuple[str, ...]) -> None:
    data = yaml.safe_load((source / "journey.yaml").read_text())
    offering = read_directory(source / models[-1]).blueprint.get("Offering", data["offering"])
    kinds = {field.key: field.type for field in offering.form.all_fields()}
    data["persona"] = names.key("user", data["persona"])
    data["service"] = names.key("Service", data["service"])
    data["offering"] = names.key("Offering", data["offering"])
    values = {}
    for key, value in data["values"].items():
        if kinds[key] == "choice":
            value = names.key("option", value)
        elif kinds[key] == "choices":
            value = [names.key("option", one) for one in value]
        elif kinds[key] == "money":
            value = value * FACTOR
        values[names.key("variable", key)] = value
    data["values"] = values
    files = data.get("files") or {}
    data["files"] = {names.key("variable", key): path for key, path in files.items()}
    for step in data["steps"]:
        step["stage"] = names.key("stage", step["stage"])
        step["actor"] = names.key("user", step["actor"])
        if step.get("reason"):
            step["reason"] = names.key("reason", step["reason"])
    expect = data["expect"]
    expect["stages"] = [names.key("stage", stage) for stage in expect["stages"]]
    expect["decision"]["type"] = names.key("DecisionType", expect["decision"]["type"])
    expect["decision"]["role"] = names.key("Role", expect["decision"]["role"])
    expect["decision"]["decider"] = names.key("person", expect["decision"]["decider"])
    expect["decision"]["band"] = [
        None if limit is None else limit * FACTOR for limit in expect["decision"]["band"]
    ]
    (target / "journey.yaml").write_text(yaml.safe_dump(data, sort_keys=False))
