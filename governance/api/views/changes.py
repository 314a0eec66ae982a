"""What versions change over REST: for whoever asks, and for all roles and teams."""

from collections.abc import Iterable

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation
from governance.api.serializers_impact import ImpactEffectOut, ImpactQuery, ToldOut
from governance.api.views.model import version_of, visible_versions
from governance.blueprint.impact import Effect
from governance.models import ModelVersion
from governance.selectors.impact import Impact as Worked
from governance.selectors.impact import base_of, changes_for, impact_of, mine
from governance.selectors.impact_page import Line, line_of

SCOPES = {"read": "model:read"}


class Impact(ScopedView):
    """Who is affected by a version."""

    scopes = SCOPES

    @operation("version_impact", tag="model", answer=ImpactEffectOut, query=ImpactQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """List what a version changes for roles and teams, in plain sentences."""
        version = version_of(request, code)
        impact = impact_of(version, self._base(request, version))
        wanted = _lines(impact, (one for one in impact.effects if self._wanted(one)))
        name = f"impact {code} {impact.against.code if impact.against else ''}"
        page = page_of_list(wanted, name=name, key=_place, query=self.query)
        return page_response(request, page, ImpactEffectOut)

    def _base(self, request: Request, version: ModelVersion) -> ModelVersion | None:
        code = self.query["against"]
        if not code:
            return base_of(version, list(visible_versions(request)))
        found = visible_versions(request).filter(code=code).first()
        if found is None:
            raise ValidationError({"against": ["Name a version to compare with."]})
        return found

    def _wanted(self, one: Effect) -> bool:
        asked = self.query
        return (
            asked["receiver"] in ("", one.receiver.kind)
            and asked["key"] in ("", one.receiver.key)
            and asked["aspect"] in ("", one.aspect)
        )


def _lines(impact: Worked, found: Iterable[Effect]) -> list[Line]:
    return sorted((line_of(impact, one) for one in found), key=_place)


def _place(line: Line) -> tuple[str, ...]:
    one = line.effect
    return (*one.receiver, one.aspect, one.topic, one.kind, one.key, one.part, one.sort)


class Changes(ScopedView):
    """What changes for whoever asks."""

    scopes = SCOPES

    @operation("change_list", tag="model", answer=ToldOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List versions in review, agreed or in force for less than 90 days, with what each
        changes for you; the latest first."""
        told = changes_for(request.user, list(visible_versions(request)))
        page = page_of_list(
            told, name="changes", key=lambda one: (-one.version.number,), query=self.query
        )
        return page_response(request, page, ToldOut)


class Change(ScopedView):
    """What one version changes for whoever asks."""

    scopes = SCOPES

    @operation("change_get", tag="model", answer=ImpactEffectOut, query=PageQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """List what a version changes for you, sentence by sentence."""
        version = version_of(request, code)
        impact = impact_of(version, base_of(version, list(visible_versions(request))))
        found = mine(request.user, version, impact).mine
        lines = _lines(impact, found.effects if found is not None else ())
        page = page_of_list(lines, name=f"change {code}", key=_place, query=self.query)
        return page_response(request, page, ImpactEffectOut)
