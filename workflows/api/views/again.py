"""Asking for the same again over REST."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.common.api.serializers import Out
from esm.common.api.views import operation, told
from workflows.api.views.base import OfRequest
from workflows.services.again import answers_again


class AgainOut(Out):
    """What to send to ask for the same again; what the form no longer takes is left out."""

    offering = serializers.CharField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]
    left_out = serializers.IntegerField(help_text="Answers of before that are not taken over.")

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_data(self, found: dict[str, Any]) -> dict[str, Any]:
        answers: dict[str, Any] = found["answers"]
        return answers


class Again(OfRequest):
    """A former request as the start of a new one."""

    @operation("request_again", tag="requests", answer=AgainOut)
    def get(self, request: Call, ref: str) -> Response:
        """The answers of your request that can be sent again; files are added anew."""
        found = self.find(ref)
        again = answers_again(found, user=request.user)
        told_ = {
            "offering": found.offering.key,
            "answers": again.data,
            "left_out": again.left_out,
        }
        return told(AgainOut, told_)
