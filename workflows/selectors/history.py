"""Which events of a request a viewer hears of: asked by its page, the API and open pages alike."""

from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from esm.events.actors import Actor
from esm.events.models import Event
from esm.events.registry import EventRow
from esm.events.selectors import chains
from governance import policies
from governance.selectors import people
from workflows.models import Request
from workflows.selectors import answers, scopes

# How a team works is for those who may read its notes.
INTERNAL = ("checklist.", "limit.", "work.", "task.")
AMONG_TEAMS = (
    Q(type__startswith="comment.", data__internal=True)
    | Q(type__startswith=INTERNAL[0])
    | Q(type__startswith=INTERNAL[1])
    | Q(type__startswith=INTERNAL[2])
    | Q(type__startswith=INTERNAL[3])
)


@dataclass(frozen=True)
class Hearing:
    """What a viewer hears of a request: internal notes, and files but those with these numbers."""

    notes: bool
    hidden: frozenset[int]

    def hears(self, row: EventRow) -> bool:
        """Whether the event is told."""
        if not self.notes and _among_teams(row):
            return False
        return not (row.type.startswith("file.") and row.data["file"] in self.hidden)


def hearing(user: people.Account, request: Request, actor: Actor | None = None) -> Hearing:
    """What this viewer hears; a query more only where answers are withheld from them.

    ``actor`` is who they are, where it is known.
    """
    scope, facts = scopes.scope_of(request), people.facts_for(user)
    actor = actor or people.actor_for(user)
    notes = policies.judge(actor, "request.note", scope, facts).ok
    keys = answers.withheld(user, request)
    hidden = [a.seq for a in request.attachments.all() if a.field_key in keys] if keys else []
    return Hearing(notes, frozenset(hidden))


def heard(request: Request, hearing: Hearing) -> list[EventRow]:
    """The events that are told, oldest first; as many as ``last_heard`` says."""
    return [row for row in chains.events_of(request) if hearing.hears(row)]


def last_heard(user: people.Account, request: Request) -> int:
    """How many events the viewer hears of; no query for who hears of all.

    Not the number of the last one: that has gaps where notes stand.
    """
    found = hearing(user, request)
    if found.notes and not found.hidden:
        return request.chain_seq
    rows = Event.objects.filter(bucket=request.chain_bucket, chain=request.chain)
    rows = rows.exclude(Q(type__startswith="file.", data__file__in=sorted(found.hidden)))
    rows = rows if found.notes else rows.exclude(AMONG_TEAMS)
    return rows.count()


def chain_of(key: str) -> Concat:
    """For a query within one of requests: the chain of the request whose id is this."""
    return Concat(
        Value(f"{Request.CHAIN}/"), Cast(OuterRef(key), CharField()), output_field=CharField()
    )


def heard_by_askers() -> QuerySet[Event, Any]:
    """For a query of requests: how many events are told outside its teams."""
    rows = Event.objects.filter(bucket=OuterRef("chain_bucket"), chain=chain_of("pk"))
    told = rows.exclude(AMONG_TEAMS).order_by().values("chain")
    return told.annotate(told=Count("seq")).values("told")


def _among_teams(row: EventRow) -> bool:
    if row.type.startswith("comment."):
        return bool(row.data["internal"])
    return row.type.startswith(INTERNAL)
