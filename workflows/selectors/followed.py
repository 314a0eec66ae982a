"""Who hears of a request's events in the change feed: by the rule of its own history."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Prefetch

from esm.events.registry import EventRow
from governance.selectors import people
from workflows.selectors import answers, history, requests


def visible(user: Any, request_ids: Collection[int]) -> set[int]:
    """Those of the requests that the account sees."""
    rows = requests.checked_for(user).filter(pk__in=request_ids)
    return set(rows.values_list("pk", flat=True))


def heard(user: Any, rows: Sequence[EventRow]) -> list[EventRow]:
    """Those of the events that it is told; queries do not grow with the number of requests."""
    person = people.person_for(user)
    visits = answers.with_part(person.pk if person else 0).order_by("seq")
    found = requests.checked_for(user).filter(pk__in={row.parent_id for row in rows})
    found = found.select_related(*requests.RELATED)
    hearings = {}
    for request in found.prefetch_related(Prefetch("visits", queryset=visits), "attachments"):
        answers.reader_of(user, request, request.visits.all())
        hearings[request.pk] = history.hearing(user, request)
    return [row for row in rows if row.parent_id in hearings and hearings[row.parent_id].hears(row)]
