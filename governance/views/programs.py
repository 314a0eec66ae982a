"""Administration of programs: which act here, in which role, for what, and who answers for them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from esm.accounts.choices import TokenScope
from governance.models import Program, Role
from governance.selectors import administration
from governance.selectors import programs as known
from governance.selectors.administration import check, require_everything
from governance.selectors.people import actor_for
from governance.selectors.tokens import shown, token_of, tokens_of
from governance.services import programs
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS
from governance.views.teams import person_field, typed_person
from governance.views.tokens import NOTES, fields, shown_once, wanted

ENDED_SHOWN = 20


def crumbs(program: Program | None = None, last: str = "") -> list[tuple[str, str]]:
    """Administration › Programs › a program › what is done."""
    found = [(_("Administration"), reverse("admin")), (_("Programs"), reverse("admin-programs"))]
    if program is not None:
        url = reverse("admin-program", args=[program.account.key]) if last else ""
        found.append((str(program), url))
    return [*found, (last, "")] if last else found


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All programs: those that may do nothing first, those that ended last."""
    require_everything(request.user)
    rows = known.rows(known.programs()[:500])
    here = [row for row in rows if row.program.ended_at is None]
    page = {
        "rows": sorted(here, key=lambda row: not row.idle),
        "ended": [row for row in rows if row.program.ended_at is not None],
        "idle": sum(bool(row.idle) for row in here),
        "may": administration.verdict(request.user, "program.keep").ok,
        "crumbs": crumbs()[:1],
    }
    return render(request, "governance/admin/programs.html", page)


def _fields(program: Program | None = None) -> list[Field]:
    roles = Role.objects.filter(retired_at=None).order_by("name")
    account = program.account if program else None
    owner = program.owner.key if program and program.owner else ""
    return [
        {"name": "name", "label": _("Name"), "required": True, "max_length": programs.MAX_NAME,
         "value": account.name if account else "", "autocomplete": "off"},
        {"name": "role", "label": _("Role it acts in"), "type": "select", "required": True,
         "value": account.role_key if account else "",
         "options": [(row.key, row.name) for row in roles],
         "help": _("It sees what this role's department sees, and never does more than the role"
                   " may at that moment.")},
        person_field(_("Who answers for it"), "owner", value=owner),
        {"name": "scopes", "label": _("What its tokens may be for"), "type": "choices",
         "required": True, "value": list(program.scopes) if program else ["requests:read"],
         "options": [{"key": one.value, "label": str(one.label).capitalize(), "note": NOTES[one]}
                     for one in TokenScope],
         "help": _("Taking one away narrows its tokens from the next call on.")},
    ]  # fmt: skip


def _given(typed: Any) -> dict[str, Any]:
    return {
        "name": typed.get("name", ""),
        "role": typed.get("role", ""),
        "owner": typed_person(typed, "owner"),
        "scopes": typed.getlist("scopes"),
        "reason": typed.get("reason", ""),
    }


def _affects() -> list[str]:
    return [
        _("Every call it makes is on record under its name and role."),
        _("When the role ends, or who answers for it leaves, its calls are refused until you"
          " change that."),
    ]  # fmt: skip


@kept
@ASKS
def new(request: HttpRequest) -> HttpResponse:
    """Let a program act here."""
    check(request.user, "program.keep")
    form = Form(
        title=_("New program"),
        submit=_("Make program"),
        back=reverse("admin-programs"),
        crumbs=crumbs(None, _("New program")),
        lede=_("It acts in a role, not as a person; without a token it does nothing."),
        fields=_fields(),
        affects=_affects(),
    )

    def make(typed: Typed) -> str:
        made = programs.make_program(**_given(typed), actor=actor_for(request.user))
        form.back = reverse("admin-program", args=[made.account.key])
        return _("%(name)s acts here. Now make a token for it.") % {"name": made.account.name}

    return answer(request, form, make)


