"""Skills over REST: what people are able to do, and what of what is needed is covered."""

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.api.serializers_skills import NeedOut, SkillHeldOut, SkillIn
from governance.models import Person
from governance.selectors import coverage, skills
from governance.selectors.administration import person_by_key
from governance.selectors.people import actor_for, person_for
from governance.services import skills as service


def _mark(row: coverage.NeedRow) -> tuple[str, str, str, str, int]:
    return row.skill, row.place.kind, row.place.key, row.place.stage, row.level


class Coverage(ScopedView):
    """What is needed and who can."""

    scopes = {"read": "model:read"}

    @operation("skill_coverage", tag="people", answer=NeedOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List what roles and stages need, and how many people can."""
        rows = sorted(coverage.coverage_page(request.user).rows, key=_mark)
        page = page_of_list(rows, name="coverage", key=_mark, query=self.query)
        return page_response(request, page, NeedOut)


class Skills(ScopedView):
    """What one person is able to do."""

    scopes = {"read": "admin"}

    @operation("person_skills", tag="people", answer=SkillHeldOut, query=PageQuery, page=True)
    def get(self, request: Request, key: str) -> Response:
        """List what somebody is able to do: oneself, or whom one sees in administration."""
        person = seen(request, key)
        rows = sorted(skills.skills_of_person(person), key=lambda row: row.key)
        name = f"skills {person.pk}"
        page = page_of_list(rows, name=name, key=lambda row: (row.key,), query=self.query)
        return page_response(request, page, SkillHeldOut)


def seen(request: Request, key: str) -> Person:
    """Oneself, or somebody one sees. Raises NotFound, for hidden and missing alike."""
    own = person_for(request.user)
    return own if own is not None and own.key == key else person_by_key(request.user, key)


class OneSkill(ScopedView):
    """One skill of one person."""

    scopes = {"write": "admin"}

    @operation("person_skill_set", tag="people", answer=SkillHeldOut, body=SkillIn)
    def put(self, request: Request, key: str, skill: str) -> Response:
        """Confirm how well somebody does it, or correct what was said."""
        person = seen(request, key)
        body = self.body(request)
        row = service.confirm_skill(person, skill, **body, actor=actor_for(request.user))
        found = next(one for one in skills.skills_of_person(person) if one.pk == row.pk)
        return told(SkillHeldOut, found)

    @operation("person_skill_withdraw", tag="people", answer=None, status=204)
    def delete(self, request: Request, key: str, skill: str) -> Response:
        """Say that somebody is able to do it no more."""
        person = seen(request, key)
        row = skills.held_skill(person, skill)
        service.withdraw_skill(row, actor=actor_for(request.user))
        return Response(status=204)
