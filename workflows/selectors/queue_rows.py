"""Rows of a queue: both clocks, who gave it, and in words why it stands where it stands."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from esm.common import clock
from esm.common.ui import durations, moments
from governance.models import Department
from governance.selectors import versions
from workflows.models import Clock, Handoff, StageVisit
from workflows.selectors import clock_views, identities, priorities


@dataclass(frozen=True)
class QueueRow:
    """One visit of the team with both clocks; ``priority`` as people call it, empty for usual."""

    visit: StageVisit
    stage_name: str
    ours: clock_views.ClockView | None
    promise: clock_views.ClockView | None
    giver: Department | None
    handoff: Handoff | None
    priority: str = ""

    @property
    def code(self) -> str:
        """How an address names the row: request and visit."""
        return f"{self.visit.request.ref}.{self.visit.seq}"

    @property
    def returns(self) -> int:
        """How often it was sent back at this crossing."""
        return self.handoff.attempt - 1 if self.handoff else int(self.visit.is_rework)

    @cached_property
    def reasons(self) -> list[str]:
        """Why it stands where it stands, most telling first."""
        found = [*_standing(self.visit, self.handoff), *_ends(self), *_history(self)]
        return found[:2]


def rows_for(visits: Sequence[StageVisit]) -> list[QueueRow]:
    """Rows in the order given; one query whatever their number."""
    clocks: dict[int, list[Clock]] = defaultdict(list)
    if visits:
        live = Clock.objects.filter(
            request_id__in={v.request_id for v in visits}, state__in=["running", "paused"]
        )
        for row in live:
            clocks[row.request_id].append(row)
    now = clock.now()
    return [_row(named(v), clocks[v.request_id], now) for v in visits]


def named(visit: StageVisit) -> StageVisit:
    """A visit with the services, teams and departments its row names."""
    identities.attach(visit, "team")
    identities.attach(visit.request, "service", "requester_department")
    if (handoff := getattr(visit, "handoff", None)) is not None:
        identities.attach(handoff, "giver_team")
    return visit


def _row(visit: StageVisit, clocks: list[Clock], now: datetime) -> QueueRow:
    bp = versions.blueprint(visit.request.version_id)
    own = clock_views.ours([c for c in clocks if c.visit_id == visit.pk])
    promise = clock_views.promise(clocks)
    handoff = getattr(visit, "handoff", None)
    department = handoff.giver_team.department if handoff else visit.request.requester_department
    return QueueRow(
        visit=visit,
        stage_name=bp.stage(visit.request.workflow_key, visit.stage_key).name,
        ours=clock_views.view(own, bp, now) if own else None,
        promise=clock_views.view(promise, bp, now) if promise else None,
        giver=department,
        handoff=handoff,
        priority=priorities.word_of(visit.request) if visit.request.priority else "",
    )


def _standing(visit: StageVisit, handoff: Handoff | None) -> list[str]:
    """What holds it up."""
    if visit.asleep and visit.follow_up_at:
        return [_("to follow up on %(day)s") % {"day": moments.day(visit.follow_up_at)}]
    if handoff is not None and handoff.state == Handoff.State.CLARIFYING:
        return [_("%(team)s was asked and has to answer") % {"team": handoff.giver_team.name}]
    if visit.state == StageVisit.State.BLOCKED:
        waits = {
            "requester": _("waits for the requester"),
            "third": _("waits for somebody outside"),
        }
        return [waits.get(visit.blocked_party, _("stands still"))]
    if visit.state == StageVisit.State.DECIDING:
        return [_("waits for a decision")]
    if visit.follow_up_at:
        return [_("to follow up since %(day)s") % {"day": moments.day(visit.follow_up_at)}]
    return []


def _ends(row: QueueRow) -> list[str]:
    """What our clock says."""
    ours = row.ours
    if ours is None or ours.state != "running":
        return []
    words = {"time": durations.duration(abs(ours.left_s), ours.day_s)}
    if ours.left_s < 0:
        return [_("%(time)s over on our side") % words]
    return [_("ends in %(time)s on our side") % words]


def _history(row: QueueRow) -> list[str]:
    """What happened to it that makes it press."""
    found = []
    if row.returns:
        times = ngettext("sent back once", "sent back %(n)d times", row.returns)
        found.append(times % {"n": row.returns} if row.returns != 2 else _("sent back twice"))
    elif row.visit.is_rework:
        found.append(_("came back to us"))
    if row.promise is not None and row.promise.left_s < 0:
        found.append(_("the promise is over"))
    return found
