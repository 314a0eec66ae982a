"""Events of votes and rounds. Numbers of decisions count within the subject."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class DecisionSeated(DomainEvent):
    """Several decide it together, ``voters`` from now on, of whom ``added`` are new to it.

    At least ``quorum`` of them take part and ``needed`` say yes, counted by ``rule``.
    """

    TYPE: ClassVar[str] = "decision.seated"
    decision: int
    round: int
    right: str
    body_key: str
    rule: str
    quorum: int
    needed: int
    voters: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DecisionVoted(DomainEvent):
    """One of several voted; reason and conditions are private text."""

    TYPE: ClassVar[str] = "decision.voted"
    decision: int
    round: int
    choice: str
    voter: str
    role: str
    right: str


@dataclass(frozen=True, kw_only=True)
class DecisionVoteWithdrawn(DomainEvent):
    """Somebody took their vote back before it was decided."""

    TYPE: ClassVar[str] = "decision.vote_withdrawn"
    decision: int
    round: int
    voter: str


@dataclass(frozen=True, kw_only=True)
class DecisionRoundVoided(DomainEvent):
    """What was voted so far counts no more; ``round`` is the one that begins.

    ``why`` is content, where what is decided on changed, or right, where another right decides.
    """

    TYPE: ClassVar[str] = "decision.round_voided"
    decision: int
    round: int
    why: str
    votes: int
    amount: str | None


@dataclass(frozen=True, kw_only=True)
class DecisionDeferred(DomainEvent):
    """Whoever decides put it off to a day; its clock runs on. The reason is private text."""

    TYPE: ClassVar[str] = "decision.deferred"
    decision: int
    until: str
    by: str


@dataclass(frozen=True, kw_only=True)
class DecisionReversalOpened(DomainEvent):
    """``decision`` asks whether ``reverses``, decided before, is taken back."""

    TYPE: ClassVar[str] = "decision.reversal_opened"
    decision: int
    reverses: int
