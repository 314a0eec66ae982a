"""The ratchet asked of versions: which findings keep one from following what is in force."""

from collections.abc import Sequence
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import NOTHING, Finding
from governance.blueprint.lint.gate import in_the_way
from governance.models import ModelVersion
from governance.selectors.drafts import draft_checked
from governance.selectors.plans import findings_of, findings_of_both
from governance.selectors.waivers import active_of_findings

# An agreement without signatures: what people agree to is signed by them, not in the file.
SIGNED = "PRC07"


def left_in_the_way(
    version: ModelVersion, before: Blueprint, bp: Blueprint, *, signed: bool = False
) -> list[Finding]:
    """What describes today may hold any finding, a change may not; waived ones are left out.

    ``signed`` where signatures are asked of people and not of the definitions.

    It is the definitions that must not get worse; who holds which role changes from day to day.
    """
    if version.kind == ModelVersion.Kind.AS_IS:
        return []
    inherited: Sequence[Finding] = ()
    if len(before):
        inherited, found = findings_of_both(before, bp)
    else:
        found = list(findings_of(bp, NOTHING))
    left = _left(before, bp, inherited, found)
    return [one for one in left if not (signed and one.rule == SIGNED)]


@dataclass(frozen=True)
class Looked:
    """A version beside what is in force, with the findings that keep it from following."""

    before: Blueprint
    bp: Blueprint
    left: tuple[Finding, ...]


def look(version: ModelVersion, former: ModelVersion | None) -> Looked:
    """The same for pages, from what is kept of both; looked for anew only where it changed.

    Signatures are asked of people here.
    """
    bp, found = draft_checked(version, NOTHING)
    before = Blueprint.from_raw({})
    inherited: Sequence[Finding] = ()
    if former is not None:
        before, inherited = draft_checked(former, NOTHING)
    if version.kind == ModelVersion.Kind.AS_IS:
        return Looked(before, bp, ())
    left = _left(before, bp, inherited, found)
    return Looked(before, bp, tuple(one for one in left if one.rule != SIGNED))


def _left(
    before: Blueprint, bp: Blueprint, inherited: Sequence[Finding], found: Sequence[Finding]
) -> list[Finding]:
    known = {one.fingerprint for one in inherited}
    marks = [one.fingerprint for one in found if one.severity in ("blocker", "error")]
    waived = active_of_findings(marks) if marks else {}
    return in_the_way(before, bp, known, found, waived)
