"""What the import contracts of pyproject.toml cannot see, and that they see everything."""

import tomllib
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps

from tests.architecture.code import APPS, ROOT, modules

# From the top down, as in the contract «layers of apps».
ORDER = (
    "demo",
    "valueflow",
    "workflows",
    "catalog",
    "governance",
    "esm.notices",
    "esm.events",
    "esm.accounts",
    "esm.common",
)
RANK = {label: place for place, label in enumerate(ORDER)}


@pytest.fixture(scope="module")
def contracts() -> dict[str, dict[str, Any]]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    assert config["root_packages"] == [*APPS]
    return {contract["name"]: contract for contract in config["contracts"]}


def names_of(layer: str) -> list[str]:
    return [part.strip(" ()\n") for part in layer.replace("|", ":").split(":")]


def test_contracts_stand_in_the_order_of_the_house(contracts: dict[str, Any]) -> None:
    layers = [names_of(layer) for layer in contracts["layers of apps"]["layers"]]
    places = [next(n for n, layer in enumerate(layers) if label in layer) for label in ORDER]
    assert all(above < below for above, below in pairwise(places))


def test_no_contract_has_exceptions(contracts: dict[str, Any]) -> None:
    assert [name for name, contract in contracts.items() if "ignore_imports" in contract] == []


def test_every_package_is_under_contract() -> None:
    packages = {
        path.parent.name
        for path in ROOT.glob("*/__init__.py")
        if path.parent.name not in {"tests", "benchmarks"}
    }
    assert packages == set(APPS)


def test_every_module_name_stands_in_a_layer(contracts: dict[str, Any]) -> None:
    loose = []
    for contract in contracts.values():
        if not contract.get("exhaustive"):
            continue
        known = {name for layer in contract["layers"] for name in names_of(layer)}
        known |= set(contract.get("exhaustive_ignores", ()))
        for container in contract["containers"]:
            depth = container.count(".") + 1
            children = {
                module.split(".")[depth]
                for module in modules()
                if module.startswith(f"{container}.")
            }
            loose += [f"{container}.{child}" for child in sorted(children - known)]
    assert loose == [], "give each a layer in pyproject.toml, or move it where it belongs"


def test_every_app_is_under_the_contract_of_its_inside(contracts: dict[str, Any]) -> None:
    inside = contracts["layers inside an app"]["containers"]
    assert set(inside) | {"esm.common"} == set(ORDER)


def test_foreign_keys_point_downwards() -> None:
    """A string in a foreign key is no import, so the contracts do not see it."""
    upward = []
    for model in apps.get_models(include_auto_created=True):
        home = model._meta.app_config.name
        for field in model._meta.get_fields():
            if not (field.is_relation and field.concrete and field.related_model):
                continue
            target = field.related_model._meta.app_config.name
            if home in RANK and target in RANK and RANK[target] < RANK[home]:
                upward.append(f"{home}.{model.__name__}.{field.name} → {target}")
    assert upward == []


def test_no_module_is_a_drawer() -> None:
    """«utils» says nothing about what is inside."""
    drawers = {"utils", "util", "helpers", "misc", "common_utils"}
    assert [m for m in modules() if drawers & set(m.split("."))] == []
