"""The ratchet: what a changed model may not be published with.

A change brings no new blocker anywhere. In every stream, role and question that it touches there is
no blocker and no error left that nobody waived. What it inherits elsewhere stays, open and seen.
"""

from collections.abc import Collection, Sequence

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import ElementId
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    DecisionRight,
    HandoffAgreement,
    Offering,
    Service,
    ValueStream,
    Workflow,
)
from governance.blueprint.paths import steps_of

STREAM, QUESTION = ValueStream.__name__, "DecisionType"


def in_the_way(
    before: Blueprint,
    after: Blueprint,
    known: Collection[str],
    findings: Sequence[Finding],
    waived: Collection[str] = (),
) -> list[Finding]:
    """Findings that keep ``after`` from following ``before``, in their order.

    ``known`` are fingerprints of what was found in ``before``, ``waived`` of what is waived now.
    """
    there = touched(before, after)
    return [
        one
        for one in findings
        if one.fingerprint not in waived
        and (
            (one.severity == "blocker" and one.fingerprint not in known)
            or (one.severity in ("blocker", "error") and (one.kind, one.key) in there)
        )
    ]


def touched(before: Blueprint, after: Blueprint) -> frozenset[ElementId]:
    """What a change touches: its elements, and all of the streams and questions they belong to."""
    old, new = before.hashes(), after.hashes()
    changed = {item for item in old.keys() | new.keys() if old.get(item) != new.get(item)}
    belongs: dict[ElementId, set[ElementId]] = {}
    for bp in (before, after):
        for item, homes in homes_of(bp).items():
            belongs.setdefault(item, set()).update(homes)
    homes = {home for item in changed for home in belongs.get(item, ())}
    return frozenset(changed | {i for i, there in belongs.items() if there & homes} | homes)


def homes_of(bp: Blueprint) -> dict[ElementId, set[ElementId]]:
    """The streams and questions that elements belong to."""
    found: dict[ElementId, set[ElementId]] = bp.memo("homes", lambda: _homes(bp))
    return found


def _homes(bp: Blueprint) -> dict[ElementId, set[ElementId]]:
    found: dict[ElementId, set[ElementId]] = {}
    crossing: dict[tuple[str, str], set[ElementId]] = {}
    for key in bp.keys(STREAM):
        found[STREAM, key] = {(STREAM, key)}
    for key in bp.keys(QUESTION):
        found[QUESTION, key] = {(QUESTION, key)}
    for key, workflow in bp.find(Workflow).items():
        stream = (STREAM, workflow.value_stream)
        found[Workflow.__name__, key] = {stream}
        for source, target in steps_of(bp, key):
            if source.team and target.team and source.team != target.team:
                crossing.setdefault((source.team, target.team), set()).add(stream)
    for key, one in bp.find(HandoffAgreement).items():
        there = crossing.get((one.giver_team, one.receiver_team), set())
        found[HandoffAgreement.__name__, key] = set(there)
    for key, offering in bp.find(Offering).items():
        flow = bp.peek(Workflow, offering.workflow)
        found[Offering.__name__, key] = {(STREAM, flow.value_stream)} if flow else set()
    for key, service in bp.find(Service).items():
        stream_key = service.value_stream
        found[Service.__name__, key] = {(STREAM, stream_key)} if stream_key else set()
    for key, right in bp.find(DecisionRight).items():
        found[DecisionRight.__name__, key] = {(QUESTION, right.decision_type)}
    return found
