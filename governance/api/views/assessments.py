"""Assessments over REST: planned, opened, answered, closed, published."""

from collections.abc import Callable

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import Invalid, NotAllowed
from governance.api.serializers_assessments import AssessmentIn, AssessmentOut, LevelsIn
from governance.locks import lock_assessment
from governance.models import Assessment, Person
from governance.selectors import assessments as known
from governance.selectors.people import actor_for, person_for
from governance.services import assessments

SCOPES = {"read": "model:read", "write": "decide"}


def _own(request: Request, code: str) -> Person:
    person = person_for(request.user)
    if person is None:
        raise NotAllowed("This account belongs to no person.", code=code)
    return person


class Assessments(ScopedView):
    """Assessments, latest first."""

    scopes = SCOPES

    @operation("assessment_list", tag="adoption", answer=AssessmentOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List published ones, and those you are asked in or run."""
        name = f"assessments {request.user.pk}"
        page = page_of(known.visible_to(request.user), name=name, order=("-id",), query=self.query)
        rows = known.rows_of(request.user, list(page.rows))
        return page_response(request, Page(rows, page.cursor), AssessmentOut)

    @operation(
        "assessment_plan", tag="adoption", answer=AssessmentOut, body=AssessmentIn, status=201
    )
    def post(self, request: Request) -> Response:
        """Plan an assessment; nobody is told before it is opened."""
        body, person = self.body(request), _own(request, "assessment-run")
        names = list(dict.fromkeys(" ".join(one.split()) for one in body.pop("people")))
        found = known.people_named(names)
        unknown = [one for one in names if one not in found]
        if unknown:
            said = f"Nobody, or more than one, is known as: {', '.join(unknown[:5])}."
            raise Invalid(said, {"people": [said]})
        row = assessments.plan_assessment(
            person, **body, people=list(found.values()), actor=actor_for(request.user)
        )
        answer = told(AssessmentOut, known.one(request.user, row.pk), status=201)
        answer["Location"] = f"{request.path}/{row.pk}"
        return answer


class _Assessment(ScopedView):
    scopes = SCOPES

    def hold(self, request: Request, **place: int) -> None:
        lock_assessment(known.one(request.user, place["number"]).row.pk)

    def tag(self, request: Request, **place: int) -> str:
        """The assessment's, also where its state is changed."""
        data = told(AssessmentOut, known.one(request.user, place["number"])).data
        return match.tag_of(data, AssessmentOut.moving)

    def moved(self, request: Request, number: int, move: Callable[..., Assessment]) -> Response:
        """Do what is asked and tell how it stands then."""
        self.body(request)
        move(known.one(request.user, number).row, actor=actor_for(request.user))
        return told(AssessmentOut, known.one(request.user, number))


class AssessmentView(_Assessment):
    """One assessment."""

    @operation("assessment_get", tag="adoption", answer=AssessmentOut)
    def get(self, request: Request, number: int) -> Response:
        """One assessment, with its figures where you may read them."""
        return told(AssessmentOut, known.one(request.user, number))


class Open(_Assessment):
    """Its opening."""

    @operation("assessment_open", tag="adoption", answer=AssessmentOut)
    def post(self, request: Request, number: int) -> Response:
        """Let those who are asked answer; they are told."""
        return self.moved(request, number, assessments.open_assessment)


class Close(_Assessment):
    """Its closing."""

    @operation("assessment_close", tag="adoption", answer=AssessmentOut)
    def post(self, request: Request, number: int) -> Response:
        """Take no more answers, and keep what facts say now."""
        return self.moved(request, number, assessments.close_assessment)


class Publish(_Assessment):
    """Its publication."""

    @operation("assessment_publish", tag="adoption", answer=AssessmentOut)
    def post(self, request: Request, number: int) -> Response:
        """Let everybody read its figures."""
        return self.moved(request, number, assessments.publish_assessment)


class Answer(_Assessment):
    """One's own answers."""

    @operation("assessment_answer", tag="adoption", answer=AssessmentOut, body=LevelsIn)
    def post(self, request: Request, number: int) -> Response:
        """Give levels from 0 to 5; given anew, the last count."""
        row, levels = known.one(request.user, number).row, self.body(request)["levels"]
        person = _own(request, "assessment-answer")
        actor = actor_for(request.user)
        assessments.answer_assessment(row, person, levels=levels, actor=actor)
        return told(AssessmentOut, known.one(request.user, number))
