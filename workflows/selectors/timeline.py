"""Conversation and history of a request in one list, read from its ledger.

Internal notes are left out for who is not in a team that worked on it. Clock events fold away:
they belong to the clocks. A corrected message shows its last words, one taken back shows none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from esm.common import clock
from esm.events.registry import EventRow
from governance.blueprint.blueprint import Blueprint
from governance.models import Person
from workflows.models import ArticleUse, Attachment, Request
from workflows.selectors import identities, pins
from workflows.selectors.talk import Talk, said

GIVEN = "task.reassigned"
TABS = ("everything", "conversation", "handoffs", "decisions", "files")


@dataclass(frozen=True)
class Entry:
    """One thing that happened: verb, where it went, who as which role, what was said.

    ``tabs`` are the lists it stands in beside «everything»; ``comment`` is the number of a message
    that the viewer may still change.
    """

    at: datetime
    icon: str
    tabs: tuple[str, ...]
    verb: str
    text: str = ""
    who: str = ""
    role: str = ""
    quote: str = ""
    restricted: bool = False
    url: str = ""
    comment: int = 0
    edited: bool = False
    names: tuple[str, ...] = field(default_factory=tuple)

    def in_tab(self, tab: str) -> bool:
        """Whether it is shown under a tab; an unknown tab shows everything."""
        return tab not in TABS[1:] or tab in self.tabs


def entries(
    request: Request,
    blueprint: Blueprint,
    rows: Sequence[EventRow],
    *,
    may_read_content: bool = True,
    viewer: Person | None = None,
) -> list[Entry]:
    """What happened, newest first, from the events the viewer hears of; two queries at most."""
    talk = Talk.of(rows, clock.now())
    given = [row.data["receiver"] for row in rows if row.type == GIVEN]
    people = _people([row.actor for row in rows] + given + talk.refs)
    names = Names(request, blueprint)
    files = {a.seq: a for a in request.attachments.all()}
    found = []
    for row in rows:
        if row.type == "comment.added":
            entry: Entry | None = _comment(row, talk, people, viewer)
        else:
            entry = _entry(row, names, files)
        if entry is not None and row.type == GIVEN:
            entry = replace(entry, text=_receiver(row, people))
        if entry is not None:
            quote = entry.quote if may_read_content else ""
            who, role = people.get(row.actor, ""), names.role(row.role)
            found.append(replace(entry, who=who, role=role, quote=quote))
    return found[::-1]


def _people(refs: Iterable[str]) -> dict[str, str]:
    ids = {int(ref[2:]) for ref in refs if ref.startswith("P-")}
    return {p.ref: p.name for p in Person.objects.filter(pk__in=ids).only("pk", "name")}


def _receiver(row: EventRow, people: dict[str, str]) -> str:
    who = people.get(row.data["receiver"])
    return f"to {who}" if who else "to the queue of the team"


class Names:
    """Names of stages, teams, roles and reasons in the version the request is pinned to."""

    def __init__(self, request: Request, blueprint: Blueprint) -> None:
        self.request = request
        self.blueprint = blueprint
        self.agreements: dict[int, str] = {}

    def stage(self, key: str) -> str:
        """A step's name."""
        return pins.stage_name(self.request, key)

    def team(self, key: str) -> str:
        """Department and team, such as «Security · Risk»."""
        team = identities.team(key)
        return f"{team.department.name} · {team.name}"

    def role(self, key: str) -> str:
        """A role's name; nothing for none."""
        return pins.role_name(self.request, key) if key else ""

    def item(self, stage: str, key: str) -> str:
        """The words of an item of a step's checklist."""
        found = pins.find_stage(self.request, stage)
        asked = found.checklist if found is not None else ()
        return next((f"“{item.text}”" for item in asked if item.key == key), key)

    def priority(self, key: str) -> str:
        """«to Urgent»; as usual for none."""
        offering = self.blueprint.get("Offering", self.request.offering.key)
        names = {one.key: one.name for one in offering.priorities}
        return f"to {names.get(key, key)}" if key else "to as usual"

    def reason(self, handoff: int, key: str) -> str:
        """The words of a return reason, from the agreement the handoff was offered under."""
        agreement = self.agreements.get(handoff, "")
        if agreement:
            found = pins.find_agreement(self.request, agreement)
            for reason in found.return_reasons if found is not None else ():
                if reason.key == key:
                    return str(reason.text)
        return key.replace("-", " ")


def _comment(
    row: EventRow,
    talk: Talk,
    people: dict[str, str],
    viewer: Person | None,
) -> Entry:
    number = said(row)
    internal, seq = number
    if number in talk.removed:
        verb = "Took back a note" if internal else "Took back a message"
        return Entry(row.occurred_at, "x", ("conversation",), verb, restricted=internal)
    mine = viewer is not None and row.actor == viewer.ref and number in talk.changeable
    return Entry(
        row.occurred_at,
        "lock" if internal else "ask",
        ("conversation",),
        "Note" if internal else "Wrote",
        "for the teams that work on it only" if internal else "",
        quote=talk.words.get(number, ""),
        restricted=internal,
        comment=seq if mine else 0,
        edited=number in talk.edited,
        names=tuple(people[ref] for ref in talk.named.get(number, ()) if ref in people),
    )


