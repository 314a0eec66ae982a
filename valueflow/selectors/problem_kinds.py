"""What a problem of a stream is, and the kinds of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from valueflow.engine.answers import Unit

KINDS: Mapping[str, object] = {
    "bottleneck": _("Bottleneck"),
    "handoff": _("Worst handoff"),
    "decision": _("Slowest decision"),
    "rework": _("Rework loop"),
    "approval": _("Needless approval"),
    "single": _("Depends on one person"),
    "batching": _("Batching"),
    "skipped": _("Often skipped"),
    "merge": _("Could be one step"),
    "threshold": _("Limit too low"),
}
# What can be taken out of the way of working rather than made quicker.
SIMPLER = ("approval", "batching", "skipped", "merge", "threshold")
# What stands in the addresses and the record of a problem.
MAX_KEY = 300


@dataclass(frozen=True, slots=True)
class Proof:
    """One figure behind a problem; ``unit`` as in answers."""

    key: str
    name: str
    value: float | str
    unit: Unit


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a stream. ``place`` is the step, the pair of departments or the decision.

    ``figure`` and ``extra`` name the list behind it, of requests, handoffs or decisions; ``n``
    counts that list. ``days`` are business days of the period.
    """

    kind: str
    stream: str
    place: str
    name: str
    days: float
    n: int
    sentence: str
    advice: str
    proofs: tuple[Proof, ...]
    figure: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Stable as long as the place is: ``bottleneck:legal-review@contracts``."""
        return f"{self.kind}:{self.place}@{self.stream}"


def proof_days(name: str, days: float) -> Proof:
    """Business days."""
    return Proof("days", name, days, "days")


def proof_n(n: int) -> Proof:
    """A count of requests."""
    return Proof("n", str(_("Requests")), n, "count")
