"""Sponsors over REST: how far each went, what they commit to, done and withdrawn."""

from dataclasses import dataclass

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import Page, page_of, page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed
from governance.api.serializers_commitments import (
    CommitmentIn,
    CommitmentOut,
    CommitmentsQuery,
    DoneIn,
    SponsorOut,
    WithdrawnIn,
)
from governance.locks import lock_commitment
from governance.models import Commitment
from governance.selectors import commitments as known
from governance.selectors.people import actor_for, person_for
from governance.services import commitments

SCOPES = {"read": "model:read", "write": "decide"}


@dataclass(frozen=True, slots=True)
class _Sponsor:
    stream: str
    name: str
    critical: bool
    role_key: str
    sponsor: str
    level: str | None
    done: int | None
    missed: int | None


def _sponsors(request: Request) -> list[_Sponsor]:
    found = known.ledger(request.user)
    rows = []
    for one in found.streams:
        place = (one.key, one.name, one.critical, one.role_key)
        held = [held for held in one.sponsors if not held.former]
        for who in held:
            level = who.standing
            figures = (level.done, level.missed) if found.everything else (None, None)
            rows.append(_Sponsor(*place, who.name, level.level, *figures))
        if not held:
            rows.append(_Sponsor(*place, "", None, None, None))
    return sorted(rows, key=_mark)


def _mark(row: _Sponsor) -> tuple[str, str]:
    return row.stream, row.sponsor


class Sponsors(ScopedView):
    """Sponsors of streams."""

    scopes = SCOPES

    @operation("sponsor_list", tag="adoption", answer=SponsorOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the streams with their sponsors and how far each went."""
        name = f"sponsors {request.user.pk}"
        page = page_of_list(_sponsors(request), name=name, key=_mark, query=self.query)
        return page_response(request, page, SponsorOut)


class Commitments(ScopedView):
    """Commitments, latest first."""

    scopes = SCOPES

    @operation(
        "commitment_list", tag="adoption", answer=CommitmentOut, query=CommitmentsQuery, page=True
    )
    def get(self, request: Request) -> Response:
        """List what you may read: your own, all as a sponsor, steward, auditor or executive."""
        day, state = known.today(), self.query["state"]
        rows = known.standing_is(known.visible_to(request.user), state, day)
        name = f"commitments {state} {request.user.pk}"
        page = page_of(rows, name=name, order=("-id",), query=self.query)
        shown = [known.pledge_of(row, day) for row in page.rows]
        return page_response(request, Page(shown, page.cursor), CommitmentOut)

    @operation(
        "commitment_give", tag="adoption", answer=CommitmentOut, body=CommitmentIn, status=201
    )
    def post(self, request: Request) -> Response:
        """Commit to an action for a stream you sponsor."""
        body, person = self.body(request), person_for(request.user)
        if person is None:
            raise NotAllowed("This account belongs to no person.", code="commitment-give")
        row = commitments.give_commitment(
            person, body.pop("stream"), **body, actor=actor_for(request.user)
        )
        answer = told(CommitmentOut, known.pledge_of(row, known.today()), status=201)
        answer["Location"] = f"{request.path}/{row.pk}"
        return answer


class _Commitment(ScopedView):
    scopes = SCOPES

    def hold(self, request: Request, **place: int) -> None:
        lock_commitment(known.one(request.user, place["number"]).row.pk)

    def tag(self, request: Request, **place: int) -> str:
        """The commitment's, also where it is settled."""
        data = told(CommitmentOut, known.one(request.user, place["number"])).data
        return match.tag_of(data, CommitmentOut.moving)

    def shown(self, row: Commitment) -> Response:
        return told(CommitmentOut, known.pledge_of(row, known.today()))


class CommitmentView(_Commitment):
    """One commitment."""

    @operation("commitment_get", tag="adoption", answer=CommitmentOut)
    def get(self, request: Request, number: int) -> Response:
        """One commitment, and where it stands today."""
        return told(CommitmentOut, known.one(request.user, number))


class Done(_Commitment):
    """That it was done."""

    @operation("commitment_done", tag="adoption", answer=CommitmentOut, body=DoneIn)
    def post(self, request: Request, number: int) -> Response:
        """Say that it was done by its day, and what shows it."""
        row, body = known.one(request.user, number).row, self.body(request)
        actor = actor_for(request.user)
        return self.shown(commitments.fulfil_commitment(row, **body, actor=actor))


class Withdraw(_Commitment):
    """Its withdrawal."""

    @operation("commitment_withdraw", tag="adoption", answer=CommitmentOut, body=WithdrawnIn)
    def post(self, request: Request, number: int) -> Response:
        """Take it back before its day is over, with a reason."""
        row, body = known.one(request.user, number).row, self.body(request)
        actor = actor_for(request.user)
        return self.shown(commitments.withdraw_commitment(row, **body, actor=actor))
