"""What is wrong in single decisions and waivers, told of what it is about: how often, not which.

Single ones are shown to those who answer for the whole (``controls_page``).
"""

from django.db.models import Count

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import KINDS
from governance.blueprint.lint import CODES, Finding, found
from governance.models import RunFinding
from governance.models.findings import COUNTED
from governance.selectors.wording import element_name

SAID = {
    "GOV11": "{n} of the decisions on “{name}” were taken by whoever asked.",
    "GOV16": "{n} of the decisions on “{name}” differ from who decides by the rules.",
    "GOV17": "{n} of the decisions on “{name}” were probably split from one.",
    "GOV19": "A waiver of “{name}” was renewed again and again, or used after its end: {n}.",
}


def found_in_what_happened(bp: Blueprint) -> list[Finding]:
    """A finding for each rule and element of which something is open; one query."""
    rows = RunFinding.objects.filter(closed_at=None, rule__in=SAID).order_by("rule", "kind", "key")
    counted = rows.values_list("rule", "kind", "key").annotate(n=Count("pk"))
    return [
        found(rule, kind, key, SAID[rule].format(n=n, name=_name(bp, kind, key)), COUNTED)
        for rule, kind, key, n in counted
        if rule in CODES
    ]


def _name(bp: Blueprint, kind: str, key: str) -> str:
    return element_name(bp, kind, key) if kind in KINDS and (kind, key) in bp else key
