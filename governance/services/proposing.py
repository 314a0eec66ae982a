"""Proposals of changes: written, opened for remarks, carried by a draft, turned down, withdrawn.

From its round of consent on a proposal goes where its version goes (``follow``). Order of locks:
the version first, then its proposals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.consent import NONE_TOUCHED
from governance.event_types.change import ProposalChanged, ProposalMoved, ProposalWritten
from governance.locks import lock_proposal, lock_proposals_of, lock_version
from governance.models import ChangeProposal, KeptFinding, ModelVersion, Person
from governance.policies import Scope, require
from governance.selectors.proposals import unanswered_of
from governance.selectors.versions import blueprint, load_blueprint, published
from governance.services.reasons import with_reason

State, Kind = ChangeProposal.State, ChangeProposal.Kind
MAX_TEXT, MAX_TITLE, MAX_KEYS = 10_000, 200, 50
TEXTS = (
    "tension", "evidence", "people_text", "process_text", "technology_text", "governance_text",
    "benefit",
)  # fmt: skip
# Fields that name elements, by the kind they name.
NAMED: Mapping[str, type[kinds.ElementSpec]] = {
    "measures": kinds.Measure,
    "rights": kinds.DecisionRight,
    "handoffs": kinds.HandoffAgreement,
    "skills": kinds.Skill,
}
TRIES = 5


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What a proposal says; keys name elements of the model, ``none`` says that none is touched."""

    title: str = ""
    kind: str = ""
    tension: str = ""
    evidence: str = ""
    people_text: str = ""
    process_text: str = ""
    technology_text: str = ""
    governance_text: str = ""
    benefit: str = ""
    measures: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    handoffs: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()

    def cleaned(self) -> "Wording":
        """Without what nobody sees, and each key once."""
        said: dict[str, Any] = {"title": " ".join(self.title.replace("\x00", "").split())}
        said |= {name: getattr(self, name).replace("\x00", "").strip() for name in TEXTS}
        said |= {name: tuple(dict.fromkeys(getattr(self, name))) for name in (*NAMED, "findings")}
        return replace(self, **said)


FIELDS = tuple(one.name for one in fields(Wording))


def write_proposal(person: Person, wording: Wording, *, actor: Actor) -> ChangeProposal:
    """Begin a proposal; it is seen by who wrote it and stewards until it is opened.

    Raises NotAllowed, and Invalid with all that is wrong.
    """
    said = wording.cleaned()
    with transaction.atomic():
        require(actor, "proposal.write", Scope(holder_id=person.pk))
        _check(said, _model())
        row = _numbered(person, said)
        mark_locked(row)
        event = ProposalWritten(
            proposal=row.ref, kind=row.kind, author=person.ref, private=_private(said)
        )
        ledger.record(row, [event], actor=actor)
        return row


def _private(said: Wording) -> dict[str, str]:
    texts = {name: getattr(said, name) for name in ("title", *TEXTS)}
    return {name: text for name, text in texts.items() if text}


def _numbered(person: Person, said: Wording) -> ChangeProposal:
    values = {
        name: list(value) if isinstance(value := getattr(said, name), tuple) else value
        for name in FIELDS
    }
    for _ in range(TRIES):
        last = ChangeProposal.objects.aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                return ChangeProposal.objects.create(number=last + 1, author=person, **values)
        except IntegrityError as error:
            if "number" not in str(error):
                raise
    raise Conflict("Others are writing proposals just now; try again in a moment.")


def _model() -> Blueprint:
    version = published()
    return blueprint(version) if version is not None else Blueprint.from_raw({})


def _check(said: Wording, bp: Blueprint) -> None:
    errors: dict[str, list[str]] = {}
    if not said.title or len(said.title) > MAX_TITLE:
        errors["title"] = [f"Say in at most {MAX_TITLE} characters what is to change."]
    if said.kind not in Kind.values:
        errors["kind"] = ["Choose what it is about most: people, process, technology, governance."]
    if not said.tension:
        errors["tension"] = ["Say what hurts today; others read it first."]
    for name in TEXTS:
        length = len(getattr(said, name))
        if length > MAX_TEXT:
            errors[name] = [f"At most {MAX_TEXT:,} characters; this has {length:,}."]
    for name, kind in NAMED.items():
        known = set(bp.find(kind))
        if name != "measures":
            known.add(NONE_TOUCHED)
        if wrong := [key for key in getattr(said, name) if key not in known]:
            errors[name] = [f"The model in force has no {wrong[0]}; choose from what it has."]
        elif len(getattr(said, name)) > MAX_KEYS:
            errors[name] = [f"At most {MAX_KEYS}."]
    marks = set(said.findings)
    if len(marks) > MAX_KEYS or (
        marks and KeptFinding.objects.filter(fingerprint__in=marks).count() < len(marks)
    ):
        errors["findings"] = ["Choose findings of the model in force."]
    if errors:
        raise Invalid(next(iter(errors.values()))[0], errors)


def change_proposal(proposal: ChangeProposal, wording: Wording, *, actor: Actor) -> ChangeProposal:
    """Say it otherwise, as long as nobody was asked for consent. The same again is no change.

    What others read already stays complete. Raises NotAllowed, InvalidState, Invalid.
    """
    said = wording.cleaned()
    with transaction.atomic():
        row = lock_proposal(proposal.pk)
        require(actor, "proposal.change", Scope(holder_id=row.author_id))
        _must_be_written(row)
        bp = _model()
        _check(said, bp)
        changed = []
        for name in FIELDS:
            value = getattr(said, name)
            value = list(value) if isinstance(value, tuple) else value
            if getattr(row, name) != value:
                setattr(row, name, value)
                changed.append(name)
        if not changed:
            return row
        if row.state != State.DRAFT:
            _must_be_complete(row, bp)
        row.save(update_fields=changed)
        event = ProposalChanged(proposal=row.ref, fields=tuple(changed), private=_private(said))
        ledger.record(row, [event], actor=actor)
        return row


