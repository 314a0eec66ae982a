"""Kinds that say how work goes and what teams agreed about passing it on."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from governance.blueprint.kinds.base import (
    DecisionTypeRef,
    ElementSpec,
    Expression,
    ExternalPartyRef,
    Key,
    Name,
    RoleRef,
    Seconds,
    Spec,
    TeamRef,
    TechnologyRef,
    Text,
    ValueStreamRef,
    WorkflowRef,
)
from governance.blueprint.kinds.organisation import SkillNeed
from governance.blueprint.weeks import WeekDay

StageKind = Literal["start", "end", "work", "decision", "wait", "fork", "join"]


class ChecklistItem(Spec):
    """One thing to do or look at on a step; an open *must* keeps the step from being finished."""

    key: Key
    text: Annotated[str, Field(min_length=1, max_length=300)]
    severity: Literal["must", "should"] = "must"
    when: Expression = ""
    help: Text = ""


class Stage(Spec):
    """A step of a workflow; start, end, fork and join only steer.

    One role is accountable; that others say so, too, is only ever found, never agreed. Whoever is
    consulted is asked when work comes to it and blocks nobody, whoever is informed is told when it
    is done. ``complete_s`` is what its team has to finish it, ``whole_s`` how long it may take from
    the moment it is entered to its end, with offer, questions and waits. ``batch_days`` are the
    days of the week on which it is done at all, every working day where none is named; a wait says
    for what, and on whom outside. What is estimated comes from a workshop: touch, wait, and the
    share in percent of what comes to it complete and accurate.
    """

    key: Key
    code: Annotated[str, Field(max_length=20)] = ""
    name: Name
    kind: StageKind
    team: TeamRef | None = None
    accountable_role: RoleRef | None = None
    also_accountable_roles: tuple[RoleRef, ...] = ()
    responsible_roles: tuple[RoleRef, ...] = ()
    consulted_roles: tuple[RoleRef, ...] = ()
    informed_roles: tuple[RoleRef, ...] = ()
    est_touch_s: Seconds = 0
    est_wait_s: Seconds | None = None
    est_accurate: Annotated[int, Field(ge=0, le=100)] | None = None
    complete_s: Seconds | None = None
    whole_s: Seconds | None = None
    decision_type: DecisionTypeRef | None = None
    when: Expression = ""
    instructions: Text = ""
    output: Text = ""
    technologies: tuple[TechnologyRef, ...] = ()
    skills: Annotated[tuple[SkillNeed, ...], Field(max_length=30)] = ()
    value_class: Literal["value_adding", "necessary", "waste"] | None = None
    batch_days: tuple[WeekDay, ...] = ()
    waits_for: Text = ""
    party: ExternalPartyRef | None = None
    checklist: Annotated[tuple[ChecklistItem, ...], Field(max_length=50)] = ()


class Flow(Spec):
    """A way from one stage to another."""

    source: Key
    target: Key
    when: Expression = ""
    default: bool = False
    kind: Literal["forward", "rework"] = "forward"


class Variation(Spec):
    """A way of its own that is allowed at a stage until a day, and why.

    With ``team`` another team may do the stage than the one that is named; without one it may be
    handed over before all that was agreed is there.
    """

    key: Key
    stage: Key
    team: TeamRef | None = None
    reason: Annotated[str, Field(min_length=1, max_length=500)]
    until: date


class Workflow(ElementSpec):
    """The executable definition of a way of working, and the variations that are declared."""

    name: Name
    value_stream: ValueStreamRef
    review_due: date | None = None
    stages: Annotated[tuple[Stage, ...], Field(max_length=300)]
    flows: Annotated[tuple[Flow, ...], Field(max_length=2_000)]
    variations: Annotated[tuple[Variation, ...], Field(max_length=50)] = ()


class Criterion(Spec):
    """One thing that must (or should) hold before work is handed over."""

    key: Key
    text: Text
    kind: Literal["field", "expression", "attachment", "manual"]
    field: Annotated[str, Field(max_length=60)] = ""
    expression: Expression = ""
    severity: Literal["must", "should"] = "must"
    return_reason: Annotated[str, Field(max_length=100)] = ""


class ReturnReason(Spec):
    """A reason the receiver may give for sending work back."""

    key: Key
    text: Text


class HandoffAgreement(ElementSpec):
    """What giver and receiver agreed about passing work on."""

    giver_team: TeamRef
    receiver_team: TeamRef
    stage: Key | None = None
    workflow: WorkflowRef | None = None
    respond_s: Seconds = 14_400
    complete_s: Seconds | None = None
    clarify_s: Seconds = 14_400
    criteria: tuple[Criterion, ...] = ()
    return_reasons: tuple[ReturnReason, ...] = ()
    accept_mode: Literal["explicit", "auto_if_complete"] = "explicit"
    allow_override: bool = False
    escalation_role: RoleRef | None = None
    review_due: date | None = None
    consulted_roles: tuple[RoleRef, ...] = ()
    informed_roles: tuple[RoleRef, ...] = ()
    signed_by: tuple[RoleRef, ...] = ()


class Rung(Spec):
    """A rung of a ladder: when somebody else hears of a clock, and who; exactly one moment.

    A percentage of the target, business time before the deadline, or after it (0: at the breach).
    ``to`` are those of the moment: who holds the work (else its team), the team's leads, the owner
    of the stream; ``roles`` whoever holds them. For who is away their stand-in hears of it.
    """

    percent: Annotated[int, Field(ge=1, le=100)] | None = None
    before_s: Seconds | None = None
    after_s: Seconds | None = None
    to: tuple[Literal["holder", "team-leads", "stream-owner"], ...] = ()
    roles: tuple[RoleRef, ...] = ()

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        given = [n for n in ("percent", "before_s", "after_s") if getattr(self, n) is not None]
        if len(given) != 1:
            raise ValueError("a rung has one moment: percent, before_s or after_s")
        if not self.to and not self.roles:
            raise ValueError("a rung names who hears of it, in to or in roles")
        return self


class PriorityTarget(Spec):
    """What a priority makes of a target: a percentage of it, 50 for half the time."""

    priority: Key
    percent: Annotated[int, Field(ge=1, le=1_000)]


# The events of a request that move a clock by a rule: those that are recorded while it runs, and
# told to everybody who sees it, as its clocks are.
RequestEvent = Literal[
    "request.submitted",
    "request.started",
    "request.waiting",
    "request.resumed",
    "request.prioritised",
    "request.nudged",
    "request.reopened",
    "visit.entered",
    "visit.queued",
    "visit.assigned",
    "visit.started",
    "visit.released",
    "visit.blocked",
    "visit.unblocked",
    "visit.answered",
    "visit.completed",
    "visit.parked",
    "visit.returned",
    "handoff.offered",
    "handoff.routed",
    "handoff.accepted",
    "handoff.clarification_asked",
    "handoff.clarified",
    "handoff.returned",
    "handoff.escalated",
    "decision.opened",
    "decision.decided",
    "comment.added",
    "file.added",
]
Doing = Literal["start", "pause", "resume", "stop", "cancel", "reset"]


class ClockRule(Spec):
    """What an event of the request does to a clock, where a condition over the answers holds.

    An event of a step moves clocks of that step, and the promise; any other moves all of its
    metric. With ``stage`` only what happens at that step counts.
    """

    does: Doing
    event: RequestEvent
    stage: Key | None = None
    when: Expression = ""


Party = Literal["requester", "third", "giver"]
# For whom a clock stands still where the model says nothing.
PAUSES: dict[str, tuple[str, ...]] = {
    "respond": ("giver",),
    "complete": ("requester", "third", "giver"),
    "promise": ("requester",),
    "decision": (),
    "clarify": (),
    "wait": (),
    "stage": (),
}
# The parties a clock may stand still for, where these are not those of ``PAUSES``.
_MAY_PAUSE: dict[str, tuple[str, ...]] = {
    "promise": ("requester", "third"),
    "stage": ("requester", "third", "giver"),
}


class ClockPolicy(ElementSpec):
    """When a clock starts, stands still and warns, who hears of it, what a priority makes of it.

    ``start_when`` is a condition over the answers of the form; without it the clock always starts.
    ``rules`` say which events of the request move it: a clock with a rule that starts it stands
    still until then; what a rule made stand still goes on by a rule alone.
    ``pauses_for`` are the parties for whom it stands still, by default those of its metric. A
    ``wait`` clock measures how long a party lets us wait: it starts with the wait, against
    ``wait_s``, for ``party`` or for all. ``on_reopen`` says whether the promise of finished work
    that comes back goes on from what it had counted, or starts anew.
    """

    metric: Literal["respond", "complete", "promise", "decision", "clarify", "wait", "stage"]
    start_when: Expression = ""
    rules: Annotated[tuple[ClockRule, ...], Field(max_length=20)] = ()
    pauses_for: tuple[Party, ...] | None = None
    wait_s: Seconds | None = None
    party: Literal["requester", "third"] | None = None
    on_reopen: Literal["continue", "restart"] = "continue"
    warn_at: tuple[Annotated[int, Field(ge=1, le=100)], ...] = (50, 75, 90)
    escalate_to: tuple[RoleRef, ...] = ()
    ladder: Annotated[tuple[Rung, ...], Field(max_length=20)] = ()
    priorities: Annotated[tuple[PriorityTarget, ...], Field(max_length=20)] = ()

    @model_validator(mode="after")
    def _upwards(self) -> Self:
        late = [rung.after_s for rung in self.ladder if rung.after_s is not None]
        last = [rung.after_s for rung in self.ladder][len(self.ladder) - len(late) :]
        if last != sorted(late):
            raise ValueError("rungs after the deadline come last, the earliest first")
        return self

    @model_validator(mode="after")
    def _of_its_metric(self) -> Self:
        if (self.metric == "wait") != (self.wait_s is not None):
            raise ValueError("a wait clock, and no other, says in wait_s how long a party may take")
        if self.party is not None and self.metric != "wait":
            raise ValueError("only a wait clock is of a party")
        if self.start_when.strip() and self.metric in ("promise", "decision"):
            raise ValueError("promises and decisions always have their clock")
        if self.on_reopen != "continue" and self.metric != "promise":
            raise ValueError("only the promise of finished work is reopened")
        known = _MAY_PAUSE.get(self.metric, PAUSES[self.metric])
        wrong = sorted(set(self.pauses_for or ()) - set(known))
        if wrong:
            raise ValueError(f"a clock of {self.metric} cannot stand still for {', '.join(wrong)}")
        return self

    @model_validator(mode="after")
    def _rules_fit(self) -> Self:
        done = {rule.does for rule in self.rules}
        if self.metric in ("promise", "decision") and "start" in done:
            raise ValueError("promises and decisions begin at once; no rule starts them")
        if self.metric == "wait" and done - {"stop", "cancel"}:
            raise ValueError("rules of a wait clock stop or cancel it")
        return self

    @property
    def awaits(self) -> bool:
        """Whether it stands still until an event starts it."""
        return any(rule.does == "start" for rule in self.rules)

    @property
    def pauses(self) -> tuple[str, ...]:
        """The parties for whom it stands still."""
        return PAUSES[self.metric] if self.pauses_for is None else self.pauses_for

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The ladder; ``escalate_to`` without one is a ladder of one rung, at the breach."""
        if self.ladder or not self.escalate_to:
            return self.ladder
        return (Rung(after_s=0, roles=self.escalate_to),)

    def target_of(self, agreed_s: int, priority: str) -> int:
        """The target of a request with this priority, from the agreed one; rounded up."""
        for one in self.priorities:
            if one.priority == priority:
                return -(-agreed_s * one.percent // 100)
        return agreed_s
