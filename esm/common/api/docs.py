"""Pages that describe the API: made from its own schema, without a script."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views import View
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from esm.common.api.explained import Explained

_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Field:
    """A parameter or a member of a body or an answer."""

    name: str
    type: str
    required: bool
    text: str


@dataclass(frozen=True)
class Call:
    """One operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    parameters: list[Field] = field(default_factory=list)
    body: list[Field] = field(default_factory=list)
    answer: list[Field] = field(default_factory=list)

    @property
    def parts(self) -> list[str]:
        """The path in pieces between which a narrow page may break it."""
        return re.findall(r"/[^/]*", self.path)


@cache
def description() -> dict[str, Any]:
    """The API's description; the code cannot change while it runs."""
    found: dict[str, Any] = SchemaGenerator().get_schema(  # type: ignore[no-untyped-call]
        request=None, public=True
    )
    return found


_written: dict[type[BaseRenderer], str | bytes] = {}


def written(renderer: type[BaseRenderer]) -> str | bytes:
    """The description as a renderer writes it: a second of work, done once a process."""
    if renderer not in _written:
        _written[renderer] = renderer().render(description(), renderer_context={})
    return _written[renderer]


class Schema(SpectacularAPIView):
    """The description for programs, in YAML or JSON."""

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        kind = f"{renderer.media_type}; charset={renderer.charset or 'utf-8'}"
        name = self._get_filename(request, None)  # type: ignore[no-untyped-call]
        disposition = {"Content-Disposition": f'inline; filename="{name}"'}
        return HttpResponse(written(type(renderer)), content_type=kind, headers=disposition)


@cache
def calls() -> dict[str, list[Call]]:
    """Operations by their tag."""
    schema = description()
    found: dict[str, list[Call]] = {}
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                tag = methods[method]["tags"][0]
                found.setdefault(tag, []).append(_call(schema, path, method, methods[method]))
    return found


def _call(schema: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Call:
    answers = [found for status, found in told["responses"].items() if status.startswith("2")]
    return Call(
        name=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told.get("summary", ""),
        text=_text(told),
        scope=told.get("x-token-scope", ""),
        parameters=[
            Field(p["name"], _type(schema, p["schema"]), p.get("required", False), _text(p))
            for p in told.get("parameters", ())
        ],
        body=_members(schema, told.get("requestBody", {})),
        answer=_members(schema, answers[0]) if answers else [],
    )


def _text(described: Mapping[str, Any]) -> str:
    return _words(str(described.get("description", "")))


def _words(text: str) -> str:
    """Markdown's marks left out."""
    return text.replace("`", "")


def _follow(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    found: dict[str, Any] = schema["components"]["schemas"][part["$ref"].rpartition("/")[2]]
    return found


def _members(schema: dict[str, Any], described: Mapping[str, Any]) -> list[Field]:
    for kind, content in described.get("content", {}).items():
        part = _follow(schema, content["schema"])
        required = part.get("required", ())
        if "properties" in part:
            return [
                Field(name, _type(schema, told), name in required, _text(told))
                for name, told in part["properties"].items()
            ]
        return [Field("", kind, True, _text(part))]
    return []


def _type(schema: dict[str, Any], part: dict[str, Any]) -> str:
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return " ".join(re.findall(r"[A-Z][a-z0-9]*", name)).lower() or name
    for choice in ("allOf", "oneOf", "anyOf"):
        if choice in part:
            return " or ".join(_type(schema, one) for one in part[choice])
    if "enum" in part:
        return ", ".join(str(value) or "“”" for value in part["enum"])
    found = part.get("type", "any")
    if found == "array":
        return f"list of {_type(schema, part.get('items', {}))}"
    names: Sequence[str] = found if isinstance(found, list) else [found]
    words = [part.get("format", name) if name != "null" else "null" for name in names]
    return " or ".join(words)


def _layout(request: HttpRequest) -> str:
    return "base.html" if request.user.is_authenticated else "bare.html"


@cache
def _calls_in(language: str | None) -> str:
    """All operations as they stand on the page: the same for everybody, dear to write."""
    return render_to_string("api/calls.html", {"tags": calls().items()})


def docs(request: HttpRequest) -> HttpResponse:
    """All operations."""
    page = {"layout": _layout(request), "calls": _calls_in(get_language())}
    return render(request, "api/docs.html", page)


class Problems(View):
    """What each problem code means."""

    explained: tuple[Explained, ...] = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        """All codes by status."""
        rows = [
            replace(one, what=_words(one.what), mend=_words(one.mend))
            for one in sorted(self.explained, key=lambda one: (one.status, one.code))
        ]
        return render(request, "api/problems.html", {"layout": _layout(request), "rows": rows})