@kept
@require_safe
def one(request: HttpRequest, key: str) -> HttpResponse:
    """One program: how it is bound, its tokens, what was changed."""
    require_everything(request.user)
    program = known.by_key(key)
    (row,) = known.rows([program])
    tokens = shown(tokens_of(program.account.user_id)[:200])
    page = {
        "row": row,
        "program": program,
        "live": [token for token in tokens if token.counts],
        "ended": [token for token in tokens if not token.counts][:ENDED_SHOWN],
        "history": known.history_of(program),
        "may": administration.verdict(request.user, "program.keep").ok,
        "crumbs": crumbs(program),
    }
    return render(request, "governance/admin/program.html", page)


@kept
@ASKS
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Another name, role, owner or choice of what its tokens may be for."""
    check(request.user, "program.keep")
    program = known.by_key(key)
    form = Form(
        title=_("Change %(name)s") % {"name": program.account.name},
        submit=_("Save program"),
        back=reverse("admin-program", args=[key]),
        crumbs=crumbs(program, _("Change")),
        fields=_fields(program),
        affects=_affects(),
    )

    def save(typed: Typed) -> str:
        programs.change_program(program, **_given(typed), actor=actor_for(request.user))
        return _("Saved.")

    return answer(request, form, save)


@kept
@ASKS
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End a program for good, with a reason."""
    check(request.user, "program.keep")
    program = known.by_key(key)
    form = Form(
        title=_("End the program %(name)s") % {"name": program.account.name},
        submit=_("End program"),
        back=reverse("admin-program", args=[key]),
        crumbs=crumbs(program, _("End")),
        lede=_("It cannot be taken back; a new one can be made. What it did stays."),
        affects=[
            _("All its tokens end now."),
            _("Messages in that act as it are refused, its webhooks are sent nothing more."),
        ],
        danger=True,
        needs_reason=True,
    )

    def stop(typed: Typed) -> str:
        why, actor = typed.get("reason", ""), actor_for(request.user)
        programs.end_program(program, reason=why, actor=actor)
        return _("%(name)s has ended.") % {"name": program.account.name}

    return answer(request, form, stop)


@never_cache
@kept
@ASKS
def new_token(request: HttpRequest, key: str) -> HttpResponse:
    """Make a token for a program; its text is shown once."""
    check(request.user, "program.keep")
    program = known.by_key(key)
    back = reverse("admin-program", args=[key])
    form = Form(
        title=_("New token for %(name)s") % {"name": program.account.name},
        submit=_("Make token"),
        back=back,
        crumbs=crumbs(program, _("New token")),
        lede=_("It is shown once. Give it to whoever runs the program, not by mail."),
        fields=fields([one for one in TokenScope if one.value in program.scopes]),
        affects=[_("Whoever has the token acts as this program until it ends.")],
    )

    def make(typed: Typed) -> HttpResponse:
        made = programs.make_program_token(
            program,
            **wanted(typed),
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return shown_once(request, made, crumbs(program, _("New token")), back)

    return answer(request, form, make)


@kept
@ASKS
def end_token(request: HttpRequest, key: str, prefix: str) -> HttpResponse:
    """End a token of a program."""
    check(request.user, "program.keep")
    program = known.by_key(key)
    row = token_of(program.account.user_id, prefix)
    form = Form(
        title=_("End the token %(name)s") % {"name": row.name},
        submit=_("End token"),
        back=reverse("admin-program", args=[key]),
        crumbs=crumbs(program, _("End token")),
        lede=_("It is refused from the next call on. It cannot be taken back."),
        affects=[_("The program that uses it is refused until it has another one.")],
        danger=True,
    )

    def stop(typed: Typed) -> str:
        why, actor = typed.get("reason", ""), actor_for(request.user)
        programs.end_program_token(program, prefix, reason=why, actor=actor)
        return _("The token %(name)s has ended.") % {"name": row.name}

    return answer(request, form, stop)
