"""What a request page says to whoever follows it: who reads it, who is reminded, what is next."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import Exists, OuterRef, Q

from esm.common import clock
from governance import policies
from governance.models import Person
from governance.selectors import people
from workflows.models import Pulse, Request
from workflows.selectors import listing, mentions, nudges
from workflows.selectors.request_page import LiveVisit, RequestPage
from workflows.selectors.requests import checked_for
from workflows.selectors.scopes import scope_of

SHOWN_CHILDREN = 20
# What stands before the number of an internal note in an address.
NOTE = "note-"
Family: TypeAlias = tuple[Request | None, list[Request]]


@dataclass(frozen=True)
class Readers:
    """Who will read what is written: everyone on the request, or its teams alone."""

    everyone: str
    teams: str
    note_first: bool


@dataclass(frozen=True)
class Reminder:
    """Whom the viewer may remind, since when that was done, and when it is possible again."""

    who: tuple[str, ...]
    before: datetime | None
    again: datetime | None

    @property
    def now(self) -> bool:
        """Whether the reminder can be sent at this moment."""
        return self.again is None


@dataclass(frozen=True)
class Following:
    """The parts of the page that are about following."""

    readers: Readers
    reminder: Reminder | None
    questions: list[LiveVisit]
    may_confirm: bool
    may_reopen: bool
    pulse_due: bool
    may_ask_others: bool
    may_share: bool
    parent: Request | None
    children: list[listing.Row]
    blind: list[Person] = field(default_factory=list)


def of_page(
    user: Any, page: RequestPage, said: str = "", family: Family | None = None
) -> Following:
    """Read what follows from a page; ``said`` is the number of a message just written."""
    request, asked = page.request, page.is_requester
    done = request.state == Request.State.FULFILLED
    in_time = request.closes_at is None or clock.now() <= request.closes_at
    closed = request.state == Request.State.CLOSED
    parent, parts = family if family is not None else family_of(user, request)
    return Following(
        readers=_readers(page),
        reminder=_reminder(user, page),
        questions=[v for v in page.live if asked and v.visit.blocked_party == "requester"],
        may_confirm=asked and done,
        may_reopen=asked and done and in_time,
        pulse_due=asked and closed and not Pulse.objects.filter(request=request).exists(),
        may_ask_others=request.is_open and page.may["request.comment"],
        may_share=page.may["request.share"],
        parent=parent,
        children=listing.rows_of(parts),
        blind=_blind(user, request, said),
    )


def _readers(page: RequestPage) -> Readers:
    request = page.request
    departments = list(dict.fromkeys(v.team.department.name for v in page.visits))
    teams = list(dict.fromkeys(f"{v.team.department.name} · {v.team.name}" for v in page.visits))
    if request.confidential:
        departments, teams = ["the people named on it"], ["the people named on it"]
    return Readers(
        everyone=", ".join([request.requester.name, *departments]),
        teams=", ".join(teams),
        note_first=page.may["request.note"] and not page.is_requester,
    )


def _reminder(user: Any, page: RequestPage) -> Reminder | None:
    request = page.request
    if not request.is_open:
        return None
    actor = people.actor_for(user)
    steps = [nudges.waits(live.visit, live.handoff) for live in page.live]
    mine = [s for s in steps if s is not None and nudges.may(request, s, actor, page.facts)]
    if not mine:
        return None
    again = nudges.next_at(request, page.blueprint)
    later = again if again is not None and clock.now() < again else None
    names = dict.fromkeys(_waited_on(page, step) for step in mine)
    return Reminder(tuple(names), request.nudged_at, later)


def _waited_on(page: RequestPage, step: nudges.Waits) -> str:
    """A team by its name; who decides by the role; persons only the requester."""
    live = next(one for one in page.live if one.visit is step.visit)
    if step.party == "requester":
        return page.request.requester.name
    if step.party == "giver" and live.handoff is not None:
        return live.handoff.giver_team.name
    if step.party == "decider" and live.deciders:
        return ", ".join(person.name for person in live.deciders)
    return step.visit.team.name


def _blind(user: Any, request: Request, said: str) -> list[Person]:
    """Whom the viewer's own message names who may not read it; told to the writer alone."""
    person = people.person_for(user)
    number = said.removeprefix(NOTE)
    if person is None or not (number.isascii() and number.isdigit() and len(number) < 7):
        return []
    row = request.comments.filter(
        seq=int(number), internal=said.startswith(NOTE), author=person, removed_at=None
    ).first()
    if row is None:
        return []
    return mentions.named_in(row.body, request, internal=row.internal).blind


def has_parts() -> Exists:
    """For a query of requests: whether other teams were asked for a part of it."""
    return Exists(Request.objects.filter(parent=OuterRef("pk")))


def family_of(user: Any, request: Request) -> Family:
    """What this request is a part of, and its own parts, where the viewer sees them.

    No query where it was read ``has_parts`` and is neither.
    """
    if request.parent_id is None and not request.__dict__.get("has_parts", True):
        return None, []
    wanted = Q(parent=request) | Q(pk=request.parent_id or 0)
    rows = checked_for(user).filter(wanted).order_by("number")
    found = list(rows.select_related("requester", "requester_department")[: SHOWN_CHILDREN + 1])
    parent = found.pop(0) if found and found[0].pk == request.parent_id else None
    return parent, found[:SHOWN_CHILDREN]


def may_link(user: Any, request: Request) -> bool:
    """Whether the viewer may ask another team for a part of this request."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    return request.is_open and policies.judge(actor, "request.link", scope_of(request), facts).ok
