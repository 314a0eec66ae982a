"""Public holidays and iCalendar files into a calendar, over REST."""

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.models import User
from esm.common.api.views import operation, told
from esm.common.errors import Invalid
from governance.api.serializers_days import DaysImportIn, DaysImportOut, TakenListOut, shown
from governance.api.views.absences import CALENDARS
from governance.selectors import administration, calendar_page
from governance.selectors.people import actor_for
from governance.services import day_imports
from governance.services.day_imports import Wanted


class Imports(ScopedView):
    """Days that are taken into a calendar together."""

    scopes = CALENDARS

    @operation("calendar_import_list", tag="people", answer=TakenListOut)
    def get(self, request: Request, key: str) -> Response:
        """List what was taken into a calendar together and is still there."""
        administration.require_everything(request.user)
        row = calendar_page.calendar_by_key(key)
        return told(TakenListOut, {"imports": calendar_page.imports_of(row.key)})

    @operation("calendar_import", tag="people", answer=DaysImportOut, body=DaysImportIn)
    def post(self, request: Request, key: str) -> Response:
        """Take holidays or a file into a calendar; a dry run unless `apply` is true.

        Running clocks of the calendar are counted again within seconds. Days that are kept
        already are never replaced.
        """
        administration.require_everything(request.user)
        row = calendar_page.calendar_by_key(key)
        administration.check(request.user, "people.edit")
        body, actor = self.body(request), actor_for(request.user)
        if bool(body["country"]) == (body["content"] is not None):
            said = _("Name a country, or send the content of a file: one of the two.")
            raise Invalid(said, {"country": [said]})
        wanted = Wanted(
            country=body["country"].upper(),
            region=body["region"],
            years=tuple(body["years"]),
            content=body["content"].encode() if body["content"] is not None else None,
            file_name=body["file_name"],
            half_days=body["half_days"],
        )
        if not body["apply"]:
            plan = day_imports.look(row.key, wanted, actor=actor)
            return told(DaysImportOut, shown(None, plan))
        made, plan = day_imports.import_days(
            row.key,
            wanted,
            days=body["days"],
            reason=body["reason"],
            user=request.user if isinstance(request.user, User) else None,
            actor=actor,
        )
        return told(DaysImportOut, shown(made.pk, plan))


class Import(ScopedView):
    """Days that were taken together."""

    scopes = CALENDARS

    @operation("calendar_import_undo", tag="people", answer=None, status=204)
    def delete(self, request: Request, key: str, number: int) -> Response:
        """Take all of its days out again, but for those somebody changed since."""
        administration.require_everything(request.user)
        row = calendar_page.calendar_by_key(key)
        found = calendar_page.import_of(row.key, number)
        administration.check(request.user, "people.edit")
        day_imports.undo_import(found.pk, actor=actor_for(request.user))
        return Response(status=204)
