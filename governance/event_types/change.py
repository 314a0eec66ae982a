"""Events of proposals, and of versions as people agree to them."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ProposalWritten(DomainEvent):
    """Somebody proposes a change; what they write stands in the private part."""

    TYPE: ClassVar[str] = "proposal.written"
    proposal: str
    kind: str
    author: str


@dataclass(frozen=True, kw_only=True)
class ProposalChanged(DomainEvent):
    """What a proposal says was changed: the names of its fields."""

    TYPE: ClassVar[str] = "proposal.changed"
    proposal: str
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ProposalMoved(DomainEvent):
    """A proposal stands somewhere else; why is in the private part where somebody said so."""

    TYPE: ClassVar[str] = "proposal.moved"
    proposal: str
    former: str
    state: str
    version: str


@dataclass(frozen=True, kw_only=True)
class ModelSubmitted(DomainEvent):
    """A version is put to those whom it changes: a round opens; ``asked`` counts them."""

    TYPE: ClassVar[str] = "model.submitted"
    version: str
    round: int
    deadline: str
    asked: int
    carried: int
    silence_consents: bool
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class RoundExtended(DomainEvent):
    """A round waits longer for answers; why is in the private part."""

    TYPE: ClassVar[str] = "model.round_extended"
    version: str
    round: int
    former: str
    deadline: str


@dataclass(frozen=True, kw_only=True)
class ConsentAnswered(DomainEvent):
    """Somebody answered, or answered otherwise; "" takes the answer back. ``by`` stood in."""

    TYPE: ClassVar[str] = "model.consent_answered"
    version: str
    round: int
    person: str
    answer: str
    former: str
    by: str


@dataclass(frozen=True, kw_only=True)
class ObjectionRaised(DomainEvent):
    """Somebody says why a version would do harm; what they say is in the private part."""

    TYPE: ClassVar[str] = "model.objection_raised"
    version: str
    round: int
    objection: int
    person: str
    role: str


@dataclass(frozen=True, kw_only=True)
class ObjectionTested(DomainEvent):
    """The five questions were answered, or are looked at (``state`` testing, no answers)."""

    TYPE: ClassVar[str] = "model.objection_tested"
    version: str
    objection: int
    person: str
    state: str
    answers: dict[str, bool]


@dataclass(frozen=True, kw_only=True)
class ObjectionSettled(DomainEvent):
    """What came of an objection: integrating, resolved, withdrawn or overruled; with the reason."""

    TYPE: ClassVar[str] = "model.objection_settled"
    version: str
    objection: int
    person: str
    state: str
    by: str


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(DomainEvent):
    """The lead of one side signed a handoff agreement as it stands in a version."""

    TYPE: ClassVar[str] = "model.agreement_signed"
    version: str
    agreement: str
    side: str
    role: str
    person: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class RoundDecided(DomainEvent):
    """A round is over and whoever decides on the model is asked; ``reach`` is how far it goes."""

    TYPE: ClassVar[str] = "model.round_ended"
    version: str
    round: int
    decision: int
    reach: str
    streams: tuple[str, ...]
    answers: dict[str, int]
    excused: tuple[str, ...]
    deciders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ModelReturned(DomainEvent):
    """A version is a draft again: returned, withdrawn or declined; why is in the private part."""

    TYPE: ClassVar[str] = "model.returned"
    version: str
    round: int
    how: str


@dataclass(frozen=True, kw_only=True)
class ModelScheduled(DomainEvent):
    """An agreed version has its moment: who is asked to read it, and what is to be learned."""

    TYPE: ClassVar[str] = "model.scheduled"
    version: str
    effective_from: str
    acknowledgements: int
    trainings: int


@dataclass(frozen=True, kw_only=True)
class AcknowledgementMoved(DomainEvent):
    """Somebody opened what a version changes for them, or says that they read it."""

    TYPE: ClassVar[str] = "model.acknowledged"
    version: str
    person: str
    state: str


@dataclass(frozen=True, kw_only=True)
class TrainingEnded(DomainEvent):
    """What somebody had to learn for a version is done, or not needed."""

    TYPE: ClassVar[str] = "model.training_ended"
    version: str
    person: str
    skill: str
    state: str
