"""Events of working on a step: what was ticked, who worked on it when."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ChecklistTicked(DomainEvent):
    """An item that the model asks for on a step was done."""

    TYPE: ClassVar[str] = "checklist.ticked"
    visit: int
    stage: str
    item: str


@dataclass(frozen=True, kw_only=True)
class ChecklistUnticked(DomainEvent):
    """That was taken back."""

    TYPE: ClassVar[str] = "checklist.unticked"
    visit: int
    stage: str
    item: str


@dataclass(frozen=True, kw_only=True)
class FollowUpSet(DomainEvent):
    """Somebody wants to go on with a step at this moment; until then it sorts below the rest."""

    TYPE: ClassVar[str] = "follow_up.set"
    visit: int
    at: str


@dataclass(frozen=True, kw_only=True)
class FollowUpCleared(DomainEvent):
    """That was taken back."""

    TYPE: ClassVar[str] = "follow_up.cleared"
    visit: int


@dataclass(frozen=True, kw_only=True)
class FollowUpCame(DomainEvent):
    """The moment came; the step stands in its place of the queue again."""

    TYPE: ClassVar[str] = "follow_up.came"
    visit: int


@dataclass(frozen=True, kw_only=True)
class VisitAssigned(DomainEvent):
    """A lead gave waiting work to somebody of the team, who holds it from now on."""

    TYPE: ClassVar[str] = "visit.assigned"
    visit: int
    to: str


@dataclass(frozen=True, kw_only=True)
class TaskReassigned(DomainEvent):
    """A lead gave held work to somebody else, or to the team's queue; the reason is private.

    ``receiver`` is empty for the queue.
    """

    TYPE: ClassVar[str] = "task.reassigned"
    visit: int
    giver: str
    receiver: str


@dataclass(frozen=True, kw_only=True)
class LimitExceeded(DomainEvent):
    """Somebody took more than the team agreed to have in hand; the reason is private text."""

    TYPE: ClassVar[str] = "limit.exceeded"
    visit: int
    team: str
    limit: int
    in_hand: int


@dataclass(frozen=True, kw_only=True)
class OffModelLogged(DomainEvent):
    """Work outside any published flow was logged or corrected; what it was is private text.

    ``department`` is for whom, empty for the team itself; seconds of calendar time.
    """

    TYPE: ClassVar[str] = "off_model.logged"
    team: str
    department: str
    day: str
    seconds: int


@dataclass(frozen=True, kw_only=True)
class OffModelRemoved(DomainEvent):
    """It counts no longer."""

    TYPE: ClassVar[str] = "off_model.removed"
    team: str


@dataclass(frozen=True, kw_only=True)
class ReplySaved(DomainEvent):
    """A saved reply was written or changed; its name and text are private."""

    TYPE: ClassVar[str] = "reply.saved"
    audience: str


@dataclass(frozen=True, kw_only=True)
class ReplyRemoved(DomainEvent):
    """It is no longer offered."""

    TYPE: ClassVar[str] = "reply.removed"
    audience: str


@dataclass(frozen=True, kw_only=True)
class ViewSaved(DomainEvent):
    """A view of a queue was kept or changed; its name and filters are private."""

    TYPE: ClassVar[str] = "view.saved"
    audience: str
    queue: str | None


@dataclass(frozen=True, kw_only=True)
class ViewMoved(DomainEvent):
    """It has another place among the tabs of its audience, counted from 1."""

    TYPE: ClassVar[str] = "view.moved"
    position: int


@dataclass(frozen=True, kw_only=True)
class ViewRemoved(DomainEvent):
    """It is no longer offered."""

    TYPE: ClassVar[str] = "view.removed"
    audience: str


@dataclass(frozen=True, kw_only=True)
class WorkStarted(DomainEvent):
    """Somebody began to measure their work on a step."""

    TYPE: ClassVar[str] = "work.started"
    visit: int
    person: str


@dataclass(frozen=True, kw_only=True)
class WorkStopped(DomainEvent):
    """They stopped, or it was stopped; seconds of calendar time.

    ``how`` is stopped, switched (to another step), completed, waiting, released, ended (the
    request is over) or forgotten (the working day ended).
    """

    TYPE: ClassVar[str] = "work.stopped"
    visit: int
    person: str
    seconds: int
    how: str


@dataclass(frozen=True, kw_only=True)
class RequestPrioritised(DomainEvent):
    """The team that works on it gave it another priority; empty is as usual."""

    TYPE: ClassVar[str] = "request.prioritised"
    visit: int
    before: str
    priority: str
