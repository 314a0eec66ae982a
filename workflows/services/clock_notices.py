"""Who hears of a clock: those who work on it when it warns and is late, others by its ladder.

Recipients are those of the moment. For who is away their stand-in hears of it, else the next: from
the holder to the leads of the team, from the leads to the team, from a role that is vacant or away
to the organisation's last resort. A rung of a ladder that reaches nobody would be silence.
"""

from collections.abc import Callable, Iterable

from esm.common import clock
from esm.common.ui import durations
from esm.events.registry import EventRow
from esm.notices.choices import Why
from governance.models import Membership
from governance.selectors import roles, versions
from workflows.models import Clock, Request, StageVisit
from workflows.services.messages import Message, stage_name, team_people, waited_on


def _clock(request: Request, event: EventRow) -> Clock:
    return Clock.objects.select_related("visit__team").get(request=request, seq=event.data["clock"])


def late(request: Request, event: EventRow) -> Message | None:
    """Who works on it is told that it is late, or nearly."""
    row = _clock(request, event)
    if row.visit is None:
        return None
    told, why = waited_on(request, row.visit)
    is_late = event.type == "clock.breached"
    if row.metric == Clock.Metric.WAIT:
        title = f"No answer {'in time' if is_late else 'yet'}: {row.visit.team.name}, {request.ref}"
        return Message(told, title, request.title, why=why, team=row.visit.team.key)
    what = stage_name(request, row.visit.stage_key)
    title = f"Late: {what}, {request.ref}" if is_late else f"Nearly late: {what}, {request.ref}"
    return Message(told, title, request.title, why=why, team=row.visit.team.key)


def escalated(request: Request, event: EventRow) -> Message:
    """A rung of the ladder was reached: those it names are told."""
    row = _clock(request, event)
    visits = _visits(request, row)
    found: set[int] = set()
    for name in event.data["to"]:
        found |= _PEOPLE[name](request, visits)
    for role in event.data["roles"]:
        found |= _role(request, role)
    what = stage_name(request, row.visit.stage_key) if row.visit else "the promise"
    team = visits[0].team.key if visits else ""
    title = f"{when_words(event.data['when'], event.data['amount'])}: {what}, {request.ref}"
    return Message(frozenset(found), title, request.title, why=Why.ROLE, team=team)


def where(request: Request, event: EventRow) -> str:
    """The teams a clock waits for."""
    names = {visit.team.name for visit in _visits(request, _clock(request, event))}
    return ", ".join(sorted(names)) or "a team"


def when_words(when: str, amount: int) -> str:
    """The moment of a rung as a sentence begins with it."""
    if when == "percent":
        return f"{amount} % of the time is used"
    if when == "before":
        return f"{durations.duration(amount)} before the deadline"
    return f"Late by {durations.duration(amount)}" if amount else "Late"


def _visits(request: Request, row: Clock) -> list[StageVisit]:
    """The step a clock is of; of the promise all that are open."""
    if row.visit is not None:
        return [row.visit]
    rows = request.visits.filter(state__in=StageVisit.LIVE)
    return list(rows.select_related("team").order_by("seq"))


def _here(ids: Iterable[int]) -> set[int]:
    """Those who are here, and who stands in for those who are not."""
    wanted = set(ids)
    away = roles.stand_ins(wanted, clock.now()) if wanted else {}
    stand_ins = {person.pk for person in away.values() if person is not None}
    return {pk for pk in wanted if pk not in away} | stand_ins


def _holder(request: Request, visits: list[StageVisit]) -> set[int]:
    meant = {pk for visit in visits for pk in waited_on(request, visit)[0]}
    return _here(meant) or _leads(request, visits)


def _leads(request: Request, visits: list[StageVisit]) -> set[int]:
    teams = {visit.team_id for visit in visits}
    rows = Membership.objects.filter(team__in=teams, is_lead=True, person__active=True)
    leads = rows.filter(valid__contains=clock.now()).values_list("person_id", flat=True)
    return _here(leads) or _here(pk for team in teams for pk in team_people(team))


def _owner(request: Request, visits: list[StageVisit]) -> set[int]:
    blueprint = versions.blueprint(request.version_id)
    stream = blueprint.get("ValueStream", request.value_stream.key)
    return _role(request, str(stream.owner_role or blueprint.organisation().last_resort))


def _role(request: Request, role: str) -> set[int]:
    last = str(versions.blueprint(request.version_id).organisation().last_resort)
    for key in (role, last):
        holders = roles.holders(key, stream=request.value_stream.key)
        found = {h.stand_in if h.absent else h.ref for h in holders}
        here = {int(ref.removeprefix("P-")) for ref in found if ref}
        if here:
            return here
    return set()


_PEOPLE: dict[str, Callable[[Request, list[StageVisit]], set[int]]] = {
    "holder": _holder,
    "team-leads": _leads,
    "stream-owner": _owner,
}
