"""One's own profile: who one is here, in which zone, and what one can change."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common import clock
from governance.models.lookups import KEPT_DAYS
from governance.selectors import lookups
from governance.selectors.people import actor_for, facts_for, person_for, standing_for
from governance.selectors.person_page import Dated, absences_of, when
from governance.selectors.skills import skills_of_person
from governance.services import accounts, people
from governance.views.asking import Form, Typed, answer, kept
from governance.views.people import ASKS, zone_field


@kept
@ASKS
def profile(request: HttpRequest) -> HttpResponse:
    """Name, teams, roles and absences; the zone can be chosen."""
    person, now = person_for(request.user), clock.now()
    found = standing_for(request.user)
    facts = facts_for(request.user)
    form = Form(
        title=person.name if person else request.user.get_username(),
        submit=_("Save time zone"),
        back=reverse("profile"),
        crumbs=[],
        fields=[zone_field(person.zone)] if person else [],
        with_reason=False,
        template="governance/profile.html",
        extra={
            "person": person,
            "works": found.works if found else (),
            "roles": found.roles if found else (),
            "marks": [mark for mark in accounts.MARKS if getattr(facts, mark)],
            "skills": skills_of_person(person) if person else [],
            "lookups": lookups.about(person) if person else [],
            "kept_days": KEPT_DAYS,
            "absences": [Dated(row, when(row, now)) for row in absences_of(request.user, person)]
            if person
            else [],
        },
    )

    def save(typed: Typed) -> str:
        if person is not None:
            zone, actor = typed.get("zone", ""), actor_for(request.user)
            people.update_person(person, zone=zone, actor=actor)
        return _("Saved.")

    return answer(request, form, save)
