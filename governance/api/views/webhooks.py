"""Webhooks over REST: one's own, and for administrators those of programs too."""

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.models import ApiToken, ServiceAccount, User
from esm.common.api.pagination import Page, page_of, page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import Invalid, NotAllowed
from esm.events.models import WebhookEndpoint
from esm.events.selectors import webhooks as known
from esm.events.services import webhooks
from governance.api.serializers_webhooks import (
    EventWordOut,
    NewWebhookIn,
    ReplayIn,
    WebhookIn,
    WebhookMessageOut,
    WebhookOut,
    WebhookSecretOut,
)
from governance.selectors.people import actor_for

READS = "requests:read"


def _user(request: Request) -> User:
    return cast(User, request.user)


def _shown(found: webhooks.Shown, status: int) -> Response:
    body = {**WebhookOut(found.endpoint).data, "secret": found.secret}
    answer = Response(body, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


class _Webhooks(ScopedView):
    scopes = {"read": "admin", "write": "admin"}

    def who(self, request: Request) -> dict[str, Any]:
        """Who acts, as services take it. What is sent out is read, so a token must read too."""
        token = request.auth
        if isinstance(token, ApiToken) and READS not in token.scopes:
            raise NotAllowed(
                f"This token lacks {READS}: webhooks tell what happens to requests.",
                code="token-scope",
            )
        return {"by": _user(request), "actor": actor_for(request.user)}

    def find(self, request: Request, key: str) -> WebhookEndpoint:
        """One that the caller may know of."""
        return known.by_key(_user(request), key)


class Webhooks(_Webhooks):
    """All that one may know of."""

    @operation("webhook_list", tag="webhooks", answer=WebhookOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List your webhooks, newest first; administrators see all."""
        page = page_of(
            known.visible_to(_user(request)), name="webhooks", order=("-id",), query=self.query
        )
        return page_response(request, page, WebhookOut)

    @operation(
        "webhook_make", tag="webhooks", answer=WebhookSecretOut, body=NewWebhookIn, status=201
    )
    def post(self, request: Request) -> Response:
        """Have events sent to an address.

        Sent is what its owner may see at that moment. The secret is in the answer and never shown
        again.
        """
        body, owner = self.body(request), _user(request)
        program = body.pop("program", None)
        if program is not None:
            row = ServiceAccount.objects.select_related("user").filter(key=program).first()
            if row is None or not owner.is_admin:
                raise Invalid("There is no such program.", {"program": ["Unknown reference."]})
            owner = row.user
        found = webhooks.make_endpoint(owner, **body, **self.who(request))
        answer = _shown(found, 201)
        answer["Location"] = f"{request.path}/{found.endpoint.key}"
        return answer


class Webhook(_Webhooks):
    """One webhook."""

    @operation("webhook_get", tag="webhooks", answer=WebhookOut)
    def get(self, request: Request, key: str) -> Response:
        """One webhook, without its secret."""
        return told(WebhookOut, self.find(request, key))

    @operation("webhook_change", tag="webhooks", answer=WebhookOut, body=WebhookIn)
    def put(self, request: Request, key: str) -> Response:
        """Change address, description and choice of events."""
        row = self.find(request, key)
        changed = webhooks.change_endpoint(row, **self.body(request), **self.who(request))
        return told(WebhookOut, changed)

    @operation("webhook_end", tag="webhooks", answer=None, status=204)
    def delete(self, request: Request, key: str) -> Response:
        """End it for good; what still waits is not sent."""
        webhooks.end_endpoint(self.find(request, key), **self.who(request))
        return Response(status=204)


class Rotate(_Webhooks):
    """A new secret."""

    @operation("webhook_rotate", tag="webhooks", answer=WebhookSecretOut)
    def post(self, request: Request, key: str) -> Response:
        """Make a new secret; for 24 hours messages are signed with both."""
        row = self.find(request, key)
        self.body(request)
        return _shown(webhooks.rotate_secret(row, **self.who(request)), 200)


class Pause(_Webhooks):
    """Stop sending for a while."""

    @operation("webhook_pause", tag="webhooks", answer=WebhookOut)
    def post(self, request: Request, key: str) -> Response:
        """Send nothing until it is resumed; what happens meanwhile waits."""
        row = self.find(request, key)
        self.body(request)
        return told(WebhookOut, webhooks.pause_endpoint(row, **self.who(request)))


class Resume(_Webhooks):
    """Go on sending."""

    @operation("webhook_resume", tag="webhooks", answer=WebhookOut)
    def post(self, request: Request, key: str) -> Response:
        """Send again at once, also when it was stopped because it failed too often."""
        row = self.find(request, key)
        self.body(request)
        return told(WebhookOut, webhooks.resume_endpoint(row, **self.who(request)))


class Test(_Webhooks):
    """See a message arrive."""

    @operation("webhook_test", tag="webhooks", answer=None, status=204)
    def post(self, request: Request, key: str) -> Response:
        """Send a message of the type `webhook.tested`, whatever was chosen."""
        row = self.find(request, key)
        self.body(request)
        webhooks.send_test(row, **self.who(request))
        return Response(status=204)


class Replay(_Webhooks):
    """Send a time again."""

    @operation("webhook_replay", tag="webhooks", answer=None, body=ReplayIn, status=204)
    def post(self, request: Request, key: str) -> Response:
        """Send everything of a time again that its owner may see now."""
        row = self.find(request, key)
        webhooks.replay_range(row, **self.body(request), **self.who(request))
        return Response(status=204)


class Messages(_Webhooks):
    """What was sent."""

    @operation(
        "webhook_message_list",
        tag="webhooks",
        answer=WebhookMessageOut,
        query=PageQuery,
        page=True,
    )
    def get(self, request: Request, key: str) -> Response:
        """List the messages of the last 30 days, newest first."""
        row = self.find(request, key)
        page = page_of(
            known.messages_of(row), name=f"messages {key}", order=("-sequence",), query=self.query
        )
        shown = known.entries(_user(request), row, list(page.rows))
        return page_response(request, Page(shown, page.cursor), WebhookMessageOut)


class ReplayMessage(_Webhooks):
    """Send one message again."""

    @operation("webhook_message_replay", tag="webhooks", answer=None, status=204)
    def post(self, request: Request, key: str, number: int) -> Response:
        """Send it again under its id, if its owner may still see what it is about."""
        row = self.find(request, key)
        self.body(request)
        webhooks.replay_message(row, number, **self.who(request))
        return Response(status=204)


class EventTypes(_Webhooks):
    """What can be chosen."""

    @operation("webhook_types", tag="webhooks", answer=EventWordOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the types of events that can be sent, by their first word."""
        known_types = sorted(known.choices_of_types())
        rows = [{"word": word, "types": types} for word, types in known_types]
        page = page_of_list(
            rows, name="webhook types", key=lambda row: (row["word"],), query=self.query
        )
        return page_response(request, page, EventWordOut)