def _must_be_written(row: ChangeProposal) -> None:
    if row.state not in ChangeProposal.WRITING:
        raise InvalidState(
            f"{row.ref} is {row.get_state_display()}; what it says is fixed. Write a new one.",
            allowed=[],
        )


def _must_be_complete(row: ChangeProposal, bp: Blueprint) -> None:
    missing = unanswered_of(row, bp)
    if not missing:
        return
    errors: dict[str, list[str]] = {}
    for one in missing:
        errors.setdefault(one.field, []).append(one.sentence)
    sentence = missing[0].sentence
    if row.kind == Kind.TECHNOLOGY:
        sentence = "A technology alone changes nothing: answer what has to change around it first."
    raise Invalid(sentence, errors, code="proposal-incomplete")


def open_for_remarks(proposal: ChangeProposal, *, actor: Actor) -> ChangeProposal:
    """Let everybody read it. Raises Invalid with the questions it leaves open."""
    with transaction.atomic():
        row = lock_proposal(proposal.pk)
        require(actor, "proposal.change", Scope(holder_id=row.author_id))
        if row.state != State.DRAFT:
            raise InvalidState(f"{row.ref} is {row.get_state_display()} already.", allowed=[])
        _must_be_complete(row, _model())
        _move(row, State.SOCIALISING, actor=actor)
        return row


def attach(
    proposal: ChangeProposal, version: ModelVersion | None, *, actor: Actor
) -> ChangeProposal:
    """Have a draft carry it, or none any more. Raises NotAllowed, InvalidState, Invalid."""
    with transaction.atomic():
        carrier = lock_version(version.pk) if version is not None else None
        row = lock_proposal(proposal.pk)
        require(actor, "proposal.settle", Scope())
        if row.state not in (*ChangeProposal.WRITING, State.INTEGRATING):
            raise InvalidState(f"{row.ref} is {row.get_state_display()}.", allowed=[])
        if carrier is None and row.state == State.INTEGRATING:
            raise InvalidState("It was put to people with its draft and stays with it.", allowed=[])
        if carrier is not None and carrier.state != ModelVersion.State.DRAFT:
            raise InvalidState(
                f"{carrier.code} is {carrier.get_state_display()}; choose a draft.", allowed=[]
            )
        bp = load_blueprint(carrier.pk) if carrier is not None else _model()
        _must_be_complete(row, bp)
        row.version = carrier
        row.save(update_fields=["version"])
        to = State.SOCIALISING if row.state == State.DRAFT else State(row.state)
        _move(row, to, actor=actor)
        return row


def reject(proposal: ChangeProposal, *, reason: str, actor: Actor) -> ChangeProposal:
    """Turn it down with a reason its author reads. Raises Invalid without one."""
    return _end(proposal, State.REJECTED, "proposal.settle", reason, actor)


def withdraw(proposal: ChangeProposal, *, reason: str = "", actor: Actor) -> ChangeProposal:
    """Its author wants it no more. Raises InvalidState once people were asked."""
    return _end(proposal, State.WITHDRAWN, "proposal.change", reason, actor)


def _end(
    proposal: ChangeProposal, how: ChangeProposal.State, action: str, reason: str, actor: Actor
) -> ChangeProposal:
    private = with_reason(reason)
    with transaction.atomic():
        row = lock_proposal(proposal.pk)
        require(actor, action, Scope(holder_id=row.author_id))
        if row.state not in (*ChangeProposal.WRITING, State.INTEGRATING):
            raise InvalidState(
                f"{row.ref} is {row.get_state_display()}; take its version back first.", allowed=[]
            )
        if how == State.REJECTED and not private:
            sentence = "Say why; whoever proposed it reads it."
            raise Invalid(sentence, {"reason": [sentence]})
        row.ended_at, row.ended_because = clock.now(), private.get("reason", "")
        row.save(update_fields=["ended_at", "ended_because"])
        _move(row, how, actor=actor, private=private)
        return row


def _move(
    row: ChangeProposal,
    state: ChangeProposal.State,
    *,
    actor: Actor,
    private: Mapping[str, str] | None = None,
) -> None:
    former, row.state = row.state, state
    event = ProposalMoved(
        proposal=row.ref,
        former=former,
        state=state,
        version=row.version.code if row.version else "",
        private=dict(private or {}),
    )
    ledger.record(row, [event], actor=actor, columns={"state": state})


def follow(version: ModelVersion, state: ChangeProposal.State, *, actor: Actor) -> None:
    """The proposals a locked version carries go where it goes; those that ended stay."""
    for row in lock_proposals_of(version):
        if row.state not in ChangeProposal.ENDED and row.state != state:
            _move(row, state, actor=actor)


def take_back(version: ModelVersion, *, actor: Actor) -> None:
    """What a locked version brought is taken back by a later one that brings an older one back."""
    for row in lock_proposals_of(version):
        if row.state in (State.ADOPTED, State.VERIFIED):
            row.ended_at = clock.now()
            row.save(update_fields=["ended_at"])
            _move(row, State.ROLLED_BACK, actor=actor)
