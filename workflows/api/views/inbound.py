"""Sources of messages over REST, for administrators."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.fields import NamedField, PlainField
from esm.common.api.match import tag_of
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import Out, PageQuery, Strict
from esm.common.api.views import operation, told
from governance.selectors.people import actor_for
from workflows import mapping
from workflows.locks import lock_source
from workflows.models import InboundSource
from workflows.selectors import inbound as known
from workflows.services import inbound


class SourceOut(Out):
    """A source without its secret. Messages nobody believed are counted, not kept."""

    # Whoever sends what is not signed moves these: that makes no tag of an administrator stale.
    moving = ("refused", "refused_at", "refused_why")

    key = serializers.CharField()
    name = serializers.CharField()
    program = NamedField()
    requester = NamedField()
    offering = NamedField()
    mapping = serializers.SerializerMethodField()
    active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    refused = serializers.IntegerField()
    refused_at = serializers.DateTimeField(allow_null=True)
    refused_why = serializers.CharField()

    def get_mapping(self, row: InboundSource) -> str:
        """As it was written."""
        return mapping.text_of(row.mapping)


class SourceSecretOut(SourceOut):
    """With its new secret, which is shown now and never again."""

    secret = serializers.CharField()


class SourceIn(Strict):
    """Who acts, who asks, for what, and where the answers stand."""

    name = serializers.CharField(max_length=120)
    program = serializers.CharField(max_length=60, help_text="Key of a service account.")
    requester = serializers.CharField(max_length=100, help_text="Key of a person.")
    offering = serializers.CharField(max_length=100)
    mapping = serializers.CharField(
        max_length=10_000, help_text='A line for each field: `total: order.total`, `kind: "new"`.'
    )


class SourcePatch(Strict):
    """What changes; what is left out stays."""

    name = serializers.CharField(max_length=120, required=False)
    mapping = serializers.CharField(max_length=10_000, required=False)


class TryIn(Strict):
    """The body of a message."""

    body = serializers.JSONField()


class TriedOut(Out):
    """What it would ask for."""

    data = PlainField()  # type: ignore[assignment]


class SourceMessageOut(Out):
    """A believed message: the request it became, or why it became none."""

    message = serializers.CharField(source="webhook_id", help_text="Its id.")
    received_at = serializers.DateTimeField()
    request = serializers.CharField(source="request_ref")
    refusal = serializers.CharField()


class _Sources(ScopedView):
    scopes = {"read": "admin", "write": "admin"}

    def initial(self, request: Call, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        inbound.require_admin(request.user)

    def who(self, request: Call) -> dict[str, Any]:
        """Who acts, as services take it."""
        return {"by": request.user, "actor": actor_for(request.user)}


def _shown(found: inbound.Shown, status: int) -> Response:
    body = {**SourceOut(found.source).data, "secret": found.secret}
    answer = Response(body, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


class Sources(_Sources):
    """All sources."""

    @operation("source_list", tag="webhooks", answer=SourceOut, query=PageQuery, page=True)
    def get(self, request: Call) -> Response:
        """List the programs outside whose messages become requests."""
        page = page_of(known.sources(), name="sources", order=("-id",), query=self.query)
        return page_response(request, page, SourceOut)

    @operation("source_make", tag="webhooks", answer=SourceSecretOut, body=SourceIn, status=201)
    def post(self, request: Call) -> Response:
        """Take messages of a program outside; the secret is in the answer and never shown again."""
        found = inbound.make_source(**self.body(request), **self.who(request))
        answer = _shown(found, 201)
        answer["Location"] = f"{request.path}/{found.source.key}"
        return answer


class _OneSource(_Sources):
    """Addresses of one source; their tag is that of the source."""

    def hold(self, request: Call, **place: Any) -> None:
        lock_source(known.by_key(place["key"]).pk)

    def tag(self, request: Call, **place: Any) -> str:
        return tag_of(told(SourceOut, known.by_key(place["key"])).data, SourceOut.moving)


class Source(_OneSource):
    """One source."""

    @operation("source_get", tag="webhooks", answer=SourceOut)
    def get(self, request: Call, key: str) -> Response:
        """One source, without its secret."""
        return told(SourceOut, known.by_key(key))

    @operation("source_change", tag="webhooks", answer=SourceOut, body=SourcePatch)
    def patch(self, request: Call, key: str) -> Response:
        """Change its name, or where the answers stand; from the next message on."""
        row = known.by_key(key)
        given = {"name": row.name, "mapping": mapping.text_of(row.mapping), **self.body(request)}
        return told(SourceOut, inbound.change_source(row, **given, **self.who(request)))

    @operation("source_end", tag="webhooks", answer=None, status=204)
    def delete(self, request: Call, key: str) -> Response:
        """Take nothing of it any more."""
        inbound.end_source(known.by_key(key), **self.who(request))
        return Response(status=204)


class Rotate(_OneSource):
    """A new secret."""

    @operation("source_rotate", tag="webhooks", answer=SourceSecretOut)
    def post(self, request: Call, key: str) -> Response:
        """Make a new secret; for 24 hours messages signed with either are believed."""
        row = known.by_key(key)
        self.body(request)
        return _shown(inbound.rotate_source(row, **self.who(request)), 200)


class Try(_Sources):
    """A dry run."""

    @operation("source_try", tag="webhooks", answer=TriedOut, body=TryIn)
    def post(self, request: Call, key: str) -> Response:
        """See what a message would ask for; nothing is sent."""
        row = known.by_key(key)
        data = inbound.try_out(row, self.body(request)["body"], by=request.user)
        return Response({"data": data})


class Messages(_Sources):
    """What came."""

    @operation(
        "source_message_list", tag="webhooks", answer=SourceMessageOut, query=PageQuery, page=True
    )
    def get(self, request: Call, key: str) -> Response:
        """List believed messages, newest first."""
        rows = known.messages_of(known.by_key(key))
        page = page_of(rows, name=f"source {key}", order=("-id",), query=self.query)
        return page_response(request, page, SourceMessageOut)
