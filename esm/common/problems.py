"""RFC 9457 problem+json for every refusal of the API."""

from typing import Any

from django.core.exceptions import PermissionDenied
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
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
}


def problem(status: int, detail: str, code: str, **extra: Any) -> Response:
    """A problem+json response; ``type`` resolves to a page of the API docs."""
    body = {
        "type": f"/api/docs/problems/#{code}",
        "title": TITLES.get(status, "Refused"),
        "status": status,
        "detail": detail,
        "code": code,
        **extra,
    }
    return Response(body, status=status, content_type="application/problem+json")


def _pointers(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [e for key, value in detail.items() for e in _pointers(value, f"{path}/{key}")]
    if isinstance(detail, list):
        return [e for value in detail for e in _pointers(value, path)]
    return [{"pointer": path or "/", "detail": str(detail)}]


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF exception handler: services' refusals and DRF's own become problems."""
    if isinstance(error, ServiceError):
        extra: dict[str, Any] = dict(error.extra)
        if isinstance(error, Invalid) and error.errors:
            extra["errors"] = [
                {"pointer": f"/{field}", "detail": sentence}
                for field, sentences in error.errors.items()
                for sentence in sentences
            ]
        detail = "Nothing here." if error.status == 404 else error.sentence
        return problem(error.status, detail, error.code, **extra)
    if isinstance(error, Http404):
        return problem(404, "Nothing here.", "not-found")
    if isinstance(error, PermissionDenied):
        return problem(403, "You may not do this.", "not-allowed")
    response = exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    if isinstance(error, exceptions.ValidationError):
        pointers = _pointers(error.detail)
        answer = problem(400, "Some fields cannot be used.", "invalid", errors=pointers)
    else:
        answer = problem(response.status_code, str(error.detail), str(error.default_code))
    for header, value in response.items():
        if header.lower() != "content-type":
            answer[header] = value
    return answer
