"""Who reacts to which event. Apps register in their ``apps.py``; nothing else has effects at start.

Three kinds of reaction:

- ``subscribe``: a consumer is called once per event of the given types, in the transaction that
  marks the delivery done (queues ``mail``, ``webhooks``, ``files``: at least once, outside).
- ``register_sender``: a consumer of deliveries that stand for something else than an event, such as
  the mail of a notice.
- ``register_projector``: is told which chains of a prefix changed, some time after the commit.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

AT_LEAST_ONCE = frozenset({"mail", "webhooks", "files"})


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as consumers and projections read it."""

    id: int
    bucket: date
    chain: str
    seq: int
    type: str
    occurred_at: datetime
    actor: str
    role: str
    team: str
    department: str
    version: int | None
    data: dict[str, Any]
    private: dict[str, str] = field(default_factory=dict)
    subject: str = ""
    on_behalf_of: str = ""

    @property
    def parent_id(self) -> int:
        """Primary key of the row that carries the chain: 17 of ``request/17``."""
        return int(self.chain.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to send: ``item`` names it for its sender; the id is the same in each attempt."""

    delivery_id: int
    item: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named reaction. ``func`` gets an EventRow, or an Outgoing when ``sends`` is true."""

    name: str
    func: Callable[[Any], None]
    queue: str
    sends: bool = False
    wants: Callable[[str, Mapping[str, Any]], bool] | None = None

    @property
    def exactly_once(self) -> bool:
        """True when effect and done-mark commit together."""
        return self.queue not in AT_LEAST_ONCE


@dataclass(frozen=True, slots=True)
class SweepKind:
    """What a sweep works on, for people who look after what it gave up.

    ``subjects`` names the chains of its keys, ``let_be`` takes what is due of them off for good.
    """

    name: str
    label: Any
    subjects: Callable[[list[int]], Mapping[int, str]]
    let_be: Callable[[list[int]], None]


@dataclass(frozen=True, slots=True)
class Late:
    """Something that should have happened by now: whose, what it is, since when."""

    subject: str
    what: Any
    due_at: datetime


@dataclass(frozen=True, slots=True)
class LateKind:
    """What can be late in an app above: ``rows`` were due before a moment and wait for nobody who
    looks after what was given up, the oldest first; ``tell`` says what one is.
    """

    name: str
    rows: Callable[[datetime], Any]
    tell: Callable[[Any], Late]


# More is not counted.
MOST_LATE = 1000


_sweeps: dict[str, SweepKind] = {}
_late: dict[str, LateKind] = {}
_consumers: dict[str, Consumer] = {}
_naming: list[Callable[[Collection[str]], Mapping[str, str]]] = []
_by_type: dict[str, list[Consumer]] = {}
_projectors: dict[str, Callable[[list[int]], None]] = {}


def subscribe(
    types: Iterable[str],
    name: str,
    func: Callable[[EventRow], None],
    queue: str = "outbox",
    wants: Callable[[str, Mapping[str, Any]], bool] | None = None,
) -> None:
    """Call ``func`` once for every event of these types; ``name`` is stored with deliveries.

    ``wants(type, data)`` may decline an event before a delivery is written for it.
    """
    consumer = _add(Consumer(name, func, queue, wants=wants))
    for type_name in types:
        known = _by_type.setdefault(type_name, [])
        if consumer not in known:
            known.append(consumer)


def register_sender(name: str, func: Callable[[Outgoing], None], queue: str) -> None:
    """Call ``func`` for every delivery enqueued under ``name``."""
    _add(Consumer(name, func, queue, sends=True))


def register_projector(prefix: str, func: Callable[[list[int]], None]) -> None:
    """Tell ``func`` the primary keys of parents of ``prefix`` whose chains grew."""
    known = _projectors.get(prefix)
    if known is not None and known != func:
        raise ValueError(f"Chains of {prefix!r} have a projector already.")
    _projectors[prefix] = func


def register_naming(naming: Callable[[Collection[str]], Mapping[str, str]]) -> None:
    """``naming`` gives the stable key of each reference to a person (``P-17``) that it knows."""
    _naming[:] = [naming]


def names_of(refs: Collection[str]) -> Mapping[str, str]:
    """Stable keys of references to persons."""
    return _naming[0](refs) if _naming and refs else {}


def register_sweep(kind: SweepKind) -> None:
    """Tell what the keys of a sweep are; the same name again replaces the one before."""
    _sweeps[kind.name] = kind


def sweep(name: str) -> SweepKind | None:
    """The sweep of that name, if this code still has it."""
    return _sweeps.get(name)


def register_late(kind: LateKind) -> None:
    """Tell what can be late; the same name again replaces the one before."""
    _late[kind.name] = kind


def late_rows(before: datetime) -> list[Any]:
    """Querysets of what was due before then in the apps above; what counts and what is shown."""
    return [kind.rows(before) for kind in _late.values()]


def late(before: datetime, most: int) -> tuple[int, list[Late]]:
    """How much was due before then in the apps above, a thousand of each kind at most, and the
    oldest of it.
    """
    count, found = 0, []
    for kind in _late.values():
        rows = kind.rows(before)
        count += rows.order_by()[:MOST_LATE].count()
        found += [kind.tell(row) for row in rows[:most]]
    return count, sorted(found, key=lambda row: row.due_at)[:most]


def consumers_of(type_name: str) -> list[Consumer]:
    """Consumers subscribed to a type of event."""
    return _by_type.get(type_name, [])


def consumer(name: str) -> Consumer | None:
    """The consumer of that name, if this code still has it."""
    return _consumers.get(name)


def projector(prefix: str) -> Callable[[list[int]], None] | None:
    """The projector of chains with this prefix."""
    return _projectors.get(prefix)


def unregister(name: str) -> None:
    """Forget a consumer or projector: for tests that bring their own."""
    gone = _consumers.pop(name, None)
    for known in _by_type.values():
        if gone in known:
            known.remove(gone)
    _projectors.pop(name, None)


def _add(new: Consumer) -> Consumer:
    known = _consumers.get(new.name)
    if known is not None and known != new:
        raise ValueError(f"A consumer named {new.name!r} exists already.")
    _consumers[new.name] = new
    return new
