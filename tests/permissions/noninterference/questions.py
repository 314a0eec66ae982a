"""Questions that are asked of an address besides the plain one, by the name of the address."""

from tests.permissions.asking import Row
from tests.permissions.noninterference.hidden import CANARY

QUESTIONS: dict[str, tuple[str, ...]] = {
    "search": (f"?q={CANARY}", "?q=contract", "?q=R-1000"),
    "requests": ("?view=done",),
    "queue-team": ("?view=mine", "?view=offered", "?view=back", "?view=waiting"),
    "decisions": ("?tab=decided",),
    "inbox": ("?view=all",),
    "flow-requests": (
        "?figure=sent",
        "?figure=in-flight",
        "?figure=late",
        "?figure=missed",
        "?figure=handoffs",
    ),
    "api-requests": (
        "?scope=visible",
        "?scope=visible&state=open",
        "?scope=visible&state=done&limit=1",
    ),
    "api-queue": ("?view=offered",),
    "api-decisions": ("?view=decided",),
    "api-events": ("?type=comment.added",),
}


def asked(row: Row) -> list[str]:
    """The plain question and those of its name."""
    return ["", *QUESTIONS.get(row.name, ())]
