"""Agreeing to versions over REST: put to people, answered, signed, decided on, published, read."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound
from governance.api.serializers import VersionOut
from governance.api.serializers_change import (
    AcknowledgeIn,
    AcknowledgementOut,
    ConsentAnswerIn,
    ConsentAnswerOut,
    ExtendIn,
    PublishIn,
    ReasonGivenIn,
    ReviewOut,
    SignatureOut,
    SignIn,
    SubmitVersionIn,
    UptakeOut,
    WithdrawIn,
)
from governance.api.views.model import version_of, version_told
from governance.locks import lock_version
from governance.models import ModelVersion, Person
from governance.selectors import review_page
from governance.selectors.adoption import adoption
from governance.selectors.people import actor_for, person_for
from governance.services import (
    acknowledging,
    agreeing,
    consenting,
    publishing,
    restoring,
    signing,
    submitting,
)

SCOPES = {"read": "model:read", "write": "model:write"}
DECIDES = {"read": "model:read", "write": "decide"}


class _Version(ScopedView):
    scopes = SCOPES

    def find(self, request: Request, code: str) -> ModelVersion:
        """Raises NotFound."""
        return version_of(request, code)

    def hold(self, request: Request, **place: str) -> None:
        lock_version(self.find(request, place["code"]).pk)

    def tag(self, request: Request, **place: str) -> str:
        """The version's."""
        return match.tag_of(version_told(self.find(request, place["code"])).data)

    def again(self, request: Request, version: ModelVersion) -> Response:
        """As it stands by now."""
        return told(VersionOut, ModelVersion.objects.get(pk=version.pk))

    def person(self, request: Request) -> Person:
        """Who asks. Raises NotAllowed for accounts of nobody."""
        found = person_for(request.user)
        if found is None:
            raise NotAllowed("This account belongs to no person.", code="consent-answer")
        return found


class Review(ScopedView):
    """How a version stands."""

    scopes = SCOPES

    @operation("version_review", tag="model", answer=ReviewOut)
    def get(self, request: Request, code: str) -> Response:
        """How a version stands on its way: answers counted, objections, what is in the way."""
        return told(ReviewOut, review_page.page(request.user, version_of(request, code)))


class Submit(_Version):
    """Asking people."""

    @operation("version_submit", tag="model", answer=VersionOut, body=SubmitVersionIn)
    def post(self, request: Request, code: str) -> Response:
        """Put a draft to those whom it changes; 409 `hindered` lists what is in the way."""
        version, body = self.find(request, code), self.body(request)
        submitting.submit(version, deadline=body["deadline"], actor=actor_for(request.user))
        return self.again(request, version)


class Extend(_Version):
    """More time."""

    @operation("version_extend", tag="model", answer=VersionOut, body=ExtendIn)
    def post(self, request: Request, code: str) -> Response:
        """Give more time for answers."""
        version, body = self.find(request, code), self.body(request)
        submitting.extend(version, **body, actor=actor_for(request.user))
        return self.again(request, version)


class EndRound(_Version):
    """The end of a round."""

    @operation("version_end_round", tag="model", answer=VersionOut)
    def post(self, request: Request, code: str) -> Response:
        """Ask whoever decides on the model; 409 `hindered` lists what is in the way."""
        self.body(request)
        version = self.find(request, code)
        agreeing.end_round(version, actor=actor_for(request.user))
        return self.again(request, version)


class Return(_Version):
    """Taking a version back."""

    @operation("version_return", tag="model", answer=VersionOut, body=ReasonGivenIn)
    def post(self, request: Request, code: str) -> Response:
        """Make a version in review, or an agreed one, a draft again."""
        version, why = self.find(request, code), self.body(request)["reason"]
        submitting.take_back(version, reason=why, actor=actor_for(request.user))
        return self.again(request, version)


class Publish(_Version):
    """Putting a version in force."""

    @operation("version_publish", tag="model", answer=VersionOut, body=PublishIn)
    def post(self, request: Request, code: str) -> Response:
        """Put a version in force, now or later; 409 `hindered` lists what is in the way."""
        version, body = self.find(request, code), self.body(request)
        publishing.publish(version, **body, actor=actor_for(request.user))
        return self.again(request, version)


class Restore(_Version):
    """Bringing a version back."""

    @operation("version_restore", tag="model", answer=VersionOut, body=ReasonGivenIn, status=201)
    def post(self, request: Request, code: str) -> Response:
        """Begin a draft that holds what a retired version held."""
        version, why = self.find(request, code), self.body(request)["reason"]
        made = restoring.restore(version, reason=why, actor=actor_for(request.user))
        answer = told(VersionOut, made, status=201)
        answer["Location"] = f"/api/v1/model/versions/{made.code}"
        return answer


class Say(_Version):
    """Somebody's answer."""

    scopes = DECIDES

    def whom(self, request: Request, key: str) -> Person:
        """Oneself, or whom one stands in for. Raises NotFound."""
        if not key:
            return self.person(request)
        found = Person.objects.filter(key=key).first()
        if found is None:
            raise NotFound("There is no such person.")
        return found

    @operation("consent_answer", tag="model", answer=ConsentAnswerOut, body=ConsentAnswerIn)
    def post(self, request: Request, code: str) -> Response:
        """Consent, with or without a concern, object or abstain; again replaces it."""
        version, body = self.find(request, code), self.body(request)
        row = consenting.answer(
            version,
            self.whom(request, body["stands_for"]),
            answer=body["answer"],
            text=body["text"],
            degree=body["degree"],
            actor=actor_for(request.user),
        )
        return told(ConsentAnswerOut, row)


class TakeBack(Say):
    """Taking an answer back."""

    @operation("consent_withdraw", tag="model", answer=ConsentAnswerOut, body=WithdrawIn)
    def post(self, request: Request, code: str) -> Response:
        """Take one's answer back; an objection raised with it is withdrawn."""
        version, body = self.find(request, code), self.body(request)
        whom = self.whom(request, body["stands_for"])
        row = consenting.withdraw_answer(version, whom, actor=actor_for(request.user))
        return told(ConsentAnswerOut, row)


class Sign(_Version):
    """Signing an agreement."""

    scopes = DECIDES

    @operation("agreement_sign", tag="model", answer=SignatureOut, body=SignIn)
    def post(self, request: Request, code: str) -> Response:
        """Sign one side of an agreement that a version touches."""
        version, body = self.find(request, code), self.body(request)
        row = signing.sign(
            version,
            self.person(request),
            body["agreement"],
            body["side"],
            actor=actor_for(request.user),
        )
        return told(SignatureOut, row)


class Acknowledge(_Version):
    """Having read it."""

    scopes = DECIDES

    @operation("version_acknowledge", tag="model", answer=AcknowledgementOut, body=AcknowledgeIn)
    def post(self, request: Request, code: str) -> Response:
        """Say that one read what a version changes for oneself."""
        version, said = self.find(request, code), self.body(request)["concern"]
        row = acknowledging.acknowledge(
            version, self.person(request), concern=said, actor=actor_for(request.user)
        )
        return told(AcknowledgementOut, row)


class Adoption(ScopedView):
    """How a version is taken up."""

    scopes = SCOPES

    @operation("version_adoption", tag="model", answer=UptakeOut, query=PageQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """Count who was told, opened it, read it, is trained and works by it, by department."""
        found = adoption(request.user, version_of(request, code)).groups
        name = f"adoption {code} {request.user.pk}"
        page = page_of_list(list(found), name=name, key=lambda one: (one.key,), query=self.query)
        return page_response(request, page, UptakeOut)
