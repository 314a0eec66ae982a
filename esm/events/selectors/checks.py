"""How the ledger stands, from what was kept of its checks and anchors."""

from dataclasses import dataclass
from datetime import timedelta

from esm.common import clock
from esm.events.models import ChainAnchor, LedgerCheck

# A check is made every day; one that is older than this was missed.
MISSED = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Standing:
    """The last check and the last anchor; None where there was none yet."""

    check: LedgerCheck | None
    anchor: ChainAnchor | None

    @property
    def whole(self) -> bool:
        """It was checked, and nothing was wrong."""
        return self.check is not None and self.check.faults == 0

    @property
    def old(self) -> bool:
        """The last check is too long ago, on the clock of the machine."""
        return self.check is not None and self.check.checked_at < clock.machine() - MISSED


def standing() -> Standing:
    """Two queries."""
    anchors = ChainAnchor.objects.order_by("-pk").only("pk", "taken_at", "digest", "chains")
    return Standing(LedgerCheck.objects.order_by("-pk").first(), anchors.first())
