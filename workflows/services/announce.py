"""Who hears of what: turns an event of a request into notices, each exactly once per person.

Whoever caused the event is not told about it. Texts are whole sentences.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from esm.common.ui import durations
from esm.events.registry import EventRow
from esm.notices.choices import Why
from esm.notices.services import following, notify
from governance.selectors import people, versions
from workflows.models import Handoff, Request, StageVisit
from workflows.selectors import told as seen
from workflows.services import clock_notices, decision_notices, part_notices, visibility
from workflows.services.messages import Message, stage_name, team_people, waited_on
from workflows.services.notice_kinds import MOVED

LAST_WARNING = 90
# Told to roles that may not see the request: where it is, not what it says.
BLIND = ("handoff.escalated", "clock.escalated", "visit.informed")


def _handoff(request: Request, event: EventRow) -> Handoff:
    return Handoff.objects.select_related("giver_team", "receiver_team", "from_visit").get(
        request=request, seq=event.data["handoff"]
    )


def _offered(request: Request, event: EventRow) -> Message | None:
    row = _handoff(request, event)
    moved = f"{request.ref} went on to {row.receiver_team.name}"
    if row.auto:
        return Message(frozenset(), "", moved=moved)
    return Message(
        team_people(row.receiver_team_id),
        f"{row.giver_team.name} hands over to you: {request.title}",
        f"{stage_name(request, row.to_stage)} of {request.ref} waits to be accepted.",
        why=Why.TEAM,
        team=row.receiver_team.key,
        moved=moved,
    )


def _giver(row: Handoff) -> tuple[frozenset[int], Why]:
    """Who gave it, if somebody still holds it, else their team."""
    holder = row.from_visit.holder_id
    return (
        (frozenset({holder}), Why.HOLDER) if holder else (team_people(row.giver_team_id), Why.TEAM)
    )


def _returned(request: Request, event: EventRow) -> Message:
    row = _handoff(request, event)
    told, why = _giver(row)
    return Message(
        told,
        f"{row.receiver_team.name} returned {request.ref}: {request.title}",
        row.reason_note,
        why=why,
        team=row.giver_team.key,
        moved=f"{request.ref} went back to {row.giver_team.name}",
    )


def _asked(request: Request, event: EventRow) -> Message:
    row = _handoff(request, event)
    told, why = _giver(row)
    return Message(
        told,
        f"{row.receiver_team.name} asks about {request.ref}",
        row.question,
        why=why,
        team=row.giver_team.key,
    )


def _clarified(request: Request, event: EventRow) -> Message:
    row = _handoff(request, event)
    return Message(
        team_people(row.receiver_team_id),
        f"Answered: {request.ref}",
        row.answer,
        why=Why.TEAM,
        team=row.receiver_team.key,
    )


def _escalated(request: Request, event: EventRow) -> Message:
    found: set[int] = set()
    for role in event.data["to"]:
        holders = people.holders(role, stream=request.value_stream.key)
        found |= {int(h.ref.removeprefix("P-")) for h in holders}
    row = _handoff(request, event)
    titles = {
        "silence": f"{row.receiver_team.name} has not answered an offer of {request.ref}",
        "third-return": f"{request.ref} was returned for the third time at one handoff",
    }
    return Message(frozenset(found), titles[event.data["why"]], request.title, why=Why.ROLE)


def _commented(request: Request, event: EventRow) -> Message:
    found = set() if event.data["internal"] else set(request.askers)
    live = request.visits.filter(state__in=StageVisit.LIVE, holder__isnull=False)
    found |= set(live.values_list("holder_id", flat=True))
    title = f"New message on {request.ref}: {request.title}"
    return Message(frozenset(found), title, moved="" if event.data["internal"] else title)


def _mentioned(request: Request, event: EventRow) -> Message:
    row = request.comments.select_related("author").get(
        seq=event.data["comment"], internal=event.data["internal"]
    )
    told = frozenset({int(event.data["person"].removeprefix("P-"))})
    return Message(told, f"{row.author.name} mentions you on {request.ref}: {request.title}")


def _waits(request: Request, event: EventRow) -> Message | None:
    """A step stands still until the requester answers."""
    if event.data["party"] != "requester":
        return None
    visit = request.visits.select_related("team").get(seq=event.data["visit"])
    title = f"{visit.team.name} asks you about {request.ref}: {request.title}"
    body = "" if request.confidential else visit.question
    return Message(request.askers, title, body, why=Why.REQUESTER)


def _answered(request: Request, event: EventRow) -> Message:
    visit = request.visits.select_related("team").get(seq=event.data["visit"])
    told, why = waited_on(request, visit)
    title = f"Answered: {request.ref} goes on"
    return Message(told, title, request.title, why=why, team=visit.team.key, moved=title)


def _nudged(request: Request, event: EventRow) -> Message:
    visit = request.visits.select_related("team").get(seq=event.data["visit"])
    team = visit.team.key
    if event.data["party"] == "requester":
        told, why = request.askers, Why.REQUESTER
    elif event.data["party"] == "giver":
        handoff = Handoff.objects.select_related("giver_team", "from_visit").get(to_visit=visit)
        (told, why), team = _giver(handoff), handoff.giver_team.key
    else:
        told, why = waited_on(request, visit)
    what = stage_name(request, visit.stage_key)
    title = f"A reminder: {what} of {request.ref} waits for you"
    return Message(told, title, request.title, why=why, team=team)


def _reopened(request: Request, event: EventRow) -> Message | None:
    visit = request.visits.filter(state__in=StageVisit.LIVE).select_related("team").first()
    if visit is None:
        return None
    told, why = waited_on(request, visit)
    title = f"Reopened: {request.ref} comes back to you"
    moved = f"{request.ref} was reopened"
    return Message(told, title, request.title, why=why, team=visit.team.key, moved=moved)


def _fulfilled(request: Request, event: EventRow) -> Message:
    return Message(
        request.askers,
        f"Done: {request.title}",
        "Please confirm or reopen.",
        why=Why.REQUESTER,
        moved=f"Done: {request.title}",
    )


def _asked_for(request: Request, event: EventRow) -> Message:
    return Message(
        request.askers,
        f"{request.requester.name} asked for this on your behalf: {request.title}",
        f"You can follow {request.ref} and write on it.",
        why=Why.REQUESTER,
    )


def _assigned(request: Request, event: EventRow) -> Message:
    visit = request.visits.select_related("team").get(seq=event.data["visit"])
    return Message(
        frozenset({int(str(event.data["to"]).removeprefix("P-"))}),
        f"Given to you: {request.title}",
        f"{stage_name(request, visit.stage_key)} of {request.ref} is in your hands.",
        why=Why.HOLDER,
        team=visit.team.key,
    )


def _follow_up(request: Request, event: EventRow) -> Message:
    visit = request.visits.select_related("team").get(seq=event.data["visit"])
    held = visit.holder_id is not None
    return Message(
        frozenset({visit.holder_id}) if visit.holder_id else team_people(visit.team_id),
        f"Follow up today: {request.title}",
        f"{stage_name(request, visit.stage_key)} of {request.ref} stands in its place again.",
        why=Why.HOLDER if held else Why.TEAM,
        team=visit.team.key,
    )


def _forgotten(request: Request, event: EventRow) -> Message:
    visit = request.visits.get(seq=event.data["visit"])
    return Message(
        frozenset({int(event.data["person"][2:])}),
        f"Your work session on {request.ref} was closed: {request.title}",
        f"It still ran when the working day ended; {stage_name(request, visit.stage_key)} got"
        f" {durations.duration(event.data['seconds'])}. Start again where you go on.",
    )


def _reassigned(request: Request, event: EventRow) -> Message:
    """Both are told, but for who is no longer here."""
    visit = request.visits.select_related("team").get(seq=event.data["visit"])
    giver, receiver = event.data["giver"], event.data["receiver"]
    found = people.persons_by_id(int(ref[2:]) for ref in (giver, receiver) if ref)
    names = {f"P-{pk}": person.name for pk, person in found.items()}
    to = names.get(receiver, "") or f"the queue of {visit.team.name}"
    return Message(
        frozenset(pk for pk, person in found.items() if person.active),
        f"{request.ref} went from {names.get(giver, '')} to {to}: {request.title}",
        str(event.private.get("reason", "")),
        why=Why.HOLDER,
        team=visit.team.key,
    )


_RULES: dict[str, Callable[[Request, EventRow], Message | None]] = {
    "handoff.offered": _offered,
    "handoff.returned": _returned,
    "handoff.clarification_asked": _asked,
    "handoff.clarified": _clarified,
    "handoff.escalated": _escalated,
    **decision_notices.RULES,
    **part_notices.RULES,
    "comment.added": _commented,
    "follow_up.came": _follow_up,
    "visit.assigned": _assigned,
    "request.asked_for": _asked_for,
    "comment.mentioned": _mentioned,
    "request.waiting": _waits,
    "request.nudged": _nudged,
    "request.reopened": _reopened,
    "visit.answered": _answered,
    "request.fulfilled": _fulfilled,
    "clock.warned": clock_notices.late,
    "clock.breached": clock_notices.late,
    "clock.escalated": clock_notices.escalated,
    "work.stopped": _forgotten,
    "task.reassigned": _reassigned,
}


def types() -> Iterable[str]:
    """The event types that somebody is told about."""
    return tuple(_RULES)


def wants(event_type: str, data: Mapping[str, Any]) -> bool:
    """Early warnings stay on the clock; only the last one before the target is told.

    Of work sessions only those somebody forgot are told.
    """
    if event_type == "work.stopped":
        return bool(data["how"] == "forgotten")
    return event_type != "clock.warned" or data["percent"] >= LAST_WARNING


def about(request_id: int, event: EventRow) -> None:
    """Tell those whom an event concerns."""
    request = Request.objects.select_related("value_stream", "service").get(pk=request_id)
    if request.confidential:
        # Notices are mailed and read over shoulders.
        request.title = request.service.name
    message = _RULES[event.type](request, event)
    kind = decision_notices.KIND_OF.get(event.type, event.type)
    if message is None:
        return
    told = {p for p in message.people if f"P-{p}" != event.actor}
    if request.confidential:
        told = {p for p in told if visibility.code(visibility.PERSON, p) in request.principals}
    elif event.type in BLIND:
        told -= _tell_envelope(request, event, message, told)
    _tell(request, event, message, told, kind=kind)
    if event.type in BLIND and request.confidential and not told:
        _tell_last_resort(request, event)
    if event.type in decision_notices.ALSO:
        _tell_also(request, event)
    if message.moved:
        others = following.followers(request.chain) - message.people
        others = {p for p in others if f"P-{p}" != event.actor}
        moved = Message(frozenset(others), message.moved, request.title, why=Why.FOLLOWER)
        _tell(request, event, moved, others, kind=MOVED)


def _tell_also(request: Request, event: EventRow) -> None:
    kind, rule = decision_notices.ALSO[event.type]
    also = rule(request, event)
    if also is not None:
        sees = {p for p in also.people if request.pk in seen.visible(p, [request.pk])}
        _tell(request, event, also, sees, kind=kind)


def _tell_envelope(request: Request, event: EventRow, message: Message, told: set[int]) -> set[int]:
    """Say where it is, but not its title, to those who may not read it; returns them."""
    blind = {p for p in told if request.pk not in seen.visible(p, [request.pk])}
    _tell(request, event, replace(message, body=request.service.name), blind, kind=event.type)
    return blind


def _tell_last_resort(request: Request, event: EventRow) -> None:
    """Nobody who would be told sees a confidential request: somebody must hear that it stands.

    Neither number nor service is named, and nothing leads to it.
    """
    role = str(versions.blueprint(request.version_id).organisation().last_resort)
    if event.type == "handoff.escalated":
        row = _handoff(request, event)
        at, leads = row.receiver_team.name, f"{row.giver_team.name} or {row.receiver_team.name}"
    else:
        at = leads = clock_notices.where(request, event)
    title = f"A confidential request waits at {at} and nobody acts"
    body = f"You may not see it. Ask the leads of {leads}."
    notify.notify(
        sorted(int(h.ref.removeprefix("P-")) for h in people.holders(role)),
        kind=event.type,
        title=title,
        body=body,
        dedupe_key=f"{event.chain}:{event.seq}",
        why=Why.ROLE,
    )


def _tell(request: Request, event: EventRow, message: Message, told: set[int], kind: str) -> None:
    notify.notify(
        sorted(told),
        kind=kind,
        title=message.title,
        body=message.body,
        url=f"/requests/{request.ref}/",
        dedupe_key=f"{event.chain}:{event.seq}",
        subject=request.chain,
        team=message.team,
        why=message.why,
    )
