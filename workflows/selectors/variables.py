"""The case variables that conditions read: the form's answers and facts of the request."""

from typing import Any

from workflows.models import Request


def values_of(request: Request) -> dict[str, Any]:
    """Answers by field key; facts of the request never hide an answer of the same name."""
    department = request.requester_department
    return {
        "amount": request.amount,
        "currency": request.currency,
        "department": department.key if department else "",
        "service": request.service.key,
        "offering": request.offering.key,
        **request.data,
    }
