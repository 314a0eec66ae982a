"""The record of a decision: all that shows how it came about, as it can be printed and kept."""

from dataclasses import dataclass
from typing import Any

from esm.events.chains import ChainParent
from esm.events.selectors import proof
from esm.events.selectors.parents import parent_models
from esm.events.types import plain
from governance import registries
from governance.blueprint import kinds
from governance.blueprint.serialise import content_hash
from governance.models import Decision, ModelElement, Vote
from governance.selectors.decisions import DecisionRow, rows_of
from governance.selectors.versions import blueprint
from governance.selectors.voting import votes_of


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the decision: its number in the chain, what it is, and its hash in hex."""

    seq: int
    type: str
    at: Any
    hash: str
    seal: proof.Seal | None


@dataclass(frozen=True)
class DecisionRecord:
    """A decision with the hashes of what it rests on. ``wrong`` is the first row that does not
    fit, ``same`` whether its subject still says what was decided on (None where it cannot change).
    """

    row: DecisionRow
    role_name: str
    version_hash: str
    type_hash: str
    right_hash: str
    content_hash: str
    same: bool | None
    trace: tuple[dict[str, Any], ...]
    votes: tuple[Vote, ...]
    happened: tuple[Happened, ...]
    wrong: int | None

    @property
    def seals(self) -> list[proof.Seal]:
        """The anchors that cover its events, each once."""
        return list({e.seal.number: e.seal for e in self.happened if e.seal}.values())

    @property
    def unsealed(self) -> bool:
        """Some of it is not under an anchor yet."""
        return any(event.seal is None for event in self.happened)


def record_of(decision: Decision) -> DecisionRecord:
    """The record of a decision, for somebody who may see it."""
    bp = blueprint(decision.version)
    role = bp.peek(kinds.Role, decision.role_key or None)
    body = bp.peek(kinds.GovernanceBody, decision.body_key or None)
    parent = parent_of(decision)
    rows = proof.rows_of(parent.chain, parent.chain_bucket)
    hashes = _hashes(decision)
    return DecisionRecord(
        row=rows_of([decision])[0],
        role_name=body.name if body else role.name if role else decision.role_key,
        version_hash=_hex(decision.version.content_hash),
        type_hash=hashes.get("DecisionType", ""),
        right_hash=hashes.get("DecisionRight", ""),
        content_hash=_hex(decision.content_hash),
        same=_same(decision, parent),
        trace=tuple(decision.trace),
        votes=tuple(votes_of(decision)) if decision.together or decision.round > 1 else (),
        happened=_happened(decision, rows, proof.seals_of(parent.chain)),
        wrong=proof.first_wrong(rows),
    )


def parent_of(decision: Decision) -> ChainParent:
    """The row that carries the chain a decision is written in."""
    model = parent_models()[decision.subject_kind]
    return model._default_manager.get(pk=decision.subject_id)


def is_about(row: dict[str, Any], seq: int) -> bool:
    """Whether a row of a chain tells of the decision with this number."""
    told = row["type"].startswith("decision.") or row["type"] in ("delegation.used", "waiver.used")
    return bool(told and row["data"].get("decision") == seq)


def _happened(
    decision: Decision, rows: list[dict[str, Any]], seals: list[proof.Seal]
) -> tuple[Happened, ...]:
    return tuple(
        Happened(
            row["seq"],
            row["type"],
            row["occurred_at"],
            row["hash"].hex(),
            proof.covering(seals, row["seq"]),
        )
        for row in rows
        if is_about(row, decision.seq)
    )


def _hashes(decision: Decision) -> dict[str, str]:
    """Hashes of its type and its right in the version it was decided under, by kind."""
    rows = ModelElement.objects.filter(version=decision.version, key__in=_keys(decision))
    found = rows.filter(kind__in=("DecisionType", "DecisionRight"))
    return {
        kind: bytes(stored).hex()
        for kind, key, stored in found.values_list("kind", "key", "content_hash")
        if key == (decision.type_key if kind == "DecisionType" else decision.right_key)
    }


def _keys(decision: Decision) -> list[str]:
    return [key for key in (decision.type_key, decision.right_key) if key]


def _same(decision: Decision, parent: ChainParent) -> bool | None:
    read = registries.subject(decision.subject_kind).content
    if read is None:
        return None
    now = content_hash(plain(read(parent)))
    return now == bytes(decision.content_hash)


def _hex(value: Any) -> str:
    return bytes(value).hex() if value is not None else ""
