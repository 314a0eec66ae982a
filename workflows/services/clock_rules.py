"""What events of a request do to its clocks, by the rules of the pinned model.

It happens when a step is saved, in the transaction of its events, which say what happened; a rule
sees the clocks as the step left them. What a rule made stand still goes on by a rule alone: then
it stands still for whom its step waits for by now, or it runs. Events of clocks move no clocks.
"""

from collections.abc import Mapping
from typing import Any

from esm.common.expressions import holds
from governance.blueprint.kinds.workflows import ClockPolicy, ClockRule
from governance.services import reassigning
from workflows.event_types.clocks import ClockRuled
from workflows.models import Clock, StageVisit
from workflows.selectors import clock_policies
from workflows.services import clock_rows, clocks
from workflows.services.case import Case

Happened = tuple[str, Mapping[str, Any]]


def write(case: Case) -> None:
    """Do what the rules say of the events of a step, then write its clocks in one statement."""
    follow(case)
    if not case.started and not case.touched:
        return
    changed = list({c.pk: c for c in case.touched if c.pk is not None}.values())
    clock_rows.write_rows(case.started, changed)
    stood = [c for c in case.started if c.state == Clock.State.PAUSED]
    for moment in clock_rows.promised([*stood, *changed]).values():
        case.request.promised_at = moment
    decide_by([*stood, *changed])
    case.started, case.touched = [], []


def decide_by(rows: list[Clock]) -> None:
    """Open decisions are due when their clocks end; while those stand still they are not due."""
    due = {
        (row.request_id, row.decision_seq): row.due_at if row.running_since else None
        for row in rows
        if row.decision_seq is not None and row.state in clocks.LIVE
    }
    if due:
        reassigning.move_due("request", due)


def follow(case: Case) -> None:
    """Apply the rules to what happened in a step, in the order in which it happened."""
    policies = case.blueprint.find(ClockPolicy).values()
    wanted = {rule.event for policy in policies for rule in policy.rules}
    if not wanted:
        return
    noted = [(event.TYPE, event.data()) for event in case.events if event.TYPE in wanted]
    happened: list[Happened] = [one for one in case.heard if one[0] in wanted]
    happened = [one for one in (*happened, *noted) if _is_told(case, *one)]
    case.heard = []
    if not happened:
        return
    places = _Places(case)
    rows = [*case.live_clocks, *case.started]
    for event in happened:
        for row in rows:
            found = clock_policies.of(case.blueprint, row)
            for number, rule in enumerate(found[1].rules if found else (), 1):
                if _applies(case, rule, event, row, places) and _do(case, row, rule.does):
                    case.note(
                        ClockRuled(
                            clock=row.seq,
                            does=rule.does,
                            policy=found[0] if found else "",
                            rule=number,
                            event=rule.event,
                        )
                    )


def _is_told(case: Case, event: str, data: Mapping[str, Any]) -> bool:
    """Whether everybody who sees the request hears of it, as they see its clocks.

    A note among teams and a file that answers a question not everybody reads move no clock.
    """
    if event == "file.added":
        rows = case.request.attachments.filter(seq=data["file"])
        key = rows.values_list("field_key", flat=True).first()
        offering = case.blueprint.get("Offering", case.request.offering.key)
        return not any(f.limited for f in offering.form.all_fields() if f.key == key)
    return not data.get("internal", False)


class _Places:
    """The steps of a request that events name, read once and only where a rule may apply."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known: list[tuple[int, int, str, int | None]] | None = None

    def of(self, data: Mapping[str, Any]) -> tuple[int, str] | None:
        """Primary key and stage of the visit an event is of; None for the whole request."""
        visit, handoff = data.get("visit"), data.get("handoff")
        if visit is None and handoff is None:
            return None
        if self._known is None:
            rows = StageVisit.objects.filter(request=self._case.request).order_by()
            self._known = list(rows.values_list("pk", "seq", "stage_key", "handoff__seq"))
        for pk, seq, stage, offered in self._known:
            if seq == visit or (visit is None and offered == handoff):
                return pk, stage
        return None


def _applies(case: Case, rule: ClockRule, event: Happened, row: Clock, places: _Places) -> bool:
    name, data = event
    if rule.event != name or row.state not in clocks.LIVE:
        return False
    place = places.of(data)
    if rule.stage is not None and (place is None or place[1] != rule.stage):
        return False
    if place is not None and row.visit_id is not None and row.visit_id != place[0]:
        return False
    return not rule.when.strip() or holds(rule.when, case.values())


def _do(case: Case, row: Clock, does: str) -> bool:
    """Do it where the clock is in a state for it; whether it was done."""
    held = row.pause_reason if row.state == Clock.State.PAUSED else ""
    if does == "start" or does == "resume":
        if held != (clocks.AWAITED if does == "start" else clocks.RULE):
            return False
        _let_go(case, row)
    elif does == "stop":
        clocks.stop(case, row)
    elif does == "cancel":
        clocks.cancel(case, row)
    elif held == clocks.AWAITED or (does == "pause" and held == clocks.RULE):
        return False
    elif does == "pause":
        clocks.stand(case, row, reason=clocks.RULE, party="")
    else:
        clocks.reset(case, row)
    return True


def _let_go(case: Case, row: Clock) -> None:
    """It runs, unless its step waits for somebody for whom it stands still."""
    parties = clocks.policy_for(case.blueprint, row).pauses
    blocked = case.request.visits.filter(state="blocked", blocked_party__in=parties)
    asked = case.request.handoffs.filter(state="clarifying")
    if row.visit_id is not None:
        blocked, asked = blocked.filter(pk=row.visit_id), asked.filter(to_visit=row.visit_id)
    party = blocked.order_by("seq").values_list("blocked_party", flat=True).first()
    if party:
        clocks.stand(case, row, reason="waits", party=party)
    elif "giver" in parties and asked.exists():
        clocks.stand(case, row, reason="clarification", party="giver")
    else:
        clocks.run(case, row)
