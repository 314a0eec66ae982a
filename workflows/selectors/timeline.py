"""Conversation and history of a request in one list, read from its ledger.

Internal notes are left out for who is not in a team that worked on it. Clock events fold away:
they belong to the clocks.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from esm.events.registry import EventRow
from esm.events.selectors import chains
from governance.blueprint.blueprint import Blueprint
from governance.models import Person
from workflows.models import Attachment, Request
from workflows.selectors import identities
from workflows.selectors.history import Hearing

TABS = ("everything", "conversation", "handoffs", "decisions", "files")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: verb, where it went, who as which role, what was said."""

    at: datetime
    icon: str
    tab: str
    verb: str
    text: str = ""
    who: str = ""
    role: str = ""
    quote: str = ""
    restricted: bool = False
    url: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def entries(
    request: Request,
    blueprint: Blueprint,
    *,
    hearing: Hearing,
    may_read_content: bool = True,
) -> list[Entry]:
    """Everything that happened and the viewer hears of, newest first; three queries."""
    rows = [row for row in chains.events_of(request) if hearing.hears(row)]
    people = _people(rows)
    names = Names(request, blueprint)
    files = {a.seq: a for a in Attachment.objects.filter(request=request)}
    found = []
    for row in rows:
        entry = _entry(row, names, files, may_read_content)
        if entry is not None:
            who = people.get(row.actor, "")
            role = names.role(row.role)
            found.append(Entry(**{**entry.__dict__, "who": who, "role": role}))
    return found[::-1]


def _people(rows: Iterable[EventRow]) -> dict[str, str]:
    refs = {row.actor for row in rows if row.actor.startswith("P-")}
    ids = [int(ref[2:]) for ref in refs]
    return {p.ref: p.name for p in Person.objects.filter(pk__in=ids).only("pk", "name")}


class Names:
    """Names of stages, teams, roles and reasons in the version the request is pinned to."""

    def __init__(self, request: Request, blueprint: Blueprint) -> None:
        self.request = request
        self.blueprint = blueprint

    def stage(self, key: str) -> str:
        """A step's name."""
        return str(self.blueprint.stage(self.request.workflow_key, key).name)

    def team(self, key: str) -> str:
        """Department and team, such as «Security · Risk»."""
        team = identities.team(key)
        return f"{team.department.name} · {team.name}"

    def role(self, key: str) -> str:
        """A role's name; nothing for none."""
        return str(self.blueprint.get("Role", key).name) if key else ""

    def item(self, stage: str, key: str) -> str:
        """The words of an item of a step's checklist."""
        asked = self.blueprint.stage(self.request.workflow_key, stage).checklist
        return next((f"“{item.text}”" for item in asked if item.key == key), key)

    def reason(self, agreement: str, key: str) -> str:
        """The words of a return reason."""
        if agreement:
            for reason in self.blueprint.get("HandoffAgreement", agreement).return_reasons:
                if reason.key == key:
                    return str(reason.text)
        return key.replace("-", " ")


_SIMPLE: dict[str, tuple[str, str, str]] = {
    "request.submitted": ("plus", "everything", "Sent the request"),
    "request.fulfilled": ("done", "everything", "Fulfilled"),
    "request.closed": ("done", "everything", "Confirmed"),
    "request.withdrawn": ("x", "everything", "Withdrew the request"),
    "request.declined": ("x", "decisions", "Ended by a decision"),
    "request.shared": ("eye", "everything", "Shared the request"),
    "visit.started": ("user", "everything", "Took the work"),
    "limit.exceeded": ("risk", "everything", "Took it above the limit of the team"),
    "visit.released": ("arr", "everything", "Put it back into the queue"),
    "visit.blocked": ("pause", "everything", "Stands still"),
    "visit.unblocked": ("arr", "everything", "Went on"),
    "handoff.clarification_asked": ("ask", "handoffs", "Asked before accepting"),
    "handoff.clarified": ("ask", "handoffs", "Answered the question"),
    "handoff.escalated": ("risk", "handoffs", "Escalated"),
    "decision.opened": ("decide", "decisions", "Opened the decision"),
    "comment.added": ("ask", "conversation", "Wrote"),
    "file.added": ("file", "files", "Added a file"),
    "file.removed": ("x", "files", "Took out a file"),
    "file.replaced": ("file", "files", "Replaced a file"),
}
_QUOTES = ("note", "why", "question", "answer", "body", "reason", "rationale")


def _entry(
    row: EventRow,
    names: Names,
    files: dict[int, Attachment],
    content: bool,
) -> Entry | None:
    quote = next((row.private[k] for k in _QUOTES if row.private.get(k)), "") if content else ""
    if row.type == "comment.added" and row.data["internal"]:
        return Entry(row.occurred_at, "lock", "conversation", "Note", "for the teams that work on"
                     " it only", quote=quote, restricted=True)  # fmt: skip
    special = _special(row, names)
    if special is not None:
        icon, tab, verb, text = special
        return Entry(row.occurred_at, icon, tab, verb, text, quote=quote)
    simple = _SIMPLE.get(row.type)
    if simple is None:
        return None
    icon, tab, verb = simple
    text, url = "", ""
    if row.type.startswith("file.") and row.data["file"] in files:
        file = files[row.data["file"]]
        gone = file.removed_at is not None
        text, url = file.name, "" if gone else f"/requests/{names.request.ref}/files/{file.seq}/"
        quote = ""
    hidden = row.type.startswith("limit.")
    return Entry(row.occurred_at, icon, tab, verb, text, quote=quote, restricted=hidden, url=url)


def _special(row: EventRow, names: Names) -> tuple[str, str, str, str] | None:
    data = row.data
    if row.type == "handoff.offered":
        again = "Offered again" if data["attempt"] > 1 else "Offered"
        to = names.team(data["receiver_team"])
        return "arr", "handoffs", again, f"to {to} for {names.stage(data['to_stage'])}"
    if row.type == "handoff.accepted":
        if data["auto"]:
            return None
        return "in", "handoffs", "Accepted", "the offer"
    if row.type == "handoff.returned":
        return "back", "handoffs", "Returned", f"with a reason: {names.reason('', data['reason'])}"
    if row.type == "visit.completed":
        return "check", "everything", "Finished", "a step"
    if row.type in ("checklist.ticked", "checklist.unticked"):
        tick = "Ticked" if row.type == "checklist.ticked" else "Took the tick back"
        return "check", "everything", tick, names.item(data["stage"], data["item"])
    if row.type == "decision.decided":
        verb = {"approve": "Approved", "decline": "Declined", "refer_back": "Referred back"}
        return "decide", "decisions", verb[data["outcome"]], ""
    return None


def tabs_of(entries: list[Entry]) -> list[tuple[str, int]]:
    """(tab, how many entries it holds)."""
    return [
        (tab, len(entries) if tab == "everything" else sum(e.tab == tab for e in entries))
        for tab in TABS
    ]
