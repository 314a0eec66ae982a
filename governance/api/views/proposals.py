"""Proposals of changes over REST: written, opened, taken on, turned down, withdrawn."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound
from governance.api.serializers_change import (
    AttachIn,
    ProposalIn,
    ProposalOut,
    ProposalsQuery,
    ReasonGivenIn,
)
from governance.locks import lock_proposal
from governance.models import ChangeProposal, ModelVersion
from governance.selectors import proposals as known
from governance.selectors.people import actor_for, person_for
from governance.services import proposing
from governance.services.proposing import Wording

SCOPES = {"read": "model:read", "write": "model:write"}


def _wording(body: dict[str, object]) -> Wording:
    said = {k: tuple(v) if isinstance(v, list) else v for k, v in body.items()}
    return Wording(**said)  # type: ignore[arg-type]


class Proposals(ScopedView):
    """Proposals, latest first."""

    scopes = SCOPES

    @operation("proposal_list", tag="model", answer=ProposalOut, query=ProposalsQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the proposals you may see."""
        state = self.query["state"]
        rows = known.standing_is(known.visible_to(request.user), state, request.user)
        name = f"proposals {state} {request.user.pk}"
        page = page_of(rows, name=name, order=("-id",), query=self.query)
        return page_response(request, page, ProposalOut)

    @operation("proposal_write", tag="model", answer=ProposalOut, body=ProposalIn, status=201)
    def post(self, request: Request) -> Response:
        """Propose a change; others read it once it is opened."""
        body, person = self.body(request), person_for(request.user)
        if person is None:
            raise NotAllowed("This account belongs to no person.", code="proposal-write")
        made = proposing.write_proposal(person, _wording(body), actor=actor_for(request.user))
        answer = told(ProposalOut, made, status=201)
        answer["Location"] = f"{request.path}/{made.number}"
        return answer


class _Proposal(ScopedView):
    scopes = SCOPES

    def find(self, request: Request, number: int) -> ChangeProposal:
        """Raises NotFound, for hidden and missing alike."""
        row = known.visible_to(request.user).filter(number=number).first()
        if row is None:
            raise NotFound("There is no such proposal.")
        return row

    def hold(self, request: Request, **place: int) -> None:
        lock_proposal(self.find(request, place["number"]).pk)

    def tag(self, request: Request, **place: int) -> str:
        """The proposal's."""
        return match.tag_of(told(ProposalOut, self.find(request, place["number"])).data)

    def again(self, request: Request, number: int) -> Response:
        """As it stands by now."""
        return told(ProposalOut, self.find(request, number))


class ProposalView(_Proposal):
    """One proposal."""

    @operation("proposal_get", tag="model", answer=ProposalOut)
    def get(self, request: Request, number: int) -> Response:
        """One proposal and where it stands."""
        return self.again(request, number)

    @operation("proposal_change", tag="model", answer=ProposalOut, body=ProposalIn)
    def put(self, request: Request, number: int) -> Response:
        """Say it otherwise, as long as nobody was asked for consent."""
        row, body = self.find(request, number), self.body(request)
        proposing.change_proposal(row, _wording(body), actor=actor_for(request.user))
        return self.again(request, number)


class Open(_Proposal):
    """Opening it for remarks."""

    @operation("proposal_open", tag="model", answer=ProposalOut)
    def post(self, request: Request, number: int) -> Response:
        """Let everybody read it; refused with the questions that it leaves open."""
        self.body(request)
        row = self.find(request, number)
        proposing.open_for_remarks(row, actor=actor_for(request.user))
        return self.again(request, number)


class Attach(_Proposal):
    """The draft that carries it."""

    @operation("proposal_attach", tag="model", answer=ProposalOut, body=AttachIn)
    def post(self, request: Request, number: int) -> Response:
        """Have a draft carry it, or none any more."""
        row, code = self.find(request, number), self.body(request)["version"]
        version = ModelVersion.objects.filter(code=code).first() if code else None
        if code and version is None:
            raise NotFound("There is no such version.")
        proposing.attach(row, version, actor=actor_for(request.user))
        return self.again(request, number)


class Reject(_Proposal):
    """Turning it down."""

    @operation("proposal_reject", tag="model", answer=ProposalOut, body=ReasonGivenIn)
    def post(self, request: Request, number: int) -> Response:
        """Turn it down, with a reason its author reads."""
        row, why = self.find(request, number), self.body(request)["reason"]
        proposing.reject(row, reason=why, actor=actor_for(request.user))
        return self.again(request, number)


class Withdraw(_Proposal):
    """Its author wants it no more."""

    @operation("proposal_withdraw", tag="model", answer=ProposalOut, body=ReasonGivenIn)
    def post(self, request: Request, number: int) -> Response:
        """Withdraw it, as long as nobody was asked for consent."""
        row, why = self.find(request, number), self.body(request)["reason"]
        done = proposing.withdraw(row, reason=why, actor=actor_for(request.user))
        return told(ProposalOut, done)
