"""Roles and who holds them: vacancies, giving a role with focus and dates, ending it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from esm.common.errors import NotFound
from governance.models import Role, RoleAssignment
from governance.selectors import role_page
from governance.selectors.administration import check, require_everything
from governance.selectors.people import actor_for
from governance.services import roles
from governance.views.asking import (
    Field,
    Form,
    Typed,
    answer,
    dates,
    day_text,
    first_moment,
    kept,
    last_moment,
)
from governance.views.people import ASKS
from governance.views.teams import person_field, typed_person


def crumbs(role: Role | None = None, last: str = "") -> list[tuple[str, str]]:
    """Administration › Roles › a role › what is done."""
    found = [(_("Administration"), reverse("admin")), (_("Roles"), reverse("admin-roles"))]
    if role is not None:
        found.append((role.name, reverse("admin-role", args=[role.key]) if last else ""))
    return [*found, (last, "")] if last else found


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All roles, vacant ones first."""
    require_everything(request.user)
    rows = role_page.role_rows()
    vacant = sum(row.vacant for row in rows)
    page = {"rows": rows, "vacant": vacant, "crumbs": crumbs()[:1]}
    return render(request, "governance/admin/roles.html", page)


@kept
@ASKS
def one(request: HttpRequest, key: str) -> HttpResponse:
    """Who holds a role; who may, gives it to somebody."""
    reach = require_everything(request.user)
    role = role_page.role_by_key(key)
    if request.method == "POST":
        check(request.user, "role.give")
    holders = role_page.holders_of(role)
    form = Form(
        title=role.name,
        submit=_("Give role"),
        back=reverse("admin-role", args=[role.key]),
        crumbs=crumbs(role),
        fields=[person_field(_("Person")), *_focus(role), *dates()],
        template="governance/admin/role.html",
        affects=[
            _("Whoever holds it decides and is told what the model gives this role."),
            _("Open decisions of a vacant role find the new holder within seconds."),
        ],
        extra={
            "role": role,
            "holders": holders,
            "away": role_page.away_now(holders),
            "may": reach.keeps and role.retired_at is None,
            "programs": role_page.programs().get(role.key, []),
            "vacant": not role_page.programs().get(role.key)
            and not any(one.when == "now" and one.row.person.active for one in holders),
        },
    )

    def give(typed: Typed) -> str:
        person = typed_person(typed)
        assert person is not None
        focus = typed.get("focus", "")
        roles.assign_role(
            person,
            role,
            focus_kind=role.focus if focus else "",
            focus_key=focus,
            since=first_moment(typed, "since"),
            until=last_moment(typed, "until"),
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return _("%(name)s holds %(role)s.") % {"name": person.name, "role": role.name}

    return answer(request, form, give)


def _focus(role: Role) -> list[Field]:
    options = role_page.focus_options(role)
    if not options:
        return []
    return [
        {"name": "focus", "label": _("Narrowed to"), "type": "select", "options": options,
         "help": _("Without it the role counts everywhere.")}
    ]  # fmt: skip


@kept
@ASKS
def holding(request: HttpRequest, pk: int) -> HttpResponse:
    """End a holding, now or on a day."""
    require_everything(request.user)
    rows = RoleAssignment.objects.select_related("role", "person")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such holding.")
    check(request.user, "people.edit")
    alone = bool(role_page.vacant_without(row))
    form = Form(
        title=_("%(name)s gives up %(role)s") % {"name": row.person.name, "role": row.role.name},
        submit=_("End holding"),
        back=reverse("admin-role", args=[row.role.key]),
        crumbs=crumbs(row.role, row.person.name),
        lede=_("Nobody else holds it: it is vacant then, and what it decides goes up.")
        if alone
        else "",
        fields=[
            {"name": "until", "label": _("Last day"), "type": "date", "width": "s",
             "value": day_text(row.valid.upper, last=True), "help": _("Empty is now.")},
        ],
        danger=alone,
        affects=[
            _("Decisions that wait for them in this role move to whoever holds the right next."),
        ],
    )  # fmt: skip

    def end(typed: Typed) -> str:
        at = last_moment(typed, "until")
        actor, why = actor_for(request.user), typed.get("reason", "")
        roles.end_assignment(row, at=at, reason=why, actor=actor)
        return _("Saved.")

    return answer(request, form, end)
