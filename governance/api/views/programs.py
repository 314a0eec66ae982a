"""Programs over REST: administrators keep them, stewards and auditors read."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.api.serializers_people import WhyIn
from governance.api.serializers_programs import (
    EndProgramIn,
    ProgramIn,
    ProgramOut,
    ProgramPatch,
    ProgramTokenIn,
)
from governance.api.serializers_tokens import NewTokenOut, TokenOut
from governance.api.views.people import SCOPES, named_person
from governance.api.views.tokens import shown_once
from governance.models import Program
from governance.selectors import programs as known
from governance.selectors.administration import require_everything
from governance.selectors.people import actor_for
from governance.selectors.tokens import tokens_of
from governance.services import programs


class _Programs(ScopedView):
    scopes = SCOPES

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        require_everything(request.user)

    def shown(self, program: Program, status: int = 200) -> Response:
        """One program as it is told."""
        (row,) = known.rows([program])
        return told(ProgramOut, row, status=status)


class Programs(_Programs):
    """All programs."""

    @operation("program_list", tag="programs", answer=ProgramOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the programs that act here, newest first, ended ones too."""
        page = page_of(known.programs(), name="programs", order=("-id",), query=self.query)
        return page_response(request, Page(known.rows(page.rows), page.cursor), ProgramOut)

    @operation("program_make", tag="programs", answer=ProgramOut, body=ProgramIn, status=201)
    def post(self, request: Request) -> Response:
        """Let a program act here, bound to a role; without a token it does nothing."""
        body = self.body(request)
        owner = named_person(body.pop("owner"), "owner")
        made = programs.make_program(**body, owner=owner, actor=actor_for(request.user))
        answer = self.shown(made, 201)
        answer["Location"] = f"{request.path}/{made.account.key}"
        return answer


class ProgramView(_Programs):
    """One program."""

    @operation("program_get", tag="programs", answer=ProgramOut)
    def get(self, request: Request, key: str) -> Response:
        """One program, and whether its calls are refused now."""
        return self.shown(known.by_key(key))

    @operation("program_change", tag="programs", answer=ProgramOut, body=ProgramPatch)
    def patch(self, request: Request, key: str) -> Response:
        """Change its name, role, owner or what its tokens may be for, from the next call on."""
        program = known.by_key(key)
        body = self.body(request)
        owner = named_person(body.pop("owner"), "owner") if "owner" in body else program.owner
        given: dict[str, Any] = {
            "name": program.account.name,
            "role": program.account.role_key,
            "scopes": program.scopes,
            **body,
        }
        changed = programs.change_program(
            program, owner=owner, **given, actor=actor_for(request.user)
        )
        return self.shown(changed)


class End(_Programs):
    """The end of a program."""

    @operation("program_end", tag="programs", answer=ProgramOut, body=EndProgramIn)
    def post(self, request: Request, key: str) -> Response:
        """End it for good: all its tokens end, it sees and does nothing more."""
        program = known.by_key(key)
        reason = self.body(request)["reason"]
        return self.shown(
            programs.end_program(program, reason=reason, actor=actor_for(request.user))
        )


class Tokens(_Programs):
    """Tokens of a program."""

    @operation("program_token_list", tag="programs", answer=TokenOut, query=PageQuery, page=True)
    def get(self, request: Request, key: str) -> Response:
        """List the tokens of a program, newest first, ended ones too."""
        rows = tokens_of(known.by_key(key).account.user_id)
        order = ("-created_at", "prefix")
        page = page_of(rows, name=f"tokens of {key}", order=order, query=self.query)
        return page_response(request, page, TokenOut)

    @operation(
        "program_token_make", tag="programs", answer=NewTokenOut, body=ProgramTokenIn, status=201
    )
    def post(self, request: Request, key: str) -> Response:
        """Make a token for a program; its text is in the answer and never shown again."""
        program = known.by_key(key)
        made = programs.make_program_token(
            program, **self.body(request), actor=actor_for(request.user)
        )
        return shown_once(made)


class EndToken(_Programs):
    """The end of a program's token."""

    @operation("program_token_end", tag="programs", answer=TokenOut, body=WhyIn)
    def post(self, request: Request, key: str, prefix: str) -> Response:
        """End a token of a program; it is refused from the next call on."""
        program = known.by_key(key)
        reason = self.body(request)["reason"]
        ended = programs.end_program_token(
            program, prefix, reason=reason, actor=actor_for(request.user)
        )
        return told(TokenOut, ended)
