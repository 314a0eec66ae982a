"""Is an answer one that the description names: its status, its type, its shape, its headers."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs
from django.http import HttpResponse

from esm.common.api.docs import description
from tests.architecture.urls import addresses

# What parts of the description point at is looked up here, and compiled only where needed.
HOME = "urn:description"


@cache
def path_of(name: str) -> str:
    """The path in the description of a named address; empty where it has none."""
    for address in addresses():
        if address.name == name:
            path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address.route)
            return path if path in description()["paths"] else ""
    raise AssertionError(name)


def _resolved(part: dict[str, Any]) -> dict[str, Any]:
    """The part itself, or what it points at."""
    while "$ref" in part:
        found: Any = description()
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


@cache
def answers(path: str, method: str) -> dict[str, Any]:
    """By status what an operation may answer."""
    found = description()["paths"][path][method]["responses"]
    return {status: _resolved(told) for status, told in found.items()}


@cache
def _shapes() -> Any:
    """The description itself, so that a validator compiles only the shapes it needs."""
    return jsonschema_rs.Registry([(HOME, _placed(description()))])


def _placed(part: Any) -> Any:
    """The part with what it points at named wherever it stands."""
    return json.loads(json.dumps(part).replace('"$ref": "#/', f'"$ref": "{HOME}#/'))


@cache
def _validator(path: str, method: str, status: str, kind: str) -> Any:
    schema = _placed(answers(path, method)[status]["content"][kind]["schema"])
    return jsonschema_rs.Draft202012Validator(schema, registry=_shapes())


def undescribed(path: str, method: str, answer: HttpResponse) -> list[str]:
    """What of an answer the description does not say."""
    status, kind = str(answer.status_code), answer.headers.get("Content-Type", "")
    if method not in description()["paths"][path]:
        return [] if status == "405" or status in ("401", "403") else [f"method {method}"]
    told = answers(path, method).get(status)
    if told is None:
        return [f"status {status}"]
    headers = {name: how for name, how in told.get("headers", {}).items() if how.get("required")}
    faults = [f"no header {name}" for name in headers if name not in answer.headers]
    if answer.streaming:
        known = "*/*" in told["content"] or kind in told["content"]
        return faults + ([] if known else [f"type {kind}"])
    if "content" not in told:
        return faults + (["a body"] if answer.content else [])
    if kind not in told["content"]:
        return [*faults, f"type {kind}"]
    shape = _validator(path, method, status, kind)
    return faults + [str(error)[:400] for error in shape.iter_errors(json.loads(answer.content))]
