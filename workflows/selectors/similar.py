"""Open requests that may be the same as what somebody is about to ask for."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import F, Func, Q, TextField, Value

from catalog.registries import Similar
from governance.selectors import people
from workflows.models import Request
from workflows.selectors.requests import visible_to

ALIKE = 0.45
SAME_ANSWERS = 0.5
LOOKED_AT = 200
SHOWN = 3


def similar(user: Any, offering_id: int, title: str, values: Mapping[str, Any]) -> list[Similar]:
    """At most three visible open requests of the offering: one's own and one's department's.

    Alike is a title with mostly the same letters. Of one's own requests the answers count too;
    of others only the title, which whoever sees them reads anyway.
    """
    person = people.person_for(user)
    text = title.strip()
    if person is None or len(text) < 3:
        return []
    departments = {team.department_id for team in people.teams_for(user)}
    own = Q(requester=person) | Q(beneficiary=person)
    rows = (
        visible_to(user)
        .filter(offering_id=offering_id, is_open=True)
        .filter(own | Q(requester_department__in=departments))
        .annotate(alike=_alike(text))
        .select_related("requester")
        .order_by("-id")[:LOOKED_AT]
    )
    found = []
    for row in rows:
        mine = person.pk in (row.requester_id, row.beneficiary_id)
        score = row.alike
        if mine and score >= ALIKE * SAME_ANSWERS:
            score += SAME_ANSWERS * _shared(row.data, values)
        if score >= ALIKE:
            found.append((score, row, mine))
    found.sort(key=lambda item: (-item[0], -item[1].number))
    return [_told(row, mine) for _score, row, mine in found[:SHOWN]]


def _alike(text: str) -> TrigramSimilarity:
    plain = Func(F("title"), function="UNACCENT", output_field=TextField())
    wanted = Func(Value(text), function="UNACCENT", output_field=TextField())
    # Django's types know a text here only; it takes an expression as well.
    return TrigramSimilarity(plain, cast(str, wanted))


def _shared(data: Mapping[str, Any], values: Mapping[str, Any]) -> float:
    """Share of the answers given now that the request gives too."""
    given = {key: value for key, value in values.items() if value not in (None, "", [])}
    return sum(data.get(k) == v for k, v in given.items()) / len(given) if given else 0.0


def _told(row: Request, mine: bool) -> Similar:
    return Similar(
        ref=row.ref,
        title=row.title,
        url=f"/requests/{row.ref}/",
        state=str(row.get_state_display()),
        asked_by=row.requester.name,
        submitted_at=row.submitted_at,
        mine=mine,
    )
