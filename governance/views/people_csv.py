"""People from CSV: upload, look at what it would change, apply; and the file of everybody."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from esm.accounts.models import User
from esm.common.errors import Conflict, Invalid, InvalidState, NotFound
from esm.common.tables import MAX_BYTES, read_table
from governance.models import PeopleImport
from governance.selectors.administration import check, require_everything
from governance.selectors.people import actor_for
from governance.selectors.versions import published
from governance.services import csv_columns, people_csv
from governance.services.csv_plan import Plan
from governance.services.lookups import look_at_everybody
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.people import ASKS, crumbs

SHOWN = 200
LABELS = {
    "key": lazy("Key"),
    "email": lazy("Mail address"),
    "name": lazy("Name"),
    "given": lazy("First name"),
    "family": lazy("Last name"),
    "department": lazy("Department"),
    "team": lazy("Teams"),
    "lead": lazy("Leads"),
    "role": lazy("Roles"),
    "skills": lazy("Skills"),
    "zone": lazy("Time zone"),
    "since": lazy("First day"),
    "until": lazy("Last day"),
    "active": lazy("Here or left"),
}


def _own(request: HttpRequest) -> Any:
    return PeopleImport.objects.filter(user_id=request.user.pk or 0)


@kept
@ASKS
def upload(request: HttpRequest) -> HttpResponse:
    """Upload a file; nothing is changed before it was looked at."""
    check(request.user, "people.edit")
    form = Form(
        title=_("People from a file"),
        submit=_("Look at the file"),
        back=reverse("admin-people"),
        crumbs=crumbs(None, _("From a file")),
        lede=_("A table with a header, as CSV. You see row by row what it would do, then you"
               " apply it or not."),
        fields=[
            {"name": "file", "label": _("File"), "type": "file", "accept": ".csv,.tsv,.txt",
             "required": True, "help": _("At most 2 MB and 5,000 rows.")},
        ],
        with_reason=False,
        template="governance/admin/people_import.html",
        affects_title=_("How rows are read"),
        affects=[
            _("Rows are people by mail address or key; who is not in the file stays as they are."),
            _("Teams a row lists are all they work in; roles and skills are only added."),
            _("Nothing is applied while one row is wrong."),
        ],
        extra={"upload": True, "earlier": list(_own(request).exclude(applied_at=None)[:10])},
    )  # fmt: skip

    def keep(typed: Typed) -> HttpResponse:
        file = request.FILES.get("file")
        if file is None:
            said = _("Choose a file.")
            raise Invalid(said, {"file": [said]})
        assert isinstance(request.user, User)
        row = people_csv.keep_file(
            file.read(MAX_BYTES + 1),
            file_name=file.name or "people.csv",
            user=request.user,
            actor=actor_for(request.user),
        )
        return redirect("admin-import", pk=row.pk)

    return answer(request, form, keep)


@kept
@ASKS
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """What an uploaded file would change, or what it did."""
    check(request.user, "people.edit")
    row = _own(request).filter(pk=pk).first()
    if row is None:
        raise NotFound("There is no such file.")
    if row.content is None:
        page: dict[str, Any] = {"row": row, "crumbs": crumbs(None, row.file_name)}
        return render(request, "governance/admin/people_done.html", page)
    actor, errors, status = actor_for(request.user), {}, 200
    given = request.POST if request.method == "POST" else {}
    columns = row.columns
    if given:
        table = read_table(bytes(row.content))
        columns = csv_columns.chosen(table.columns, given)
    if "apply" in given:
        try:
            people_csv.apply_import(
                row.pk, columns=columns, mark=given.get("mark", ""), actor=actor
            )
        except Invalid as refused:
            errors, status = refused.errors or {"": [refused.sentence]}, 400
        except (Conflict, InvalidState) as refused:
            errors, status = {"": [refused.sentence]}, 409
        else:
            messages.success(request, _("Applied."))
            # While an installation is set up, the guide goes on.
            return redirect("start-next") if published() is None else redirect(request.path)
    found = people_csv.look(bytes(row.content), columns, actor=actor)
    page = {
        "row": row,
        "found": found,
        "plan": found.plan,
        "counts": _counts(found.plan) if found.plan else [],
        "wrong": found.plan.count("wrong") if found.plan else 0,
        "shown": _shown(found.plan) if found.plan else [],
        "left_out": csv_columns.unused(found.table.columns, columns),
        "fields": _fields(found.table.columns, columns),
        "errors": errors,
        "crumbs": crumbs(None, row.file_name),
    }
    return render(request, "governance/admin/people_look.html", page, status=status)


def _fields(names: tuple[str, ...], columns: dict[str, str]) -> list[Field]:
    options = [(name, name) for name in names]
    return [
        {"name": meaning, "label": label, "type": "select", "options": options,
         "value": columns.get(meaning, "")}
        for meaning, label in LABELS.items()
    ]  # fmt: skip


def _counts(plan: Plan) -> list[tuple[str, int]]:
    words = {"new": _("new"), "changed": _("changed"), "ended": _("leave"),
             "same": _("as they are"), "wrong": _("wrong")}  # fmt: skip
    return [(label, n) for kind, label in words.items() if (n := plan.count(kind))]


def _shown(plan: Plan) -> list[Any]:
    """Rows that are wrong first, then those that do something."""
    rows = sorted(plan.changes, key=lambda row: (row.kind != "wrong", row.line))
    return rows[:SHOWN]


@kept
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everybody as a table that can be changed and read in again."""
    require_everything(request.user)
    look_at_everybody(request.user)
    response = HttpResponse(people_csv.export_people(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="people.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response
