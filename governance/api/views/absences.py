"""Absences, and days on which calendars differ, over REST."""

from datetime import date

from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common import clock
from esm.common.api.pagination import Page, page_of, page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed, NotFound
from governance.api.serializers_people import (
    AbsenceIn,
    AbsenceOut,
    AbsencesQuery,
    CalendarOut,
    DayIn,
    DayOut,
    DaysOut,
    DaysQuery,
    EndIn,
)
from governance.api.views.people import named_person
from governance.locks import lock_person
from governance.models import Absence
from governance.selectors import administration, calendar_page
from governance.selectors.people import actor_for, person_for
from governance.selectors.person_page import Dated, absences_of, away, may_know_why, when
from governance.services import people
from governance.services.days import (
    DayException,
    remove_calendar_exception,
    set_calendar_exceptions,
)

ABSENCES = {"read": "requests:read", "write": "requests:write"}
CALENDARS = {"read": "admin", "write": "admin"}


class _Absence(Dated):
    """A dated absence whose kind is told to whom it is for."""

    kind: str


def _told(request: Request, row: Absence) -> _Absence:
    found = _Absence(row, when(row, clock.now()))
    object.__setattr__(found, "kind", row.kind if may_know_why(request.user, row) else "")
    return found


class Absences(ScopedView):
    """Absences that are not over."""

    scopes = ABSENCES

    @operation("absence_list", tag="people", answer=AbsenceOut, query=AbsencesQuery, page=True)
    def get(self, request: Request) -> Response:
        """List absences of now and later: yours, or those you see in administration."""
        rows = self._rows(request)
        name = f"absences {self.query['scope']} {request.user.pk}"
        page = page_of(rows, name=name, order=("id",), query=self.query)
        shown = Page([_told(request, row) for row in page.rows], page.cursor)
        return page_response(request, shown, AbsenceOut)

    def _rows(self, request: Request) -> QuerySet[Absence]:
        if self.query["scope"] == "visible":
            administration.require_reach(request.user)
            return away(request.user, administration.visible_people(request.user))
        person = person_for(request.user)
        return absences_of(request.user, person) if person else Absence.objects.none()

    @operation("absence_record", tag="people", answer=AbsenceOut, body=AbsenceIn, status=201)
    def post(self, request: Request) -> Response:
        """Record an absence: yours, or with the right to keep people that of somebody."""
        body, own = self.body(request), person_for(request.user)
        key = body.pop("person", None)
        if key is None and own is None:
            raise NotAllowed("This account belongs to no person.")
        if key is not None and (own is None or own.key != key):
            administration.check(request.user, "people.edit")
            own = named_person(key)
        stand_in = body.pop("stand_in")
        assert own is not None
        row = people.record_absence(
            own,
            **body,
            stand_in=named_person(stand_in, "stand_in") if stand_in else None,
            actor=actor_for(request.user),
        )
        return told(AbsenceOut, _told(request, row), status=201)


class AbsenceView(ScopedView):
    """One absence."""

    scopes = ABSENCES

    def find(self, request: Request, number: int) -> Absence:
        """Raises NotFound, for hidden and missing alike."""
        seen = administration.visible_people(request.user)
        rows = Absence.objects.select_related("person", "stand_in")
        row = rows.filter(pk=number, person__in=seen.values("pk")).first()
        if row is None:
            raise NotFound("There is no such absence.")
        return row

    def hold(self, request: Request, **place: int) -> None:
        lock_person(self.find(request, place["number"]).person_id)

    @operation("absence_get", tag="people", answer=AbsenceOut)
    def get(self, request: Request, number: int) -> Response:
        """One absence; what kind it is for whom that is meant."""
        return told(AbsenceOut, _told(request, self.find(request, number)))

    @operation("absence_end", tag="people", answer=None, body=EndIn, status=204)
    def patch(self, request: Request, number: int) -> Response:
        """End an absence; one that has not begun is taken back."""
        row = self.find(request, number)
        body = self.body(request)
        people.end_absence(
            row, at=body["until"], reason=body["reason"], actor=actor_for(request.user)
        )
        return Response(status=204)


class Calendars(ScopedView):
    """Calendars of the version in force."""

    scopes = CALENDARS

    @operation("calendar_list", tag="people", answer=CalendarOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List calendars with the teams that work by them."""
        administration.require_everything(request.user)
        rows = sorted(calendar_page.calendar_rows(), key=lambda row: row.key)
        page = page_of_list(rows, name="calendars", key=lambda row: (row.key,), query=self.query)
        return page_response(request, page, CalendarOut)


class Days(ScopedView):
    """Days on which a calendar differs."""

    scopes = CALENDARS

    @operation("day_list", tag="people", answer=DaysOut, query=DaysQuery)
    def get(self, request: Request, key: str) -> Response:
        """The days of one year on which a calendar differs from its week."""
        administration.require_everything(request.user)
        row = calendar_page.calendar_by_key(key)
        year = self.query.get("year", row.today.year)
        return told(DaysOut, {"days": calendar_page.days_of(row.key, year)})


class Day(ScopedView):
    """One such day."""

    scopes = CALENDARS

    def day(self, request: Request, key: str, text: str) -> date:
        """Raises NotFound."""
        administration.require_everything(request.user)
        calendar_page.calendar_by_key(key)
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        first, last = calendar_page.YEARS
        if found is None or found.isoformat() != text or not first <= found.year <= last:
            raise NotFound("There is no such day.")
        return found

    @operation("day_set", tag="people", answer=DayOut, body=DayIn)
    def put(self, request: Request, key: str, day: str) -> Response:
        """Let a day differ; running clocks of the calendar are counted again within seconds."""
        found = self.day(request, key, day)
        administration.check(request.user, "people.edit")
        body = self.body(request)
        item = DayException(key, found, body["name"], tuple(body["intervals"]))
        actor = actor_for(request.user)
        set_calendar_exceptions([item], reason=body["reason"], actor=actor)
        return told(DayOut, item)

    @operation("day_remove", tag="people", answer=None, status=204)
    def delete(self, request: Request, key: str, day: str) -> Response:
        """Let a day be as every week again."""
        found = self.day(request, key, day)
        administration.check(request.user, "people.edit")
        remove_calendar_exception(calendar=key, day=found, actor=actor_for(request.user))
        return Response(status=204)
