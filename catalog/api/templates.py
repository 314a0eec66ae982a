"""Templates of requests over REST; a request is sent with their answers."""

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.locks import template_for_update
from catalog.selectors import templates as selector
from catalog.selectors.portal import offerings_for
from catalog.services import templates as keeping
from esm.accounts.api.scoped import ScopedView
from esm.common.api.fields import MaybeNamedField, NamedField, PlainField
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import Out, PageQuery, Strict
from esm.common.api.views import operation, told
from governance.selectors.people import actor_for

SCOPES = {"read": "requests:read", "write": "requests:write"}


class TemplateOut(Out):
    """A template of a request."""

    number = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    audience = serializers.CharField(help_text="`mine`, `team:<key>` or `everyone`.")
    offering = NamedField()
    data = PlainField(  # type: ignore[assignment]
        help_text="The answers, as a request takes them; files are added anew."
    )
    author = MaybeNamedField()
    updated_at = serializers.DateTimeField()


class TemplateIn(Strict):
    """Answers under a name."""

    name = serializers.CharField(max_length=keeping.MAX_NAME)
    audience = serializers.CharField(
        max_length=120, help_text="`mine`, `team:<key>` or `everyone`."
    )
    offering = serializers.CharField(max_length=100, help_text="Key of the offering.")
    data = serializers.DictField(help_text="The answers by key of the field.")  # type: ignore[assignment]


class Templates(ScopedView):
    """All templates of the caller."""

    scopes = SCOPES

    @operation("template_list", tag="requests", answer=TemplateOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the templates you may start from: yours, those of your teams, those for everyone."""
        rows = selector.visible_to(request.user)
        page = page_of(rows, name="templates", order=("id",), query=self.query)
        return page_response(request, page, TemplateOut)

    @operation("template_create", tag="requests", answer=TemplateOut, body=TemplateIn, status=201)
    def post(self, request: Request) -> Response:
        """Keep answers as a template; for others without what not everybody may read."""
        body = self.body(request)
        offering = offerings_for(request.user).filter(key=body["offering"]).first()
        if offering is None:
            raise ValidationError({"offering": ["You may ask for no offering of this key."]})
        kept = keeping.save_template(
            offering,
            name=body["name"],
            audience=body["audience"],
            answers=body["data"],
            user=request.user,
            actor=actor_for(request.user),
        )
        answer = told(TemplateOut, kept.template, status=201)
        answer["Location"] = f"{request.path}/{kept.template.pk}"
        return answer


class TemplateView(ScopedView):
    """One template."""

    scopes = SCOPES

    @operation("template_get", tag="requests", answer=TemplateOut)
    def get(self, request: Request, number: int) -> Response:
        """One template with its answers."""
        return told(TemplateOut, selector.by_number(request.user, number))

    def hold(self, request: Request, **place: int) -> None:
        template_for_update(selector.by_number(request.user, place["number"]).pk)

    @operation("template_remove", tag="requests", answer=None, status=204)
    def delete(self, request: Request, number: int) -> Response:
        """Take a template away; what was asked with it stays."""
        found = selector.by_number(request.user, number)
        keeping.remove_template(found.pk, actor=actor_for(request.user))
        return Response(status=204)
