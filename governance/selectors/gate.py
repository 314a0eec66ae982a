"""The ratchet asked of versions: which findings keep one from following what is in force."""

from collections.abc import Sequence

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint import NOTHING, Finding
from governance.blueprint.lint.gate import in_the_way
from governance.models import ModelVersion
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
    left = unwaived(before, bp, inherited, found)
    return [one for one in left if not (signed and one.rule == SIGNED)]


def unwaived(
    before: Blueprint, bp: Blueprint, inherited: Sequence[Finding], found: Sequence[Finding]
) -> list[Finding]:
    """What of these findings is in the way, without those that are waived now."""
    known = {one.fingerprint for one in inherited}
    marks = [one.fingerprint for one in found if one.severity in ("blocker", "error")]
    waived = active_of_findings(marks) if marks else {}
    return in_the_way(before, bp, known, found, waived)


def outdated(version: ModelVersion, former: ModelVersion | None) -> bool:
    """Begun from something that is in force no more; what brings an older one back began anew."""
    begun = version.based_on_id
    return former is not None and begun is not None and begun not in (former.pk, version.pk)
