"""RFC 9457 problem+json for every refusal of the API."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from esm.common.errors import Invalid, ServiceError

TITLES = {
    400: "The request cannot be read",
    401: "Sign in or send a token",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible in this state",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Unsupported media type",
    422: "The key was used for something else",
    428: "If-Match is missing",
    429: "Too many requests",
    503: "Not available now",
}
PAGE = "/api/docs/problems/"
# Where the framework's own names would say less.
CODES = {
    "not_authenticated": "not-signed-in",
    "authentication_failed": "token-refused",
    "permission_denied": "not-allowed",
    "parse_error": "malformed",
}
NOTHING = "Nothing here."


def problem(status: int, detail: str, code: str, **extra: Any) -> Response:
    """A problem+json response; ``type`` resolves to a page of the API docs."""
    body = {
        "type": f"{PAGE}#{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
        **extra,
    }
    return Response(body, status=status, content_type="application/problem+json")


def _step(name: object) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _pointers(detail: Any, path: str = "") -> list[dict[str, str]]:
    """JSON Pointers (RFC 6901) into the body; what concerns a whole part points at it."""
    if isinstance(detail, dict):
        return [
            found
            for name, value in detail.items()
            for found in _pointers(
                value, path if name == "non_field_errors" else f"{path}/{_step(name)}"
            )
        ]
    if isinstance(detail, list):
        nested = any(isinstance(value, dict | list) for value in detail)
        return [
            found
            for index, value in enumerate(detail)
            for found in _pointers(value, f"{path}/{index}" if nested else path)
        ]
    return [{"pointer": path, "detail": str(detail)}] if detail is not None else []


def _of_service(error: ServiceError) -> Response:
    if error.status == 404:
        return problem(404, NOTHING, "not-found")
    extra: dict[str, Any] = dict(error.extra)
    if isinstance(error, Invalid) and error.errors:
        extra["errors"] = [
            {"pointer": f"/{field}" if field else "", "detail": sentence}
            for field, sentences in error.errors.items()
            for sentence in sentences
        ]
    answer = problem(error.status, error.sentence, error.code, **extra)
    if error.code == "in-flight":
        answer["Retry-After"] = "1"
    if error.status == 412 and "current" in extra:
        answer["ETag"] = extra["current"]
    return answer


def _of_framework(error: exceptions.APIException, status: int) -> Response:
    if status == 404:
        return problem(404, NOTHING, "not-found")
    if isinstance(error, exceptions.ValidationError):
        pointers = _pointers(error.detail)
        return problem(400, "Some fields cannot be used.", "invalid", errors=pointers)
    code = getattr(error.detail, "code", error.default_code)
    code = code if "-" in str(code) else error.default_code
    return problem(status, str(error.detail), CODES.get(code, str(code).replace("_", "-")))


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: services' refusals and DRF's own become problems."""
    if isinstance(error, ServiceError):
        return _of_service(error)
    if isinstance(error, Http404):
        return problem(404, NOTHING, "not-found")
    if isinstance(error, PermissionDenied):
        return problem(403, "You may not do this.", "not-allowed")
    if isinstance(error, RequestDataTooBig):
        return problem(413, "This is too large.", "too-large")
    if isinstance(error, SuspiciousOperation):
        return problem(400, "This cannot be read.", "malformed")
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    answer = _of_framework(error, response.status_code)
    for header, value in response.items():
        if header.lower() != "content-type":
            answer[header] = value
    return answer
