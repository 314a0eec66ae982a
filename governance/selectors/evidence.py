"""What a bundle of evidence holds, file by file; the same bytes for the same state and reader."""

import json
from collections.abc import Collection, Sequence
from typing import Any

from esm.events.chains import ChainParent
from esm.events.registries import sight_of
from esm.events.sealing import sealed
from esm.events.selectors import proof
from esm.events.selectors.events import events_of_parent
from esm.events.types import plain
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.serialise import canonical, to_yaml
from governance.models import Decision, ModelVersion, Person, Vote
from governance.selectors.people import Account
from governance.selectors.versions import blueprint
from governance.selectors.voting import votes_of

Files = dict[str, bytes]
RELATED = (
    "version", "requester", "beneficiary", "decider", "stands_in_for", "decided_by", "delegation",
    "reverses",
)  # fmt: skip


def contents(
    parent: ChainParent,
    *,
    decisions: Sequence[Decision],
    versions: Collection[ModelVersion],
    user: Account | None,
) -> Files:
    """The ledger of one chain, decisions, rules and anchors. Of private texts those that ``user``
    reads; the others, and all where nobody is named, stay commitments.
    """
    rows = proof.rows_of(parent.chain, parent.chain_bucket)
    seals = proof.seals_of(parent.chain)
    heads = proof.heads_of([seal.number for seal in seals])
    read = _readable(parent, user)
    anchors = [
        {
            "number": seal.number,
            "taken_at": plain(seal.taken_at),
            "prev_digest": seal.prev_digest,
            "digest": seal.digest,
            "heads": heads[seal.number],
        }
        for seal in seals
    ]
    files = {
        "events.jsonl": _lines([_line(row, row["id"] in read) for row in rows]),
        "anchors.jsonl": _lines(anchors),
        "decisions.json": _pretty([_decision(row) for row in decisions]),
    }
    return files | _rules(versions, {row.type_key for row in decisions})


def _readable(parent: ChainParent, user: Account | None) -> Collection[int]:
    sight = sight_of(parent.CHAIN)
    if user is None or sight is None or sight.reads is None:
        return ()
    return sight.reads(user, events_of_parent(parent))


def _line(row: dict[str, Any], read: bool) -> dict[str, Any]:
    """A row as it is under its hash, and its private text where it may be given."""
    state = "none"
    if row["private_hash"] is not None:
        state = "erased" if row["private"] is None else "given" if read else "withheld"
    given = state == "given"
    return {
        "row": json.loads(sealed(row)),
        "id": row["id"],
        "prev_hash": row["prev_hash"].hex(),
        "hash": row["hash"].hex(),
        "private_state": state,
        "private": row["private"] if given else None,
        "salt": row["salt"].hex() if given else None,
    }


def _decision(row: Decision) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ref": f"{row.subject_ref}/{row.seq}",
        "number": row.seq,
        "question": row.question,
        "type": row.type_key,
        "amount": row.amount,
        "currency": row.currency,
        "department": row.department_key,
        "service": row.service_key,
        "version": row.version.code,
        "right": row.right_key,
        "role": row.role_key,
        "band": {"min": row.band_min, "max": row.band_max},
        "requester": _person(row.requester),
        "beneficiary": _person(row.beneficiary),
        "decider": _person(row.decider),
        "stands_in_for": _person(row.stands_in_for),
        "delegation": row.delegation_id,
        "decided_by": _person(row.decided_by),
        "state": row.state,
        "outcome": row.outcome,
        "rationale": row.rationale,
        "conditions": row.conditions,
        "body": row.body_key,
        "rule": row.rule,
        "quorum": row.quorum,
        "needed": row.needed,
        "round": row.round,
        "reverses": row.reverses.seq if row.reverses else None,
        "votes": [_vote(vote) for vote in votes_of(row)],
        "opened_at": row.opened_at,
        "due_at": row.due_at,
        "decided_at": row.decided_at,
        "content_hash": bytes(row.content_hash).hex(),
    }
    return {**{name: plain(value) for name, value in told.items()}, "trace": row.trace}


def _vote(row: Vote) -> dict[str, Any]:
    return {
        "round": row.round,
        "person": _person(row.person),
        "choice": row.choice,
        "role": row.role_key,
        "right": row.right_key,
        "stands_in_for": _person(row.stands_in_for),
        "rationale": row.rationale,
        "conditions": row.conditions,
        "cast_at": row.cast_at,
        "withdrawn_at": row.withdrawn_at,
        "counted": row.counted,
        "content_hash": bytes(row.content_hash).hex(),
    }


def _person(person: Person | None) -> dict[str, str] | None:
    if person is None:
        return None
    return {"ref": person.ref, "key": person.key, "name": person.name}


def _rules(versions: Collection[ModelVersion], types: Collection[str]) -> Files:
    """The manifest of each version, and the rules the decisions were taken by."""
    files: Files = {}
    manifest = []
    for version in sorted(versions, key=lambda one: one.number):
        bp = blueprint(version)
        hashes = bp.hashes()
        manifest.append(
            {
                "code": version.code,
                "number": version.number,
                "state": version.state,
                "effective_from": plain(version.effective_from),
                "published_at": plain(version.published_at),
                "content_hash": bytes(version.content_hash or b"").hex(),
                "elements": [[k, key, hashes[k, key].hex()] for k, key in sorted(hashes)],
            }
        )
        elements = bp.elements()
        for kind, key in sorted(concerned(bp, types)):
            place = f"model/{version.code}/{kind}/{key}"
            files[f"{place}.json"] = canonical(json.loads(bp.text(kind, key))).encode()
            files[f"{place}.yaml"] = to_yaml(elements[kind, key]).encode()
    return files | {"versions.json": _pretty(manifest)}


def concerned(bp: Blueprint, types: Collection[str]) -> set[ElementId]:
    """Types of decision with their rights, the bodies and roles these name, and the rules of
    separation that hold for them.
    """
    found: set[ElementId] = set()
    roles: set[str | None] = set()
    for key, kind in bp.find(kinds.DecisionType).items():
        if key in types:
            found.add(("DecisionType", key))
            roles.add(kind.fallback_role)
    for key, right in bp.find(kinds.DecisionRight).items():
        if right.decision_type in types:
            found.add(("DecisionRight", key))
            roles.add(right.role)
            body = bp.peek(kinds.GovernanceBody, right.body)
            if body is not None and right.body is not None:
                found.add(("GovernanceBody", right.body))
                roles |= {*body.members, body.chair}
    for key, rule in bp.find(kinds.SodRule).items():
        if not types or (rule.decision_types and not set(rule.decision_types) & set(types)):
            continue
        if rule.kind == "dynamic" or {rule.a, rule.b} & roles:
            found.add(("SodRule", key))
    return found | {("Role", role) for role in roles if role is not None}


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n").encode()


def _lines(rows: Sequence[Any]) -> bytes:
    texts = [
        json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False) for row in rows
    ]
    # One row a line, whatever line ends a text brings along: JSON writes them as escapes.
    return "".join(f"{text}\n" for text in texts).encode()
