"""Opportunities and problems as their owners answer to them, over REST."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import Invalid, NotAllowed
from governance.models import Person
from governance.selectors.people import actor_for, person_for
from valueflow.api.serializers_improving import (
    ImprovementIn,
    ImprovementOut,
    ImprovementsQuery,
    JudgedIn,
    KeptProblemOut,
    MovedIn,
    ProblemAnswerIn,
    ProblemSettledIn,
)
from valueflow.locks import lock_improvement, lock_problem
from valueflow.models import ImprovementOpportunity, StreamProblem
from valueflow.selectors import improvements as known
from valueflow.selectors import problems, stream_problems
from valueflow.selectors.scope import parse
from valueflow.services import improvements
from valueflow.services import stream_problems as answering
from valueflow.services.improvements import Judgement

SCOPES = {"read": "flow:read", "write": "decide"}
MOVES = {
    "accepted": improvements.accept,
    "in_progress": improvements.start,
    "implemented": improvements.implement,
    "verified": improvements.verify,
    "closed": improvements.close,
}
STOPS = {"parked": improvements.park, "rejected": improvements.reject}


def _own(request: Request) -> Person:
    person = person_for(request.user)
    if person is None:
        raise NotAllowed("This account belongs to no person.", code="improvement-raise")
    return person


class Improvements(ScopedView):
    """Opportunities, latest first."""

    scopes = SCOPES

    @operation(
        "improvement_list",
        tag="flow",
        answer=ImprovementOut,
        query=ImprovementsQuery,
        page=True,
    )
    def get(self, request: Request) -> Response:
        """List what could be better."""
        state = self.query["state"]
        rows = known.standing_is(known.visible_to(request.user), state, request.user)
        name = f"improvements {state} {request.user.pk}"
        page = page_of(rows, name=name, order=("-id",), query=self.query)
        shown = known.shown(request.user, page.rows)
        return page_response(request, Page(shown, page.cursor), ImprovementOut)

    @operation(
        "improvement_raise",
        tag="flow",
        answer=ImprovementOut,
        body=ImprovementIn,
        status=201,
        refused=(404,),
    )
    def post(self, request: Request) -> Response:
        """Say what could be better, or make an opportunity of a problem of the last 13 weeks."""
        body, person, actor = self.body(request), _own(request), actor_for(request.user)
        if body["problem"]:
            scope = parse({})
            found = problems.one(scope, body["problem"])
            row = improvements.raise_from_problem(person, found, scope, actor=actor)
        else:
            row = improvements.raise_opportunity(
                person, body["stream"], title=body["title"], text=body["text"], actor=actor
            )
        answer = told(ImprovementOut, known.one(request.user, row.pk), status=201)
        answer["Location"] = f"{request.path}/{row.pk}"
        return answer


class _Improvement(ScopedView):
    scopes = SCOPES

    def hold(self, request: Request, **place: int) -> None:
        lock_improvement(known.one(request.user, place["number"]).row.pk)

    def tag(self, request: Request, **place: int) -> str:
        """The opportunity's, also where it is moved."""
        data = told(ImprovementOut, known.one(request.user, place["number"])).data
        return match.tag_of(data, ImprovementOut.moving)

    def shown(self, request: Request, row: ImprovementOpportunity) -> Response:
        return told(ImprovementOut, known.one(request.user, row.pk))


class ImprovementView(_Improvement):
    """One opportunity."""

    @operation("improvement_get", tag="flow", answer=ImprovementOut)
    def get(self, request: Request, number: int) -> Response:
        """One opportunity with its evidence and its result."""
        return told(ImprovementOut, known.one(request.user, number))


class Judge(_Improvement):
    """What it would bring and take."""

    @operation("improvement_judge", tag="flow", answer=ImprovementOut, body=JudgedIn)
    def post(self, request: Request, number: int) -> Response:
        """Say what it would bring and take, and whose it is."""
        row, body = known.one(request.user, number).row, self.body(request)
        owner = Person.objects.filter(key=body.pop("owner"), active=True).first()
        if owner is None:
            said = "Choose somebody who works here."
            raise Invalid(said, {"owner": [said]})
        found = improvements.judge(
            row, Judgement(owner=owner, **body), actor=actor_for(request.user)
        )
        return self.shown(request, found)


class Move(_Improvement):
    """How far it is."""

    @operation("improvement_move", tag="flow", answer=ImprovementOut, body=MovedIn)
    def post(self, request: Request, number: int) -> Response:
        """Accept it, begin, say that it is done, compare, close, park or turn it down."""
        row, body = known.one(request.user, number).row, self.body(request)
        to, actor = body["to"], actor_for(request.user)
        if to in STOPS:
            found = STOPS[to](row, reason=body["reason"], actor=actor)
        else:
            found = MOVES[to](row, actor=actor)
        return self.shown(request, found)


class Propose(_Improvement):
    """The change of the model that comes of it."""

    @operation("improvement_propose", tag="flow", answer=ImprovementOut)
    def post(self, request: Request, number: int) -> Response:
        """Begin a proposal of a change that says what the opportunity says."""
        row = known.one(request.user, number).row
        self.body(request)
        improvements.propose_change(row, _own(request), actor=actor_for(request.user))
        return self.shown(request, row)


class _Problem(ScopedView):
    scopes = SCOPES

    def hold(self, request: Request, **place: int) -> None:
        lock_problem(stream_problems.one(request.user, place["number"]).pk)

    def tag(self, request: Request, **place: int) -> str:
        """The problem's, also where it is answered to."""
        data = told(KeptProblemOut, stream_problems.one(request.user, place["number"])).data
        return match.tag_of(data, KeptProblemOut.moving)

    def shown(self, row: StreamProblem) -> Response:
        return told(KeptProblemOut, row)


class ProblemView(_Problem):
    """A problem as its owner was shown it."""

    @operation("problem_get", tag="flow", answer=KeptProblemOut)
    def get(self, request: Request, number: int) -> Response:
        """What the owner of the stream says of a problem, and what came of a dispute."""
        return self.shown(stream_problems.one(request.user, number))


class Answer(_Problem):
    """The owner's answer."""

    @operation("problem_answer", tag="flow", answer=KeptProblemOut, body=ProblemAnswerIn)
    def post(self, request: Request, number: int) -> Response:
        """Confirm or dispute a problem of a stream of yours."""
        row, body = stream_problems.one(request.user, number), self.body(request)
        person, actor = _own(request), actor_for(request.user)
        do: Any = answering.dispute_problem if body["disputed"] else answering.confirm_problem
        return self.shown(do(row, person, note=body["note"], actor=actor))


class Settle(_Problem):
    """The end of a dispute."""

    @operation("problem_settle", tag="flow", answer=KeptProblemOut, body=ProblemSettledIn)
    def post(self, request: Request, number: int) -> Response:
        """Say what came of a dispute."""
        row, body = stream_problems.one(request.user, number), self.body(request)
        person, actor = _own(request), actor_for(request.user)
        return self.shown(
            answering.settle_problem(row, person, outcome=body["outcome"], actor=actor)
        )
