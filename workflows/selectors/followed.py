"""Who hears of a request's events in the change feed: by the rule of its own history."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects

from esm.events.registry import EventRow
from governance.selectors import people
from workflows.models import Request
from workflows.selectors import answers, history, requests


def visible(user: Any, request_ids: Collection[int]) -> set[int]:
    """Those of the requests that the account sees."""
    rows = requests.checked_for(user).filter(pk__in=request_ids)
    return set(rows.values_list("pk", flat=True))


def heard(user: Any, rows: Sequence[EventRow]) -> list[EventRow]:
    """Those of the events that it is told; queries do not grow with the number of requests."""
    found = hearings(user, {row.parent_id for row in rows})
    return [
        row for row in rows if row.parent_id in found and found[row.parent_id].hearing.hears(row)
    ]


@dataclass(frozen=True, slots=True)
class Heard:
    """A request that an account sees, and what it hears of it."""

    request: Request
    hearing: history.Hearing


def hearings(user: Any, request_ids: Collection[int]) -> dict[int, Heard]:
    """Those of the requests that the account sees, by id; queries do not grow with their number."""
    if not request_ids:
        return {}
    people.settle(user)
    actor, person = people.actor_for(user), people.person_for(user)
    rows = requests.checked_for(user).filter(pk__in=request_ids)
    found = list(rows.select_related("service", "offering"))
    # Of the others nothing is asked that has to be read.
    narrow = [request for request in found if request.confidential or answers.limited(request)]
    visits = answers.with_part(person.pk if person else 0).order_by("seq")
    prefetch_related_objects(narrow, Prefetch("visits", queryset=visits), "attachments")
    for request in narrow:
        answers.reader_of(user, request, request.visits.all())
    return {r.pk: Heard(r, history.hearing(user, r, actor)) for r in found}
