"""Days on which a calendar differs: holidays, half-days, days that are open for once."""

import re
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from esm.common.errors import Invalid, NotFound
from esm.common.ui import moments
from governance.selectors import calendar_page
from governance.selectors.administration import check, require_everything
from governance.selectors.calendar_page import YEARS, CalendarRow
from governance.selectors.people import actor_for
from governance.services.days import (
    MAX_NAME,
    DayException,
    remove_calendar_exception,
    set_calendar_exceptions,
)
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS


def crumbs(row: CalendarRow | None = None, last: str = "") -> list[tuple[str, str]]:
    """Administration › Calendars › a calendar › what is done."""
    found = [(_("Administration"), reverse("admin")), (_("Calendars"), reverse("admin-calendars"))]
    if row is not None:
        url = reverse("admin-calendar", args=[row.key]) if last else ""
        found.append((row.spec.name, url))
    return [*found, (last, "")] if last else found


@kept
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All calendars with the next days that differ."""
    require_everything(request.user)
    page = {"rows": calendar_page.calendar_rows(), "crumbs": crumbs()[:1]}
    return render(request, "governance/admin/calendars.html", page)


def affected(request: HttpRequest, row: CalendarRow) -> list[str]:
    """Who notices a changed day of a calendar."""
    running = calendar_page.use_of(request.user, row.key)
    told = [
        _("Teams that work by it: %(names)s") % {"names": _listed(row.team_names)},
        _("Promises of: %(names)s") % {"names": _listed([one.name for one in row.offerings])},
        _("Clocks and promises that run in it are counted again within seconds, those of every"
          " request; what is breached already stays so."),
    ]  # fmt: skip
    if running:
        told.append(
            ngettext(
                "%(n)s running clock of the requests you see.",
                "%(n)s running clocks of the requests you see.",
                running,
            )
            % {"n": running}
        )
    return told


def _listed(names: list[str], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    if len(names) > most:
        return _("%(names)s and %(n)s more") % {"names": shown, "n": len(names) - most}
    return shown or _("none")


@kept
@ASKS
def one(request: HttpRequest, key: str) -> HttpResponse:
    """The days of a year on which a calendar differs, and a form for another."""
    reach = require_everything(request.user)
    row = calendar_page.calendar_by_key(key)
    if request.method == "POST":
        check(request.user, "people.edit")
    year = _year(request.GET.get("year", ""), row.today)
    form = Form(
        title=row.spec.name,
        submit=_("Save day"),
        back=f"{reverse('admin-calendar', args=[key])}?year={year}",
        crumbs=crumbs(row),
        fields=[
            {"name": "day", "label": _("Day"), "type": "date", "required": True, "width": "s"},
            {"name": "name", "label": _("What it is"), "required": True, "max_length": MAX_NAME,
             "help": _("Such as Boxing Day, or Works outing.")},
            {"name": "intervals", "label": _("Open"), "width": "m",
             "placeholder": "09:00-12:30", "max_length": 200,
             "help": _("Hours of a half-day, several with a comma. Empty is closed.")},
        ],
        template="governance/admin/calendar.html",
        affects=affected(request, row),
        extra={
            "row": row,
            "days": calendar_page.days_of(key, year),
            "imports": calendar_page.imports_of(key),
            "year": year,
            "years": [
                {"label": str(y), "url": f"?year={y}", "current": y == year}
                for y in calendar_page.years_of(key, row.today)
            ],
            "may": reach.keeps,
        },
    )  # fmt: skip

    def save(typed: Typed) -> str:
        day = _day(typed.get("day", ""))
        name = typed.get("name", "").strip()
        if not name:
            said = _("Say what kind of day it is.")
            raise Invalid(said, {"name": [said]})
        spans = tuple(re.split(r"[,;\s]+", typed.get("intervals", "").strip(", ;")))
        item = DayException(key, day, name, tuple(span for span in spans if span))
        done = set_calendar_exceptions(
            [item], reason=typed.get("reason", ""), actor=actor_for(request.user)
        )
        if not done:
            return _("It was so already.")
        return _("%(day)s is %(name)s.") % {"day": moments.day(day), "name": name}

    return answer(request, form, save)


def _year(text: str, today: date) -> int:
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else today.year
    return year if YEARS[0] <= year <= YEARS[1] else today.year


def _day(text: str) -> date:
    try:
        day = parse_date(text.strip())
    except ValueError:
        day = None
    if day is None or not YEARS[0] <= day.year <= YEARS[1]:
        said = _("Write a day such as 2026-12-28.")
        raise Invalid(said, {"day": [said]})
    return day


@kept
@ASKS
def day(request: HttpRequest, key: str, day: str) -> HttpResponse:
    """Let a day be as every week again."""
    require_everything(request.user)
    row = calendar_page.calendar_by_key(key)
    try:
        found = calendar_page.day_of(key, _day(day))
    except Invalid as error:
        raise NotFound("This day is as every week.") from error
    check(request.user, "people.edit")
    words = {"day": moments.day(found.day), "name": found.name or _("an exception")}
    form = Form(
        title=_("%(day)s is as every week") % words,
        submit=_("Take %(name)s out") % words,
        back=f"{reverse('admin-calendar', args=[key])}?year={found.day.year}",
        crumbs=crumbs(row, moments.day(found.day)),
        affects=affected(request, row),
        danger=True,
    )

    def remove(typed: Typed) -> str:
        remove_calendar_exception(
            calendar=key,
            day=found.day,
            reason=typed.get("reason", ""),
            actor=actor_for(request.user),
        )
        return _("%(day)s is as every week.") % words

    return answer(request, form, remove)
