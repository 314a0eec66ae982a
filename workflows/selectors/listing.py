"""Lists of requests for people: mine, and what needs me."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects

from catalog.registries import Used
from esm.common import clock, counting
from governance.selectors import decisions, people, versions
from workflows.models import Request, StageVisit
from workflows.selectors import identities, path, requests

PAGE = 50
COUNTED = 1000


@dataclass(frozen=True)
class Row:
    """One request in a list: where it is, with whom, by when."""

    request: Request
    steps: list[path.PathStep]
    now_at: path.PathStep | None
    number: int
    of: int
    late: bool


@dataclass(frozen=True)
class Page:
    """Rows and the key of the next page, if there is one."""

    rows: list[Row]
    after: str
    open_count: int
    done_count: int


@dataclass(frozen=True)
class Need:
    """Something that waits for the viewer."""

    kind: str
    title: str
    text: str
    url: str
    due_at: datetime | None


def mine(user: Any, *, view: str, after: str) -> Page:
    """What the user asked for, newest first, 50 a page; ``after`` is the last number seen."""
    rows = requests.asked_by(user)
    counted = (rows.filter(is_open=is_open).order_by()[:COUNTED] for is_open in (True, False))
    open_count, done_count = counting.together(*counted)
    rows = rows.filter(is_open=view != "done")
    if after.isdigit():
        rows = rows.filter(number__lt=int(after))
    found = list(with_path(rows)[: PAGE + 1])
    for row in found:
        identities.attach(row, "service", "offering", "value_stream")
    more = len(found) > PAGE
    shown = found[:PAGE]
    next_key = str(shown[-1].number) if more else ""
    return Page([row_of(r) for r in shown], next_key, open_count, done_count)


def with_path(rows: QuerySet[Request]) -> QuerySet[Request]:
    """Requests with what their path needs, in a bounded number of queries."""
    rows = rows.select_related("requester", "requester_department")
    return rows.prefetch_related(Prefetch("visits", queryset=_visits()))


def rows_of(found: Sequence[Request]) -> list[Row]:
    """List rows of requests; a query where the visits of one were not read yet."""
    prefetch_related_objects(found, Prefetch("visits", queryset=_visits()))
    return [row_of(request) for request in found]


def _visits() -> QuerySet[StageVisit]:
    return StageVisit.objects.select_related("holder").order_by("seq")


def row_of(request: Request) -> Row:
    """A list row of a request read by ``with_path``."""
    now = clock.now()
    bp = versions.blueprint(request.version_id)
    visits = list(request.visits.all())
    steps = path.steps_of(request, bp, visits, now)
    number, of = path.position(steps)
    at = next((s for s in steps if s.state == "now"), None)
    end = request.fulfilled_at or now
    late = request.promised_at is not None and end > request.promised_at
    return Row(request, steps, at, number, of, late)


def needs_you(user: Any) -> list[Need]:
    """Decisions, offers and work that wait for the user, soonest first."""
    person = people.person_for(user)
    if person is None:
        return []
    found = [
        Need("decision", d.question, d.subject_ref, "/decisions/", d.due_at)
        for d in decisions.inbox(person)[:5]
    ]
    teams = [t.pk for t in people.teams_for(user)]
    visits = (
        StageVisit.objects.filter(request__in=requests.checked_for(user))
        .filter(team_id__in=teams, state__in=["offered", "queued", "active"])
        .select_related("request", "team")
        .order_by("entered_at")
    )
    held = visits.filter(state="active", holder=person)[:3]
    found_visits = held.union(visits.filter(state="offered")[:3], all=True)
    for visit in sorted(found_visits, key=lambda v: (v.state == "offered", v.entered_at)):
        bp = versions.blueprint(visit.request.version_id)
        stage = bp.stage(visit.request.workflow_key, visit.stage_key).name
        kind = "offer" if visit.state == "offered" else "work"
        url = f"/requests/{visit.request.ref}/"
        found.append(Need(kind, visit.request.title, f"{visit.request.ref} · {stage}", url, None))
    confirm = requests.asked_by(user).filter(state=Request.State.FULFILLED)[:3]
    found += [
        Need("confirm", r.title, f"{r.ref} is done", f"/requests/{r.ref}/", None) for r in confirm
    ]
    return found


def asked_since(since: datetime) -> list[Used]:
    """How often each service was asked for since a moment, by everyone and by each department.

    Confidential requests do not count.
    """
    rows = Request.objects.filter(submitted_at__gte=since, confidential=False).order_by()
    counts = {"n": Count("pk"), "people": Count("requester", distinct=True)}
    found = [
        Used(service, None, n, people)
        for service, n, people in rows.values_list("service_id").annotate(**counts)
    ]
    by_department = rows.filter(requester_department__isnull=False).values_list(
        "service_id", "requester_department_id"
    )
    return found + [Used(*row) for row in by_department.annotate(**counts)]
