"""Display of the model's kinds."""

from django import template

from governance.blueprint.kinds import folder_of

register = template.Library()


@register.filter(name="kind_folder")
def kind_folder(kind: str) -> str:
    """``HandoffAgreement`` as it stands in addresses: ``handoff-agreement``."""
    return folder_of(kind)
