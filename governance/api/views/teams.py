"""Teams, memberships, roles and who holds them over REST."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common import clock
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.api.serializers_people import (
    EndIn,
    GiveIn,
    HoldingOut,
    JoinIn,
    MembershipOut,
    MembershipPatch,
    RoleHeldOut,
    TeamOut,
)
from governance.api.views.people import SCOPES, named_person
from governance.locks import lock_person
from governance.models import Membership, RoleAssignment
from governance.selectors import administration, role_page, team_page
from governance.selectors.people import actor_for
from governance.selectors.person_page import Dated, focus_names, when
from governance.services import people, roles


def _membership(row: Membership) -> Dated:
    return Dated(row, when(row, clock.now()))


def _holding(row: RoleAssignment) -> Dated:
    return Dated(row, when(row, clock.now()), focus_names([row])[row.pk])


class Teams(ScopedView):
    """Teams one sees in administration."""

    scopes = SCOPES

    @operation("team_list", tag="people", answer=TeamOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List teams with their leads."""
        administration.require_reach(request.user)
        rows = sorted(team_page.team_rows(request.user), key=lambda row: row.team.key)
        page = page_of_list(rows, name="teams", key=lambda row: (row.team.key,), query=self.query)
        return page_response(request, page, TeamOut)


class Members(ScopedView):
    """Who works in a team."""

    scopes = SCOPES

    @operation("member_list", tag="people", answer=MembershipOut, query=PageQuery, page=True)
    def get(self, request: Request, key: str) -> Response:
        """List who is in a team now and later, and the last who left."""
        rows = team_page.members_of(administration.team_by_key(request.user, key))
        rows = sorted(rows, key=lambda one: one.row.pk)
        name = f"members {key}"
        page = page_of_list(rows, name=name, key=lambda one: (one.row.pk,), query=self.query)
        return page_response(request, page, MembershipOut)

    @operation("member_join", tag="people", answer=MembershipOut, body=JoinIn, status=201)
    def post(self, request: Request, key: str) -> Response:
        """Put somebody in a team, from a moment until another."""
        team = administration.team_by_key(request.user, key)
        administration.check(request.user, "team.join", team_id=team.pk)
        body = self.body(request)
        row = people.join_team(
            named_person(body.pop("person")), team, **body, actor=actor_for(request.user)
        )
        return told(MembershipOut, _membership(row), status=201)


class MembershipView(ScopedView):
    """One membership."""

    scopes = SCOPES

    def hold(self, request: Request, **place: int) -> None:
        lock_person(team_page.membership_by_id(request.user, place["number"]).person_id)

    @operation("membership_get", tag="people", answer=MembershipOut)
    def get(self, request: Request, number: int) -> Response:
        """One membership of a team one sees in administration."""
        return told(MembershipOut, _membership(team_page.membership_by_id(request.user, number)))

    @operation("membership_change", tag="people", answer=MembershipOut, body=MembershipPatch)
    def patch(self, request: Request, number: int) -> Response:
        """Change whether somebody leads, and until when they are in the team."""
        found = team_page.membership_by_id(request.user, number)
        body = self.body(request)
        row = people.change_membership(
            found,
            lead=body.get("lead", found.is_lead),
            until=body.get("until", found.valid.upper),
            reason=body["reason"],
            actor=actor_for(request.user),
        )
        return told(MembershipOut, _membership(row))

    @operation("membership_end", tag="people", answer=None, status=204)
    def delete(self, request: Request, number: int) -> Response:
        """End a membership now."""
        found = team_page.membership_by_id(request.user, number)
        people.leave_team(found, actor=actor_for(request.user))
        return Response(status=204)


class Roles(ScopedView):
    """All roles."""

    scopes = SCOPES

    @operation("role_list", tag="people", answer=RoleHeldOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List roles with who holds them; vacant ones are marked."""
        administration.require_everything(request.user)
        rows = sorted(role_page.role_rows(), key=lambda row: row.role.key)
        page = page_of_list(rows, name="roles", key=lambda row: (row.role.key,), query=self.query)
        return page_response(request, page, RoleHeldOut)


class Holders(ScopedView):
    """Who holds a role."""

    scopes = SCOPES

    @operation("holder_list", tag="people", answer=HoldingOut, query=PageQuery, page=True)
    def get(self, request: Request, key: str) -> Response:
        """List who holds a role now and later, and the last of before."""
        administration.require_everything(request.user)
        rows = role_page.holders_of(role_page.role_by_key(key))
        rows = sorted(rows, key=lambda one: one.row.pk)
        name = f"holders {key}"
        page = page_of_list(rows, name=name, key=lambda one: (one.row.pk,), query=self.query)
        return page_response(request, page, HoldingOut)

    @operation("role_give", tag="people", answer=HoldingOut, body=GiveIn, status=201)
    def post(self, request: Request, key: str) -> Response:
        """Give a role to somebody, never to yourself."""
        administration.require_everything(request.user)
        role = role_page.role_by_key(key)
        administration.check(request.user, "role.give")
        body = self.body(request)
        focus = body.pop("focus")
        row = roles.assign_role(
            named_person(body.pop("person")),
            role,
            focus_kind=role.focus if focus else "",
            focus_key=focus,
            **body,
            actor=actor_for(request.user),
        )
        return told(HoldingOut, _holding(row), status=201)


class Holding(ScopedView):
    """One holding of a role."""

    scopes = SCOPES

    def find(self, request: Request, number: int) -> RoleAssignment:
        """Raises NotAllowed, and NotFound."""
        administration.require_everything(request.user)
        rows = RoleAssignment.objects.select_related("person", "role")
        row = rows.filter(pk=number).first()
        if row is None:
            raise NotFound("There is no such holding.")
        return row

    def hold(self, request: Request, **place: int) -> None:
        lock_person(self.find(request, place["number"]).person_id)

    @operation("holding_get", tag="people", answer=HoldingOut)
    def get(self, request: Request, number: int) -> Response:
        """One holding of a role."""
        return told(HoldingOut, _holding(self.find(request, number)))

    @operation("holding_end", tag="people", answer=HoldingOut, body=EndIn)
    def patch(self, request: Request, number: int) -> Response:
        """End a holding, now or at a moment."""
        row = self.find(request, number)
        administration.check(request.user, "people.edit")
        body = self.body(request)
        done = roles.end_assignment(
            row, at=body["until"], reason=body["reason"], actor=actor_for(request.user)
        )
        return told(HoldingOut, _holding(done))
