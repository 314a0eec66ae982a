"""Display of the model's kinds."""

from typing import Any

from django import template

from governance.blueprint.kinds import folder_of
from governance.blueprint.lint import CODES

register = template.Library()


@register.filter(name="kind_folder")
def kind_folder(kind: str) -> str:
    """``HandoffAgreement`` as it stands in addresses: ``handoff-agreement``."""
    return folder_of(kind)


@register.filter(name="remedy_of")
def remedy_of(rule: str) -> str:
    """What to do about what a rule finds; "" for a rule nobody declared."""
    return CODES[rule].remedy if rule in CODES else ""


@register.filter(name="way_out")
def way_out(outs: Any, finding: Any) -> Any:
    """Where a finding is settled; None where nothing but its form is known."""
    return outs.get(finding.fingerprint) if outs else None


@register.filter(name="drawn_of")
def drawn_of(drawings: Any, change: Any) -> Any:
    """The drawing of a changed workflow; None of anything else."""
    return drawings.get(change.key) if drawings and change.folder == "workflow" else None
