"""The faults, by key; each module holds those of one part."""

from tests.faults.kinds import broker, clocks, database, network, processes, webhooks, work
from tests.faults.kinds.base import Fault

PARTS = (processes, database, broker, network, work, clocks, webhooks)
KINDS: dict[str, type[Fault]] = {
    kind.key: kind
    for kind in sorted((k for part in PARTS for k in part.KINDS), key=lambda k: int(k.key[1:]))
}
