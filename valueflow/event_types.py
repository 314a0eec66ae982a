"""Events of saved figures, of frozen baselines, of problems and of the opportunities made of them.

A published type never changes shape; words are private text.
"""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class FlowViewSaved(DomainEvent):
    """Figures were kept under a name; the name and the address are private."""

    TYPE: ClassVar[str] = "flow_view.saved"
    audience: str
    question: str


@dataclass(frozen=True, kw_only=True)
class FlowViewRemoved(DomainEvent):
    """They are no longer offered and nobody is sent them."""

    TYPE: ClassVar[str] = "flow_view.removed"
    audience: str


@dataclass(frozen=True, kw_only=True)
class FlowViewSubscribed(DomainEvent):
    """Somebody asked to be sent them, weekly or monthly."""

    TYPE: ClassVar[str] = "flow_view.subscribed"
    rhythm: str


@dataclass(frozen=True, kw_only=True)
class FlowViewUnsubscribed(DomainEvent):
    """They are no longer sent to whoever had asked."""

    TYPE: ClassVar[str] = "flow_view.unsubscribed"


@dataclass(frozen=True, kw_only=True)
class ProblemFound(DomainEvent):
    """A problem was found in a stream; its owner may answer first until a moment."""

    TYPE: ClassVar[str] = "problem.found"
    problem: str
    kind: str
    stream: str
    answer_until: str


@dataclass(frozen=True, kw_only=True)
class ProblemConfirmed(DomainEvent):
    """The owner of the stream has seen it, perhaps with a note."""

    TYPE: ClassVar[str] = "problem.confirmed"
    problem: str
    person: str


@dataclass(frozen=True, kw_only=True)
class ProblemDisputed(DomainEvent):
    """The owner of the stream says that it is not so."""

    TYPE: ClassVar[str] = "problem.disputed"
    problem: str
    person: str


@dataclass(frozen=True, kw_only=True)
class ProblemSettled(DomainEvent):
    """A steward said what came of the dispute."""

    TYPE: ClassVar[str] = "problem.settled"
    problem: str
    person: str


@dataclass(frozen=True, kw_only=True)
class ImprovementRaised(DomainEvent):
    """Somebody says what could be better; ``problem`` is the key of what shows it."""

    TYPE: ClassVar[str] = "improvement.raised"
    improvement: str
    stream: str
    problem: str
    person: str


@dataclass(frozen=True, kw_only=True)
class ImprovementJudged(DomainEvent):
    """What it would bring and take was said: business days a request, effort, whose it is."""

    TYPE: ClassVar[str] = "improvement.judged"
    improvement: str
    days: str
    volume: int
    effort: int
    kind: str
    owner: str


@dataclass(frozen=True, kw_only=True)
class ImprovementMoved(DomainEvent):
    """It went from one state to another."""

    TYPE: ClassVar[str] = "improvement.moved"
    improvement: str
    former: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ImprovementVerified(DomainEvent):
    """Before and after were held against each other; ``verdict`` is the word for it."""

    TYPE: ClassVar[str] = "improvement.verified"
    improvement: str
    verdict: str


@dataclass(frozen=True, kw_only=True)
class ImprovementProposed(DomainEvent):
    """A change of the model was proposed from it."""

    TYPE: ClassVar[str] = "improvement.proposed"
    improvement: str
    proposal: str


@dataclass(frozen=True, kw_only=True)
class BaselineFrozen(DomainEvent):
    """Somebody froze how a stream went in a window; the note is in the private part."""

    TYPE: ClassVar[str] = "baseline.frozen"
    baseline: int
    person: str
    stream: str
    start: str
    end: str
    requests: int
    rows: str
    code: str
