"""Display of waivers."""

from typing import Any

from django import template

register = template.Library()


@register.filter
def waiver_of(beside: Any, finding: Any) -> Any:
    """The waiver in force of a finding; None where there is none."""
    return beside.waived.get(finding.fingerprint) if beside else None
