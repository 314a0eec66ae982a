"""Base of the API's views: parameters and bodies are read strictly, by what an operation says."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, partial, wraps
from types import MappingProxyType
from typing import Any, ClassVar, TypeVar, cast

from django.db import connection, transaction
from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from esm.common.api import match, once
from esm.common.api.serializers import NoQuery, Nothing, Out, Strict, read, tell
from esm.common.api.throttling import ApiThrottle
from esm.common.uses import Use

F = TypeVar("F", bound=Callable[..., Response])


@dataclass(frozen=True)
class Operation:
    """What one method of a view takes."""

    name: str
    body: type[Strict]
    query: type[Strict]
    answer: type[serializers.BaseSerializer[Any]] | None
    page: bool
    guarded: bool
    act: Callable[..., Response]

    @property
    def moving(self) -> Collection[str]:
        """Names of the answer's figures that run with the clock."""
        return getattr(self.answer, "moving", ())


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
    guarded: bool = False,
) -> Callable[[F], F]:
    """Declare a method of a view once: for reading its input and for the API's description.

    ``page`` says that ``answer`` is one row of a page; ``body_schema`` describes a body that
    comes in more than one way; ``refused`` names refusals that few operations have, such as 404
    where the body names a thing; ``guarded`` asks for ``If-Match``. The first line of the docstring
    is the summary.
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
        @wraps(method)
        def called(view: "ApiView", request: Request, *args: Any, **kwargs: Any) -> Any:
            act = partial(method, view, request, *args, **kwargs)
            return view.run(act, request, kwargs)

        found = cast(F, described(called))
        found.__dict__["operation"] = Operation(
            name, body or Nothing, query, answer, page, guarded, method
        )
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
    # How much the caller may still call, in headers; set by the throttle.
    rate: Mapping[str, str] = MappingProxyType({})
    throttle: ApiThrottle | None = None
    query: dict[str, Any]
    fields: tuple[str, ...] = ()
    # True where an idempotency key counts for each part of what is sent; the view sees to it.
    keyed_by_item: ClassVar[bool] = False
    # True within the operation that was called: one that it builds on is a part of it.
    within = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if any("\x00" in value for value in kwargs.values() if isinstance(value, str)):
            raise NotFound()
        declared = self._declared(request)
        if declared is not None:
            self.query = self._read_query(request, declared)

    def count_things(self, request: Request, things: int) -> None:
        """Have a call count as many as it asks for. Raises Throttled before any is done."""
        if self.throttle is not None and not self.throttle.allow_more(things, request, self):
            self.throttled(request, self.throttle.wait() or 0.0)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kw: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kw)
        for name, value in self.rate.items():
            answer[name] = value
        return answer

    def run(
        self, act: Callable[[], Response], request: Request, place: Mapping[str, Any]
    ) -> HttpResponseBase:
        """Answer a call that may be made: by tag where one is told or asked for, by key once."""
        if self.within:
            return act()
        self.within = True
        declared = self._declared(request)
        assert declared is not None
        if request.method in ("GET", "HEAD"):
            return self._read(act, request, declared)
        if request.headers.get("If-Match", "*").strip() != "*":
            act = partial(self._matching, act, request, place)
        elif declared.guarded and "If-Match" not in request.headers:
            raise match.MatchNeeded(
                "Say what you change: send the ETag you read it with as If-Match."
            )
        act = partial(self._tagged, act, declared)
        key = once.key_of(request)
        if not key or self.keyed_by_item:
            return act()
        use = Use(request.user.pk or 0, declared.name, key, once.digest_of(request))
        return once.answered(use, act)

    def _read(
        self, act: Callable[[], Response], request: Request, declared: Operation
    ) -> HttpResponseBase:
        answer = self._tagged(act, declared)
        if self.fields:
            items = answer.data["items"]
            answer.data["items"] = [{name: row[name] for name in self.fields} for row in items]
        if "ETag" in answer and match.unchanged(request, answer, declared.moving):
            return Response(status=304, headers={"ETag": answer["ETag"]})
        return answer

    def _tagged(self, act: Callable[[], Response], declared: Operation) -> Response:
        """What is told, with its tag; a page and a secret have none."""
        answer = act()
        whole = isinstance(answer, Response) and isinstance(answer.data, dict)
        if whole and not declared.page and "no-store" not in answer.get("Cache-Control", ""):
            answer["ETag"] = match.tag_of(answer.data, declared.moving)
        return answer

    def _matching(
        self, act: Callable[[], Response], request: Request, place: Mapping[str, Any]
    ) -> Response:
        """Act on what the caller has seen, held until the change is committed."""
        with transaction.atomic():
            self.hold(request, **place)
            match.require(
                request, self.tag(request, **place), lambda: self.meanwhile(request, **place)
            )
            return act()

    def meanwhile(self, request: Request, **place: Any) -> Mapping[str, Any]:
        """What a caller is told beside the tag where the thing changed since they read it."""
        return {}

    def hold(self, request: Request, **place: Any) -> None:
        """Lock what ``If-Match`` is about until the transaction ends, as its services lock it.

        Raises NotFound for what is hidden. Where nothing is said, callers of this address wait for
        each other.
        """
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [request.path])

    def tag(self, request: Request, **place: Any) -> str:
        """The tag of what ``If-Match`` is about, as it is now; raises Stale where nothing has one.

        What is read at this address, unless a view says otherwise.
        """
        reads = getattr(getattr(self, "get", None), "operation", None)
        if reads is None or reads.page:
            raise match.Stale("Nothing at this address has an ETag; leave If-Match out.")
        return match.tag_of(reads.act(self, request, **place).data, reads.moving)

    def _declared(self, request: Request) -> Operation | None:
        handler = getattr(self, (request.method or "").lower(), None)
        return getattr(handler, "operation", None)

    def _read_query(self, request: Request, declared: Operation) -> dict[str, Any]:
        given = {name: values[-1] for name, values in request.query_params.lists()}
        twice = [n for n, values in request.query_params.lists() if len(values) > 1]
        if twice:
            raise ValidationError({n: ["Name this parameter once."] for n in twice})
        self.fields = self._read_fields(given, declared) if declared.page else ()
        return read(declared.query, given)

    def _read_fields(self, given: dict[str, str], declared: Operation) -> tuple[str, ...]:
        """What is wanted of each row, taken out of the parameters; empty for all of it."""
        if "fields" not in given:
            return ()
        wanted = tuple(given.pop("fields").split(","))
        assert declared.answer is not None
        row: Any = declared.answer()
        known = row.fields
        if unknown := [name for name in wanted if name not in known]:
            there = ", ".join(known)
            raise ValidationError({"fields": [f"There is no {unknown[0]!r}. There is: {there}."]})
        return wanted

    def body(self, request: Request) -> dict[str, Any]:
        """The checked body. Raises ValidationError with a pointer for each field."""
        declared = self._declared(request)
        shape = declared.body if declared else Nothing
        return read(shape, plain(request))


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
    data = shape(thing, context=context).data if context else tell(shape, thing)
    return Response(data, status=status)
