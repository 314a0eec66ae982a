"""The API's description: summaries from docstrings, refusals the same everywhere."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from esm.common.api import once
from esm.common.problems import TITLES

PROBLEM = "application/problem+json"
ALWAYS = (400, 401, 403, 409, 429, 503)
WRITES = (413, 415)


class Described(AutoSchema):
    """A method's docstring is its description, the first line its summary."""

    method: str

    def get_summary(self) -> str | None:
        text = self._doc()
        return text.splitlines()[0].rstrip(".") if text else None

    def get_description(self) -> str:  # type: ignore[override]
        _first, _, rest = self._doc().partition("\n")
        words = " ".join(line.strip() for line in rest.splitlines()).strip()
        scope = self._scope()
        asks = f"A token needs the scope `{scope}`." if scope else "Any token may ask."
        return f"{words}\n\n{asks}".strip()

    def _get_serializer_name(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> str:
        name: str = super()._get_serializer_name(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        for ending in ("Out", "In"):
            name = name.removesuffix(ending)
        return name

    def get_operation(self, *given: Any, **named: Any) -> Any:
        found = super().get_operation(*given, **named)
        scope = self._scope() if found else ""
        declared = getattr(getattr(self.view, self.method.lower(), None), "operation", None)
        if found and declared is not None:
            _conditional(found, declared, self.method, "{" in self.path)
        if found and scope:
            found["x-token-scope"] = scope
            found["security"] = [
                {**way, "token": [scope]} if "token" in way else way for way in found["security"]
            ]
        return found

    def _doc(self) -> str:
        method = getattr(self.view, self.method.lower(), None)
        return (getattr(method, "__doc__", "") or "").strip()

    def _scope(self) -> str:
        scopes = getattr(self.view, "scopes", {})
        side = "read" if self.method == "GET" else "write"
        return str(scopes.get(self.method, scopes.get(side, "")))


def _pointer(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/Problem{status}"}


def _refusal(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    described: dict[str, Any] = {
        "description": TITLES[status],
        "content": {PROBLEM: {"schema": schema}},
    }
    if status in (429, 503):
        described["headers"] = {
            "Retry-After": {
                "description": "Seconds to wait.",
                "required": True,
                "schema": {"type": "integer"},
            }
        }
    return described


IDEMPOTENCY = {
    "name": once.HEADER,
    "in": "header",
    "description": (
        "Any text of your own, at most 255 characters. The same post sent again with it within"
        " seven days has no second effect and gets the same answer; with anything else it is 422."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": once.LONGEST, "pattern": "^[!-~]+$"},
}
FIELDS = {
    "name": "fields",
    "in": "query",
    "description": "Names of what is wanted of each item, with commas between; else all of it.",
    "schema": {"type": "string", "maxLength": 500},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag the change was made from; where it has another one now, 412.",
    "schema": {"type": "string", "maxLength": 2000},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The ETag you have; where it still is the one, 304 and no body.",
    "schema": {"type": "string", "maxLength": 2000},
}
TAGGED: dict[str, Any] = {
    "description": "Of what you see of it, without figures that run with the clock.",
    "schema": {"type": "string", "examples": ['"2f1c…"']},
}
REPEATED = {
    once.REPLAYED: {
        "description": "`true` where this answer was given before.",
        "schema": {"type": "string", "enum": ["true"]},
    }
}

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457: why a call was refused.",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Address of the page that explains the code.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for people."},
        "code": {"type": "string", "description": "Stable, for programs."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON Pointer into the body, or the parameter's name.",
                    },
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "detail"],
            },
        },
        "allowed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Commands that are possible now.",
        },
        "in_force": {
            "type": "object",
            "description": "What is in force instead of what the model has ended.",
            "properties": {
                "version": {"type": ["string", "null"]},
                "offerings": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["version"],
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
}


def describe_refusals(
    result: dict[str, Any], generator: Any, request: Any, public: bool
) -> dict[str, Any]:
    """Every operation can be refused in the ways the conventions name."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    statuses = sorted({*ALWAYS, *WRITES, 404, 422, 412, 428})
    components["responses"] = {f"Problem{status}": _refusal(status) for status in statuses}
    for address, methods in result["paths"].items():
        for method, described in methods.items():
            for answer in described["responses"].values():
                answer["description"] = answer.get("description") or "Done."
            wanted = set(ALWAYS)
            wanted |= {404} if "{" in address else set()
            wanted |= set(WRITES) if method != "get" else set()
            wanted |= {int(status) for status in described["responses"] if status >= "400"}
            wanted |= {int(s) for s in described.pop("x-refusals", ())}
            wanted |= _posts(described) if method == "post" else set()
            described["responses"].update({str(s): _pointer(s) for s in sorted(wanted)})
    _drop(result, "x-spec-enum-id")
    return result


def _conditional(found: dict[str, Any], declared: Any, method: str, one: bool) -> None:
    """Tags: told of every single thing, asked for by what changes it."""
    parameters, answers = found.setdefault("parameters", []), found["responses"]
    for status, answer in answers.items():
        if status in ("200", "201") and not declared.page and declared.answer is not None:
            # What holds a secret has none.
            answer["headers"] = {
                "ETag": {**TAGGED, **({"required": True} if method == "GET" else {})}
            }
    if method == "GET":
        if declared.page:
            parameters.append(FIELDS)
        else:
            parameters.append(IF_NONE_MATCH)
            if not declared.moving:
                answers["304"] = {"description": "You have it as it is."}
        return
    if one:
        parameters.append({**IF_MATCH, "required": True} if declared.guarded else IF_MATCH)
        found["x-refusals"] = [412, 428] if declared.guarded else [412]


def _posts(described: dict[str, Any]) -> set[int]:
    """What every post takes and tells; returns how else it may be refused."""
    described.setdefault("parameters", []).append(IDEMPOTENCY)
    for status, answer in described["responses"].items():
        if status.startswith("2"):
            answer["headers"] = {**answer.get("headers", {}), **REPEATED}
    return {422}


def _drop(part: Any, name: str) -> None:
    """Leave out marks of the generator."""
    if isinstance(part, dict):
        part.pop(name, None)
    for value in part.values() if isinstance(part, dict) else part:
        if isinstance(value, dict | list):
            _drop(value, name)
