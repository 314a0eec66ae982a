"""The faults, by key; each module holds those of one part."""

from tests.faults.kinds import broker, database, network, processes, work
from tests.faults.kinds.base import Fault

KINDS: dict[str, type[Fault]] = {
    kind.key: kind
    for kind in sorted(
        (*processes.KINDS, *database.KINDS, *broker.KINDS, *network.KINDS, *work.KINDS),
        key=lambda kind: int(kind.key[1:]),
    )
}
