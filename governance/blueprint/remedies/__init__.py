"""Remedies of findings in a draft: edits of the model that somebody looks at and applies.

A remedy is pure: from the model and a finding to what would be changed. Where somebody has to
decide something it asks one thing; where a person has to write or to agree there is none.
"""

from datetime import date

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.remedies import deciding, forms, promises, ways, worth
from governance.blueprint.remedies.base import Builder, Edits, Proposed, Remedy, Way, after

REMEDIES: dict[str, Builder] = {
    **ways.REMEDIES,
    **promises.REMEDIES,
    **forms.REMEDIES,
    **deciding.REMEDIES,
    **worth.REMEDIES,
}


def offer(bp: Blueprint, finding: Finding, today: date | None = None) -> Remedy | None:
    """What would mend a finding; None where nothing can be proposed. ``bp`` must be kept."""
    build = REMEDIES.get(finding.rule)
    if build is None or (finding.key and (finding.kind, finding.key) not in bp):
        return None
    return build(bp, finding, today)


__all__ = ["REMEDIES", "Edits", "Proposed", "Remedy", "Way", "after", "offer"]
