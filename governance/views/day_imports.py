"""Public holidays and iCalendar files into a calendar: choose, look, take, take out again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.accounts.models import User
from esm.common.errors import Conflict, Invalid, InvalidState
from governance.models import CalendarImport
from governance.selectors import calendar_page
from governance.selectors.administration import check, require_everything
from governance.selectors.calendar_page import CalendarRow
from governance.selectors.people import actor_for
from governance.services import day_imports
from governance.services.day_files import MAX_BYTES, MAX_EVENTS
from governance.services.day_imports import Wanted
from governance.services.day_sources import MAX_YEARS, countries, label_of, regions
from governance.views.asking import Field, Form, Typed, answer, kept
from governance.views.calendars import affected, crumbs
from governance.views.people import ASKS


def _calendar(request: HttpRequest, key: str) -> CalendarRow:
    require_everything(request.user)
    row = calendar_page.calendar_by_key(key)
    check(request.user, "people.edit")
    return row


def _keep(request: HttpRequest, row: CalendarRow, wanted: Wanted) -> HttpResponse:
    assert isinstance(request.user, User)
    found = day_imports.keep_wanted(
        row.key, wanted, user=request.user, actor=actor_for(request.user)
    )
    return redirect("admin-days", row.key, found.pk)


@kept
@ASKS
def holidays(request: HttpRequest, key: str) -> HttpResponse:
    """Public holidays: first the country, then its region and the years."""
    row = _calendar(request, key)
    country = request.GET.get("country", "")
    if country not in dict(countries()):
        country = ""
    words = {"country": label_of(country, "")}
    form = Form(
        title=_("Public holidays of %(country)s") % words if country else _("Public holidays"),
        submit=_("Look at the days") if country else _("Go on"),
        back=reverse("admin-calendar", args=[key]),
        crumbs=crumbs(row, _("Public holidays")),
        lede=_("You see every day before it is taken, and choose."),
        fields=_of_country(country, row) if country else [
            {"name": "country", "label": _("Country"), "type": "select", "required": True,
             "options": list(countries())},
        ],
        with_reason=False,
        affects_title=_("Where they come from"),
        affects=[
            _("The list of holidays is kept with this portal; nothing is asked of the internet."),
            _("Days that are kept already stay as they are."),
        ],
    )  # fmt: skip

    def go_on(typed: Typed) -> HttpResponse:
        if not country:
            wanted = typed.get("country", "")
            if wanted not in dict(countries()):
                said = _("Choose a country.")
                raise Invalid(said, {"country": [said]})
            return redirect(f"{reverse('admin-holidays', args=[key])}?country={wanted}")
        first, count = typed.get("year", ""), typed.get("count", "")
        if first not in _years(row) or count not in _counts():
            said = _("Choose from the list.")
            raise Invalid(said, {"year" if first not in _years(row) else "count": [said]})
        years = tuple(range(int(first), int(first) + int(count)))
        return _keep(request, row, Wanted(country, typed.get("region", ""), years))

    return answer(request, form, go_on)


def _years(row: CalendarRow) -> list[str]:
    return [str(row.today.year + n) for n in range(-1, 6)]


def _counts() -> list[str]:
    return [str(n) for n in range(1, MAX_YEARS + 1)]


def _of_country(country: str, row: CalendarRow) -> list[Field]:
    known = list(regions(country))
    where: list[Field] = [
        {"name": "region", "label": _("Region"), "type": "select", "options": known,
         "help": _("Empty takes the days of the whole country only.")},
    ] if known else []  # fmt: skip
    return [
        *where,
        {"name": "year", "label": _("From which year"), "type": "select", "required": True,
         "options": [(y, y) for y in _years(row)], "value": str(row.today.year)},
        {"name": "count", "label": _("How many years"), "type": "select", "required": True,
         "options": [(n, n) for n in _counts()], "value": "2"},
    ]  # fmt: skip


@kept
@ASKS
def file(request: HttpRequest, key: str) -> HttpResponse:
    """Days of an uploaded iCalendar file."""
    row = _calendar(request, key)
    form = Form(
        title=_("Days from a file"),
        submit=_("Look at the days"),
        back=reverse("admin-calendar", args=[key]),
        crumbs=crumbs(row, _("From a file")),
        lede=_("An iCalendar file, as calendars export it. You see every day before it is taken,"
               " and choose."),
        fields=[
            {"name": "file", "label": _("File"), "type": "file", "accept": ".ics,text/calendar",
             "required": True,
             "help": _("At most 1 MB and %(n)s events.") % {"n": f"{MAX_EVENTS:,}"}},
            {"name": "half_days", "label": _("Events of some hours close those hours"),
             "type": "switch", "help": _("They become half-days. Without it they are left out.")},
        ],
        with_reason=False,
        affects_title=_("How events are read"),
        affects=[
            _("Days of this year and the two after it; what repeats is followed that far."),
            _("An event of several days closes each of them."),
            _("Hours are those of the calendar's zone, %(zone)s.") % {"zone": row.spec.zone},
        ],
        extra={"upload": True},
    )  # fmt: skip

    def keep(typed: Typed) -> HttpResponse:
        sent = request.FILES.get("file")
        if sent is None:
            said = _("Choose a file.")
            raise Invalid(said, {"file": [said]})
        content = sent.read(MAX_BYTES + 1)
        half = typed.get("half_days") == "true"
        return _keep(
            request, row, Wanted(content=content, file_name=sent.name or "", half_days=half)
        )

    return answer(request, form, keep)


@kept
@ASKS
def one(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The days of an import before they are taken, and after."""
    row = _calendar(request, key)
    found = calendar_page.import_of(key, pk)
    actor, errors, status = actor_for(request.user), {}, 200
    if request.method == "POST":
        try:
            messages.success(request, _post(request, found))
        except Invalid as refused:
            errors, status = refused.errors or {"": [refused.sentence]}, 400
        except (Conflict, InvalidState) as refused:
            errors, status = {"": [refused.sentence]}, refused.status
        else:
            return redirect("admin-calendar", key)
    pending = found.applied_at is None
    page: dict[str, Any] = {
        "row": row,
        "found": found,
        "plan": day_imports.look_again(found, actor=actor) if pending else None,
        "days": [] if pending else list(found.days.order_by("day")),
        "chosen": request.POST.getlist("days") if errors else None,
        "reason": {"name": "reason", "label": _("Reason"), "max_length": 500,
                   "value": request.POST.get("reason", ""), "errors": errors.get("reason", []),
                   "help": _("Kept with the change; auditors read it.")},
        "errors": errors,
        "form": {"affects": affected(request, row)},
        "crumbs": crumbs(row, found.label),
    }  # fmt: skip
    return render(request, "governance/admin/days_look.html", page, status=status)


def _post(request: HttpRequest, found: CalendarImport) -> str:
    actor, reason = actor_for(request.user), request.POST.get("reason", "")
    if "undo" in request.POST:
        gone = len(day_imports.undo_import(found.pk, reason=reason, actor=actor))
        said = ngettext("%(n)s day was taken out.", "%(n)s days were taken out.", gone)
        return said % {"n": gone}
    days = {day for text in request.POST.getlist("days") if (day := _day(text)) is not None}
    day_imports.apply_kept(found.pk, days=days, reason=reason, actor=actor)
    said = ngettext("%(n)s day was taken.", "%(n)s days were taken.", len(days))
    return said % {"n": len(days)}


def _day(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None
