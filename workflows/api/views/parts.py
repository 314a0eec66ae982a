"""What hangs on a request, over REST: steps, handoffs, decisions, clocks, talk, events."""

from typing import Any

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.common import clock
from esm.common.api.pagination import Page, page_of, page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.events.selectors import chains
from esm.events.selectors.told import in_keys
from governance.api.serializers import DecideIn, DecisionDetailOut, DecisionOut
from governance.api.views import decisions as deciding
from governance.models import Decision
from governance.selectors import decisions
from governance.selectors.versions import blueprint
from workflows.api.bodies import CommentIn, EventsQuery
from workflows.api.said import CommentOut
from workflows.api.serializers import (
    ClockOut,
    EventOut,
    HandoffOut,
    VisitOut,
)
from workflows.api.serializers_clocks import ClockDetailOut
from workflows.api.views.base import (
    OfRequest,
    comments_of,
    handoffs_of,
    numbered,
    said,
    visits_of,
    with_checklists,
)
from workflows.models import Clock, Request
from workflows.selectors import clock_explained, clock_views, history
from workflows.services import requests

SEQ = ("seq",)


class Visits(OfRequest):
    """The steps of a request."""

    @operation("visit_list", tag="requests", answer=VisitOut, query=PageQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List the steps the request came to, in order; a loop makes several of one stage."""
        found = self.find(ref)
        page = page_of(visits_of(found), name=f"visits {ref}", order=SEQ, query=self.query)
        rows = with_checklists(request.user, found, page.rows)
        return page_response(request, Page(rows, page.cursor), VisitOut)


class Visit(OfRequest):
    """One step."""

    @operation("visit_get", tag="requests", answer=VisitOut)
    def get(self, request: Call, ref: str, seq: int) -> Response:
        """One step of a request."""
        return self.told_visit(self.find(ref), seq)


class Handoffs(OfRequest):
    """The offers of a request."""

    @operation("handoff_list", tag="requests", answer=HandoffOut, query=PageQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List the handoffs of a request; each offer is one."""
        found = self.find(ref)
        page = page_of(handoffs_of(found), name=f"handoffs {ref}", order=SEQ, query=self.query)
        return page_response(request, page, HandoffOut)


class Handoff(OfRequest):
    """One offer."""

    @operation("handoff_get", tag="requests", answer=HandoffOut)
    def get(self, request: Call, ref: str, seq: int) -> Response:
        """One handoff of a request."""
        return told(HandoffOut, numbered(handoffs_of(self.find(ref)), seq))


def decisions_of(request: Request) -> Any:
    """The decisions of a visible request."""
    rows = Decision.objects.filter(subject_kind="request", subject_id=request.pk)
    return rows.select_related(*deciding.RELATED)


class Decisions(OfRequest):
    """The decisions of a request."""

    @operation(
        "request_decision_list", tag="requests", answer=DecisionOut, query=PageQuery, page=True
    )
    def get(self, request: Call, ref: str) -> Response:
        """List the decisions of a request."""
        rows = decisions_of(self.find(ref))
        page = page_of(rows, name=f"decisions {ref}", order=SEQ, query=self.query)
        return page_response(request, Page(decisions.rows_of(page.rows), page.cursor), DecisionOut)


class DecisionOfRequest(OfRequest):
    """One decision of a request."""

    @operation("request_decision_get", tag="requests", answer=DecisionDetailOut)
    def get(self, request: Call, ref: str, seq: int) -> Response:
        """One decision of a request, with every check that led to its decider."""
        row = numbered(decisions_of(self.find(ref)), seq)
        return told(DecisionDetailOut, deciding.detail(request, row))


class DecideOnRequest(OfRequest, deciding.Decide):
    """Taking a decision of a request."""

    scopes = {"write": "decide"}

    def decision(self, request: Call, ref: str, seq: int) -> Decision:
        """Any decision of a visible request: who may not decide it learns why."""
        row: Decision = numbered(decisions_of(self.find(ref)), seq)
        return row

    @operation("request_decide", tag="requests", answer=DecisionDetailOut, body=DecideIn)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Take a decision of a request; the request moves with it."""
        return super().post(request, ref, seq)


class _ClockRow:
    def __init__(self, row: Clock, view: clock_views.ClockView) -> None:
        self.row = row
        self.view = view


class Clocks(OfRequest):
    """The clocks of a request."""

    @operation("clock_list", tag="requests", answer=ClockOut, query=PageQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List the clocks of a request as they stand now."""
        found = self.find(ref)
        rows = found.clocks.select_related("visit", "handoff")
        page = page_of(rows, name=f"clocks {ref}", order=SEQ, query=self.query)
        bp, now = blueprint(found.version_id), clock.now()
        shown = [_ClockRow(row, clock_views.view(row, bp, now)) for row in page.rows]
        return page_response(request, Page(shown, page.cursor), ClockOut)


class ClockOf(OfRequest):
    """One clock of a request."""

    @operation("clock_get", tag="requests", answer=ClockDetailOut)
    def get(self, request: Call, ref: str, seq: int) -> Response:
        """Explain a clock: every span, the rule, the calendar, the arithmetic and its ladder."""
        return told(ClockDetailOut, clock_explained.of_request(self.find(ref), seq))


class Comments(OfRequest):
    """The conversation."""

    @operation("comment_list", tag="requests", answer=CommentOut, query=PageQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List what was said, oldest first; internal notes only for the teams that work on it."""
        found = self.find(ref)
        rows = comments_of(found, notes=self.may(found, "request.note"))
        page = page_of_list(
            list(enumerate(rows.order_by("pk"))),
            name=f"comments {ref}",
            key=lambda row: (row[0],),
            query=self.query,
        )
        found_rows = [row for _place, row in page.rows]
        return page_response(request, Page(found_rows, page.cursor), CommentOut)

    @operation("comment_add", tag="requests", answer=CommentOut, body=CommentIn, status=201)
    def post(self, request: Call, ref: str) -> Response:
        """Write to everyone on the request, or a note to the teams that work on it."""
        found = self.find(ref)
        body = self.body(request)
        row = requests.comment(
            found.pk, body=body["body"], internal=body["internal"], actor=self.actor()
        )
        return told(CommentOut, said(found, row.seq, internal=row.internal), status=201)


class Events(OfRequest):
    """The history of a request."""

    @operation("event_list", tag="requests", answer=EventOut, query=EventsQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List what happened, oldest first, as the ledger has it; without free text."""
        found = self.find(ref)
        types = [self.query["type"]] if "type" in self.query else []
        hearing = history.hearing(request.user, found)
        told = [row for row in chains.events_of(found, types) if hearing.hears(row)]
        # Placed as the caller is told them: numbers of the ledger have gaps where notes stand.
        page = page_of_list(
            list(enumerate(told)),
            name=f"events {ref} {types} {hearing.notes}",
            key=lambda row: (row[0],),
            query=self.query,
        )
        rows = in_keys([row for _place, row in page.rows])
        return page_response(request, Page(rows, page.cursor), EventOut)
