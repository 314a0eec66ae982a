"""Evidence of a request over REST."""

from django.http import FileResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request as Call

from governance.api.views.evidence import ANSWERS
from governance.services import evidence
from governance.views.evidence import as_file
from workflows.api.views.base import OfRequest
from workflows.selectors import requests as seen


class RequestEvidence(OfRequest):
    """What proves what happened to a request."""

    @extend_schema(operation_id="request_evidence", tags=["requests"], responses=ANSWERS)
    def get(self, request: Call, ref: str) -> FileResponse:
        """Everything that proves it as one zip file, for auditors and stewards.

        Ledger, decisions, rules and anchors with a checker. Who took it is written down.
        """
        user = request.user
        found = seen.by_ref(user, ref, related=())
        return as_file(evidence.take_of_subject("request", found.pk, ref=found.ref, user=user))
