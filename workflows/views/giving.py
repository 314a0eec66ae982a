"""What giving held work to somebody else asks for."""

from typing import Any

from django.utils.translation import gettext as _

from governance.models import Team
from workflows.selectors import away

# Stands for the queue of the team, beside the keys of its members.
QUEUE = "@queue"


def fields(team: Team) -> list[dict[str, Any]]:
    """Who takes it, and why."""
    here = [{"key": one.key, "label": one.name} for one in away.receivers(team)]
    options = [{"key": QUEUE, "label": _("The queue of the team")}, *here]
    return [
        {"name": "to", "label": _("Who takes it?"), "type": "choice", "options": options,
         "required": True},
        {"name": "reason", "label": _("Why"), "required": True, "max_length": 1_000,
         "help": _("Who held it and who takes it read this.")},
    ]  # fmt: skip
