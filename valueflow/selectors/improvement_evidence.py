"""What shows an opportunity: the figures of a problem at the moment it was raised."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from valueflow.selectors.problem_kinds import KINDS, Problem
from valueflow.selectors.scope import FlowScope


def evidence_of(found: Problem, scope: FlowScope) -> dict[str, Any]:
    """A problem as JSON holds it, with the period and the list it was seen in."""
    return {
        "key": found.key,
        "kind": found.kind,
        "title": _("%(kind)s: %(name)s") % {"kind": KINDS[found.kind], "name": found.name},
        "sentence": found.sentence,
        "days": round(found.days, 2),
        "n": found.n,
        "from": scope.start.isoformat(),
        "to": scope.at.isoformat(),
        "proofs": [
            {"key": one.key, "name": str(one.name), "value": one.value, "unit": one.unit}
            for one in found.proofs
        ],
        "list": {"stream": found.stream, "figure": found.figure, **found.extra},
    }


def suggested(evidence: Mapping[str, Any]) -> tuple[str, str]:
    """What a request would be saved, in business days, and how many it concerns, as typed."""
    n, days = int(evidence.get("n", 0)), float(evidence.get("days", 0))
    return (str(round(days / n, 2)), str(n)) if n else ("", "")
