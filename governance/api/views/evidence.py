"""Evidence of a decision over REST."""

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from governance.api.views.decisions import OneDecision
from governance.services import evidence
from governance.views.evidence import as_file

ANSWERS = {(200, "application/zip"): OpenApiTypes.BINARY}


class DecisionEvidence(OneDecision):
    """What proves a decision."""

    scopes = {"read": "requests:read"}

    @extend_schema(operation_id="decision_evidence", tags=["decisions"], responses=ANSWERS)
    def get(self, request: Request, ref: str, seq: int) -> FileResponse:
        """Everything that proves a decision as one zip file, for auditors and stewards.

        Who took it is written down with its hash, which comes as X-Content-SHA256.
        """
        found = self.decision(request, ref, seq)
        return as_file(evidence.take_of_decision(found, user=request.user))
