"""The proposal of a change that comes of an opportunity, as far as it is known."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from esm.common.ui.amounts import number
from governance.services.proposing import MAX_TITLE, Wording
from valueflow.models import ImprovementOpportunity

# What most opportunities of a kind of problem are about.
ABOUT: Mapping[str, str] = {
    "approval": "governance",
    "decision": "governance",
    "threshold": "governance",
    "single": "people",
}


def kind_of(evidence: Mapping[str, Any]) -> str:
    """People, process, technology or governance: what a problem suggests."""
    return ABOUT.get(str(evidence.get("kind", "")), "process")


def wording_of(row: ImprovementOpportunity) -> Wording:
    """Title, what hurts, how one sees it and what it shall bring; the rest is for its author."""
    evidence = row.evidence
    seen = _("Seen in %(ref)s, over %(start)s to %(end)s.") % {
        "ref": row.ref,
        "start": str(evidence.get("from", ""))[:10],
        "end": str(evidence.get("to", ""))[:10],
    }
    benefit = ""
    if row.days is not None and row.volume is not None:
        benefit = _("%(days)s business days a request, for %(n)s requests a quarter.") % {
            "days": number(float(row.days)),
            "n": number(row.volume),
        }
    kind = row.kind or kind_of(evidence)
    said = Wording(
        title=row.title[:MAX_TITLE],
        kind=kind,
        tension=str(evidence.get("sentence", "")) or row.title,
        evidence=seen if evidence else _("Seen in %(ref)s.") % {"ref": row.ref},
        benefit=benefit,
        findings=tuple(row.findings),
    )
    texts: dict[str, Any] = {f"{kind}_text": row.text}
    return replace(said, **texts)