_SIMPLE: dict[str, tuple[str, tuple[str, ...], str]] = {
    "request.submitted": ("plus", (), "Sent the request"),
    "request.fulfilled": ("done", (), "Fulfilled"),
    "request.reopened": ("back", ("conversation",), "Reopened"),
    "request.withdrawn": ("x", (), "Withdrew the request"),
    "request.declined": ("x", ("decisions",), "Ended by a decision"),
    "request.shared": ("eye", (), "Shared the request"),
    "request.nudged": ("bell", ("conversation",), "Sent a reminder"),
    "request.linked": ("link", (), "Asked another team for a part"),
    "visit.started": ("user", (), "Took the work"),
    "limit.exceeded": ("risk", (), "Took it above the limit of the team"),
    GIVEN: ("user", (), "Gave the work on"),
    "visit.released": ("arr", (), "Put it back into the queue"),
    "visit.unblocked": ("arr", (), "Went on"),
    "visit.answered": ("ask", ("conversation",), "Answered the question"),
    "handoff.clarification_asked": ("ask", ("handoffs", "conversation"), "Asked before accepting"),
    "handoff.clarified": ("ask", ("handoffs", "conversation"), "Answered the question"),
    "decision.opened": ("decide", ("decisions",), "Opened the decision"),
    "file.added": ("file", ("files",), "Added a file"),
    "file.removed": ("x", ("files",), "Took out a file"),
    "file.replaced": ("file", ("files",), "Replaced a file"),
}
_QUOTES = ("note", "why", "question", "answer", "reason", "rationale")


def _entry(row: EventRow, names: Names, files: dict[int, Attachment]) -> Entry | None:
    quote = next((row.private[k] for k in _QUOTES if row.private.get(k)), "")
    special = _special(row, names)
    if special is not None:
        icon, tabs, verb, text = special
        return Entry(row.occurred_at, icon, tabs, verb, text, quote=quote)
    simple = _SIMPLE.get(row.type)
    if simple is None:
        return None
    icon, tabs, verb = simple
    text, url = "", ""
    if row.type.startswith("file.") and row.data["file"] in files:
        file = files[row.data["file"]]
        gone = file.removed_at is not None
        text, url = file.name, "" if gone else f"/requests/{names.request.ref}/files/{file.seq}/"
        quote = ""
    hidden = row.type.startswith(("limit.", "task."))
    return Entry(row.occurred_at, icon, tabs, verb, text, quote=quote, restricted=hidden, url=url)


def _special(row: EventRow, names: Names) -> tuple[str, tuple[str, ...], str, str] | None:
    data = row.data
    if row.type == "handoff.offered":
        names.agreements[data["handoff"]] = data["agreement"]
        again = "Offered again" if data["attempt"] > 1 else "Offered"
        to = names.team(data["receiver_team"])
        return "arr", ("handoffs",), again, f"to {to} for {names.stage(data['to_stage'])}"
    if row.type == "handoff.accepted":
        return None if data["auto"] else ("in", ("handoffs",), "Accepted", "the offer")
    if row.type == "handoff.returned":
        reason = names.reason(data["handoff"], data["reason"])
        return "back", ("handoffs", "conversation"), "Returned", f"with a reason: {reason}"
    if row.type == "handoff.escalated":
        why = {
            "third-return": "returned for the third time, to both accountable roles and the owner",
            "silence": "nobody answered the offer",
        }
        return "risk", ("handoffs",), "Escalated", why.get(data["why"], "")
    if row.type == "visit.blocked":
        who = {
            "requester": "until the requester answers",
            "third": "until somebody outside answers",
        }
        return "pause", ("conversation",), "Stands still", who.get(data["party"], "")
    if row.type == "request.prioritised":
        return "bell", ("conversation",), "Changed the priority", names.priority(data["priority"])
    if row.type in ("request.migrated", "request.migration_undone"):
        again = "Now follows" if row.type == "request.migrated" else "Follows again"
        return "arr", (), again, f"{data['version']}, before {data['before']}"
    if row.type == "visit.completed":
        return "check", (), "Finished", "a step"
    if row.type in ("checklist.ticked", "checklist.unticked"):
        tick = "Ticked" if row.type == "checklist.ticked" else "Took the tick back"
        return "check", (), tick, names.item(data["stage"], data["item"])
    if row.type == "request.closed":
        by_itself = row.actor == "system"
        return (
            "done",
            (),
            "Closed" if by_itself else "Confirmed",
            ("as nobody reopened it" if by_itself else ""),
        )
    if row.type == "decision.decided":
        verb = {"approve": "Approved", "decline": "Declined", "refer_back": "Referred back"}
        return "decide", ("decisions", "conversation"), verb[data["outcome"]], ""
    return None


def with_uses(
    entries: Sequence[Entry], uses: Iterable[ArticleUse], blueprint: Blueprint
) -> list[Entry]:
    """The same list with the articles that helped at its steps, newest first."""
    found = [
        Entry(
            use.at,
            "school",
            (),
            "Used knowledge",
            f"at {pins.stage_name(use.request, use.visit.stage_key)}: "
            f"{use.version.title} ({use.version.article.ref}, version {use.version.number})",
            who=use.person.name if use.person else "",
            restricted=True,
            url=f"/knowledge/{use.version.article_id}/versions/{use.version.number}/",
        )
        for use in uses
    ]
    return sorted([*found[::-1], *entries], key=lambda entry: entry.at, reverse=True)


def tabs_of(entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """(tab, how many entries it holds)."""
    return [(tab, sum(entry.in_tab(tab) for entry in entries)) for tab in TABS]
