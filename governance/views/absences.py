"""Who is away and who stands in: one's own for everybody, those of all for who keeps people."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common import clock
from esm.common.errors import NotAllowed, NotFound
from governance.models import Absence, Person
from governance.selectors import administration
from governance.selectors.administration import check, require_reach
from governance.selectors.delegable import Suggestion, suggestions
from governance.selectors.people import actor_for, person_for
from governance.selectors.person_page import Dated, absences_of, away, may_know_why, when
from governance.services import people
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

SHOWN = 200


def _fields() -> list[Field]:
    since, until = dates(begin=_("First day away"), end=_("Last day away"))
    stand_in = person_field(_("Who stands in"), "stand_in", required=False)
    kind = {"name": "kind", "label": _("Why"), "max_length": people.MAX_KIND,
            "help": _("Such as holiday. You and those who keep people read it.")}  # fmt: skip
    return [since, until, stand_in, kind]


def _record(request: HttpRequest, person: Person, typed: Typed) -> str:
    since = first_moment(typed, "since") or clock.now()
    stand_in = typed_person(typed, "stand_in", required=False)
    people.record_absence(
        person,
        since=since,
        until=last_moment(typed, "until"),
        stand_in=stand_in,
        kind=typed.get("kind", "").strip(),
        reason=typed.get("reason", ""),
        actor=actor_for(request.user),
    )
    if stand_in is None:
        return _("Recorded. Nobody stands in.")
    return _("Recorded. %(name)s stands in.") % {"name": stand_in.name}


def _suggested(one: Suggestion, now: datetime) -> dict[str, Any]:
    """What one button offers: the fields of a new delegation, filled in."""
    row = one.absence
    return {
        "name": one.thing.name,
        "to": row.stand_in,
        "row": Dated(row, when(row, now)),
        "what": one.thing.value,
        "since": day_text(max(row.valid.lower, now)),
        "until": day_text(one.until, last=True),
    }


@kept
@ASKS
def own(request: HttpRequest) -> HttpResponse:
    """One's own absences: those that are not over, and a form for the next."""
    person = person_for(request.user)
    if person is None:
        raise NotAllowed(_("This account belongs to no person."))
    now = clock.now()
    rows = list(absences_of(request.user, person))
    form = Form(
        title=_("Your absences"),
        submit=_("Record absence"),
        back=reverse("absences"),
        crumbs=[(_("Profile"), reverse("profile"))],
        lede=_("Say when you are away and who stands in, so that nothing waits for you."),
        fields=_fields(),
        with_reason=False,
        template="governance/admin/absences.html",
        affects=[
            _("Offers and decisions that would come to you go to whoever stands in."),
            _("Without a stand-in they go to your team, and decisions to the next band."),
        ],
        extra={
            "rows": [Dated(row, when(row, now)) for row in rows],
            "suggested": [_suggested(one, now) for one in suggestions(person, rows, now)],
            "own": True,
            "may": True,
        },
    )
    return answer(request, form, lambda typed: _record(request, person, typed))


@kept
@ASKS
def everybody(request: HttpRequest) -> HttpResponse:
    """Who is away of those one sees; who keeps people records it for others."""
    reach = require_reach(request.user)
    if request.method == "POST":
        check(request.user, "people.edit")
    now = clock.now()
    seen = administration.visible_people(request.user)
    rows = [Dated(row, when(row, now)) for row in away(request.user, seen)[:SHOWN]]
    form = Form(
        title=_("Absences"),
        submit=_("Record absence"),
        back=reverse("admin-absences"),
        crumbs=[(_("Administration"), reverse("admin"))],
        lede=_("Who is away now or soon, and who stands in."),
        fields=[person_field(_("Who is away")), *_fields()],
        template="governance/admin/absences.html",
        affects=[
            _("Offers and decisions that would come to them go to whoever stands in."),
            _("Who stands in may decide what the other decides, while they are away."),
        ],
        extra={
            "rows": rows,
            "known": {one.row.pk: may_know_why(request.user, one.row) for one in rows},
            "own": False,
            "may": reach.keeps,
            "shown": SHOWN if len(rows) == SHOWN else 0,
        },
    )

    def record(typed: Typed) -> str:
        person = typed_person(typed)
        assert person is not None
        return _record(request, person, typed)

    return answer(request, form, record)


@kept
@ASKS
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """End an absence early, or take one back that has not begun."""
    row = _visible(request, pk)
    person = person_for(request.user)
    mine = person is not None and person.pk == row.person_id
    if not mine:
        check(request.user, "people.edit")
    begun = when(row, clock.now()) == "now"
    back = reverse("absences") if mine else reverse("admin-absences")
    form = Form(
        title=_("You are back") if mine else _("%(name)s is back") % {"name": row.person.name},
        submit=_("End absence") if begun else _("Take absence back"),
        back=back,
        crumbs=[(_("Your absences") if mine else _("Absences"), back), (_("End"), "")],
        lede=_("It has not begun, so it is taken back as a whole.") if not begun else "",
        fields=[
            {"name": "until", "label": _("Last day away"), "type": "date", "width": "s",
             "value": day_text(row.valid.upper, last=True), "help": _("Empty is now.")},
        ] if begun else [],
        with_reason=not mine,
        affects=[_("What comes from then on comes to whoever it is for; what the stand-in has"
                   " in hand stays with them.")],
    )  # fmt: skip

    def end(typed: Typed) -> str:
        at = last_moment(typed, "until") or (None if begun else row.valid.lower)
        actor, why = actor_for(request.user), typed.get("reason", "")
        people.end_absence(row, at=at, reason=why, actor=actor)
        return _("Saved.") if begun else _("Taken back.")

    return answer(request, form, end)


def _visible(request: HttpRequest, pk: int) -> Absence:
    """An absence of one's own or of somebody one sees in administration. Raises NotFound."""
    rows = Absence.objects.select_related("person", "stand_in")
    seen = administration.visible_people(request.user)
    found = rows.filter(pk=pk, person__in=seen.values("pk")).first()
    if found is None:
        raise NotFound("There is no such absence.")
    return found
