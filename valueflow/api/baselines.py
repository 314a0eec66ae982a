"""Baselines over REST: all, one against what came since, freezing one."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_response
from esm.common.api.serializers import Out, Strict
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed
from governance.selectors.people import actor_for, person_for
from valueflow.api.questions import AnswerTableSerializer
from valueflow.models import Baseline
from valueflow.selectors import answers_json, baselines
from valueflow.selectors.questions import baseline
from valueflow.selectors.scope import parse
from valueflow.services.baselines import MAX_NOTE, freeze_baseline

SCOPES = {"read": "flow:read", "write": "decide"}


class BaselineOut(Out):
    """How a stream went in a window, frozen."""

    number = serializers.IntegerField(source="pk")
    stream = serializers.CharField(source="stream_key")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(help_text="Does not count in.")
    service = serializers.CharField(source="service_key", help_text="Empty: the whole stream.")
    version = serializers.CharField(source="version.code", help_text="In force at its end.")
    n = serializers.IntegerField(help_text="How many requests were finished in it.")
    rows = serializers.CharField(source="rows_mark", help_text="SHA-256 of what was counted.")
    code = serializers.CharField(help_text="Mark of the code that counts.")
    definitions = serializers.DictField(child=serializers.CharField())
    figures = serializers.DictField(child=serializers.FloatField(allow_null=True))
    note = serializers.CharField()
    person = serializers.CharField(source="person.name")
    frozen_at = serializers.DateTimeField()


class HeldOut(BaselineOut):
    """The same against what was sent since the next version; tables as of questions."""

    moving = ("sentence", "tables", "rows_unchanged", "code_unchanged")

    sentence = serializers.CharField()
    rows_unchanged = serializers.BooleanField()
    code_unchanged = serializers.BooleanField()
    tables = AnswerTableSerializer(many=True)


class BaselineIn(Strict):
    """What is frozen."""

    stream = serializers.CharField(max_length=100)
    start = serializers.DateTimeField()
    end = serializers.DateTimeField(help_text="Does not count in.")
    service = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)
    note = serializers.CharField(max_length=MAX_NOTE, required=False, default="", allow_blank=True)


class Baselines(ScopedView):
    """All baselines."""

    scopes = SCOPES

    @operation("baseline_list", tag="flow", answer=BaselineOut, page=True)
    def get(self, request: Request) -> Response:
        """List what was frozen, the newest first; one page."""
        return page_response(request, Page(list(baselines.visible_to(request.user))), BaselineOut)

    @operation(
        "baseline_freeze",
        tag="flow",
        answer=BaselineOut,
        body=BaselineIn,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Freeze how a stream went in a window of eight weeks, or of fifty finished requests."""
        body = self.body(request)
        person = person_for(request.user)
        if person is None:
            raise NotAllowed(_("This account belongs to no person."), code="baseline-freeze")
        row = freeze_baseline(
            person,
            body["stream"],
            start=body["start"],
            end=body["end"],
            service=body["service"],
            note=body["note"],
            actor=actor_for(request.user),
        )
        return told(BaselineOut, row, status=201)


class BaselineView(ScopedView):
    """One baseline."""

    scopes = SCOPES

    @operation("baseline_get", tag="flow", answer=HeldOut)
    def get(self, request: Request, number: int) -> Response:
        """One baseline against what was sent since the next version came into force."""
        row = baselines.one(request.user, number)
        return told(HeldOut, _held(row))


def _held(row: Baseline) -> dict[str, Any]:
    found, standing = baseline.against(row, parse({}))
    return {
        **{name: getattr(row, name) for name in (
            "pk", "stream_key", "start", "end", "service_key", "version", "n", "rows_mark", "code",
            "definitions", "figures", "note", "person", "frozen_at",
        )},
        "sentence": found.sentence,
        "rows_unchanged": standing.rows,
        "code_unchanged": standing.code,
        "tables": answers_json.tables(found),
    }  # fmt: skip
