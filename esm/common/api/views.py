"""Base of the API's views: parameters and bodies are read strictly, by what an operation says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.common.api.serializers import NoQuery, Nothing, Out, Strict

F = TypeVar("F", bound=Callable[..., Response])


@dataclass(frozen=True)
class Operation:
    """What one method of a view takes."""

    body: type[Strict]
    query: type[Strict]


@cache
def _page_of(answer: type[serializers.BaseSerializer[Any]]) -> Any:
    return inline_serializer(
        name=f"{answer.__name__.removesuffix('Out')}Page",
        fields={
            "items": answer(many=True),
            "next": serializers.CharField(
                allow_null=True, help_text="Address of the next page; null at the end."
            ),
        },
    )


def operation(
    name: str,
    *,
    tag: str,
    answer: type[serializers.BaseSerializer[Any]] | None,
    body: type[Strict] | None = None,
    body_schema: Any = None,
    query: type[Strict] = NoQuery,
    status: int = 200,
    page: bool = False,
    refused: tuple[int, ...] = (),
) -> Callable[[F], F]:
    """Declare a method of a view once: for reading its input and for the API's description.

    ``page`` says that ``answer`` is one row of a page; ``body_schema`` describes a body that
    comes in more than one way; ``refused`` names refusals that few operations have, such as 404
    where the body names a thing. The first line of the docstring is the summary.
    """
    row: Any = answer
    response = _page_of(row) if page else answer
    described = extend_schema(
        operation_id=name,
        tags=[tag],
        parameters=[query] if query is not NoQuery else [],
        request=body_schema if body_schema is not None else body,
        responses={status: response, **dict.fromkeys(refused)},
    )

    def mark(method: F) -> F:
        found: F = described(method)
        found.__dict__["operation"] = Operation(body or Nothing, query)
        return found

    return mark


class ApiView(APIView):
    """One address of the API.

    ``scopes`` names what a token needs: by "read", "write" or a method. ``self.query`` holds the
    checked parameters; ``self.body`` reads the body when it is asked for, after the thing was
    found, so that what is hidden and what is missing answer alike.
    """

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    scopes: ClassVar[Mapping[str, str]] = {}
    query: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise NotFound()
        declared = self._declared(request)
        if declared is not None:
            self.query = self._read_query(request, declared.query)

    def _declared(self, request: Request) -> Operation | None:
        handler = getattr(self, (request.method or "").lower(), None)
        return getattr(handler, "operation", None)

    def _read_query(self, request: Request, shape: type[Strict]) -> dict[str, Any]:
        given = {name: values[-1] for name, values in request.query_params.lists()}
        twice = [n for n, values in request.query_params.lists() if len(values) > 1]
        if twice:
            raise ValidationError({n: ["Name this parameter once."] for n in twice})
        found = shape(data=given)
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)

    def body(self, request: Request) -> dict[str, Any]:
        """The checked body. Raises ValidationError with a pointer for each field."""
        declared = self._declared(request)
        shape = declared.body if declared else Nothing
        found = shape(data=plain(request))
        found.is_valid(raise_exception=True)
        return dict(found.validated_data)


def plain(request: Request) -> Any:
    """The body as plain values: of JSON as it is, of a form by name, its files left out."""
    data: Any = request.data
    if not hasattr(data, "lists"):
        return data
    files = set(request.FILES)
    twice = [name for name, values in data.lists() if name not in files and len(values) > 1]
    if twice:
        raise ValidationError({name: ["Name this field once."] for name in twice})
    return {name: data[name] for name in data if name not in files}


class Missing(ApiView):
    """Every address below the API that is not there: the same answer as for what is hidden."""

    permission_classes = [IsAuthenticated]
    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.http_method_names = [*self.http_method_names, str(request.method).lower()]
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound()


def told(shape: type[Out], thing: Any, *, status: int = 200, **context: Any) -> Response:
    """One thing as its shape."""
    return Response(shape(thing, context=context).data, status=status)
