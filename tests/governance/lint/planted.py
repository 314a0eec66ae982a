"""The twelve faults of ``tests/fixtures/clinic_faults``: one file each, laid over the clinic."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import yaml

from governance.blueprint.elements import Element, ElementId
from governance.blueprint.findings import Finding
from governance.blueprint.lint import Facts
from governance.blueprint.lint.facts import People, TeamFacts
from governance.blueprint.rights import Holding, Person
from governance.blueprint.rights.findings import Standing
from governance.blueprint.serialise import build_spec, read_yaml
from tests.support import ROOT

FAULTS = ROOT / "tests" / "fixtures" / "clinic_faults"


@dataclass(frozen=True)
class Fault:
    """One planted fault: edits of the model, holdings that ended, and the finding they cause."""

    name: str
    area: str
    finds: Mapping[str, str]
    edits: tuple[Mapping[str, Any], ...] = ()
    people: tuple[Mapping[str, Any], ...] = ()

    @property
    def finding(self) -> tuple[str, ...]:
        """Rule, severity, kind, key and part of what must be found."""
        return tuple(self.finds.get(n, "") for n in ("rule", "severity", "kind", "key", "part"))

    @property
    def fingerprint(self) -> str:
        """By what a finding of it is known for good."""
        rule, severity, kind, key, part = self.finding
        return Finding(rule, severity, kind, key, "", part).fingerprint  # type: ignore[arg-type]


def read(path: Any) -> Fault:
    """One file of a fault, read as files of a model are."""
    data, _ = read_yaml(path.read_bytes())
    assert isinstance(data, dict)
    edits, people = tuple(data.pop("edits", ())), tuple(data.pop("people", ()))
    return Fault(path.stem, edits=edits, people=people, **data)


def all_faults() -> list[Fault]:
    """The twelve, in the order of their files."""
    return [read(path) for path in sorted(FAULTS.glob("*.yaml"))]


def planted(
    model: Mapping[ElementId, Element], faults: Iterable[Fault]
) -> dict[ElementId, Element]:
    """The elements of a model with some faults in them."""
    found = dict(model)
    for fault in faults:
        for edit in fault.edits:
            item = (edit["kind"], edit["key"])
            if edit.get("remove"):
                del found[item]
                continue
            if "spec" in edit:
                assert item not in found, "a fault adds what was not there"
                content = edit["spec"]
            else:
                content = found[item].spec.model_dump()
                content.update(edit.get("set", {}))
                for name, more in edit.get("append", {}).items():
                    content[name] = [*content[name], *more]
            found[item] = Element(*item, 1, build_spec(edit["kind"], content))
    return found


def ended(faults: Iterable[Fault]) -> set[tuple[str, str]]:
    """Role and person of every holding that the faults end."""
    return {(row["role"], row["person"]) for fault in faults for row in fault.people}


def people_text(text: str, faults: Iterable[Fault]) -> str:
    """people.yaml without the holdings that the faults end."""
    content, gone = yaml.safe_load(text), ended(faults)
    there = {(row["role"], row["person"]) for row in content["roles"]}
    assert gone <= there, "a fault ends what is held"
    content["roles"] = [r for r in content["roles"] if (r["role"], r["person"]) not in gone]
    return yaml.safe_dump(content, allow_unicode=True)


def facts_of(text: str) -> Facts:
    """Who there is by a people.yaml, without a database."""
    content = yaml.safe_load(text)
    people = {row["key"]: Person(row["key"], row["name"], True) for row in content["persons"]}
    members: dict[str, set[str]] = {}
    leads: dict[str, set[str]] = {}
    for row in content["persons"]:
        for team in row["teams"]:
            members.setdefault(team, set()).add(row["key"])
        for team in row.get("lead_of", ()):
            leads.setdefault(team, set()).add(row["key"])
    at = datetime(2026, 9, 1, 9, 30, tzinfo=UTC)
    held = [Holding(row["role"], row["person"]) for row in content["roles"]]
    teams = {
        key: TeamFacts(frozenset(those), frozenset(leads.get(key, ())))
        for key, those in members.items()
    }
    return Facts(today=at.date(), people=People(Standing(at, held, people), teams))
