"""Which figures about protected facts may be shown so that nobody can be worked out from them.

A caller may ask many questions and subtract the answers. Hiding every figure of fewer than five
cases is not enough then: a figure of 12 less one of 9 tells of three. This is the protocol:

1. *Time* is cut into blocks of four weeks, fixed for everybody and for ever. A range is a row of
   whole blocks that have ended, so that two ranges differ by whole blocks and no answer grows.
2. *Groups* are fixed: each row of each table under no filter or under one. Nothing finer is told.
3. In each block the groups are taken in a fixed order, the whole first, larger ones before smaller
   ones. Those shown so far cut the block's records into *regions*: records that no shown group
   tells apart. A group is shown only when everything it cuts off a region, and everything it
   leaves of it, is of at least five cases; else it is hidden, and cuts nothing.
4. A figure over a range is shown when its group is shown in every block of the range. A group
   without records is shown, as nothing.
5. Records that the caller may read anyway are left out before: whatever is told of them is no
   news, and the caller could subtract them.

*What it guarantees.* Every shown figure of a range is a sum over whole regions of its blocks. So
is whatever can be made of shown figures by adding, subtracting and multiplying by numbers: it
speaks of every record of a region alike. Regions hold five cases or more (of each unit: five
requests, and five persons where persons gave the records). Hence nothing so made concerns fewer
than five cases; the figure of a hidden group, which cuts some region in two, cannot be made at all.
Rule 3 holds the usual complementary suppression: of the parts of a shown whole, the smallest shown
part is hidden until the hidden rest is nothing or of at least five.

*What it does not.* It takes the shown values as sums and sets of records; whoever learns elsewhere
what became of some records may subtract those. Several callers may put together what each may read.
A figure that says all or none of a group says it of each of them.

Pure: a group is a key and the places of its records. A record is a bundle of facts alike in all
that groups are made of; it gives the names of its cases, and of its persons if they count. Names
beyond the fifth of a kind may be left out.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import TypeVar
from zoneinfo import ZoneInfo

FEW = 5
BLOCK_WEEKS = 4
# A Monday; blocks are counted from it, backwards too.
ORIGIN = date(2024, 1, 1)

Key = TypeVar("Key", bound=Hashable)
# Names of the units behind a record, one set for each kind of unit.
Units = tuple[frozenset[Hashable], ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Four whole weeks, Monday to Monday in the organisation's zone."""

    first: date
    start: datetime
    end: datetime


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def blocks(start: datetime, end: datetime, now: datetime, zone: ZoneInfo) -> tuple[Block, ...]:
    """The blocks that a period touches and that have ended by now, oldest first."""
    day = start.astimezone(zone).date()
    step = timedelta(weeks=BLOCK_WEEKS)
    first = ORIGIN + (day - ORIGIN) // step * step
    found = []
    while _midnight(first, zone) < end:
        close = _midnight(first + step, zone)
        if close > now:
            break
        found.append(Block(first, _midnight(first, zone), close))
        first += step
    return tuple(found)


def enough(units: Iterable[Units], few: int = FEW) -> bool:
    """Whether records are of at least so many cases, and of so many of each other unit."""
    met: list[set[Hashable]] = []
    for one in units:
        if not met:
            met = [set() for _kind in one]
        for seen, names in zip(met, one, strict=True):
            seen |= names
        if all(len(seen) >= few for seen in met):
            return True
    return False


def hidden(
    groups: Iterable[tuple[Key, Collection[int]]], records: Sequence[Units], few: int = FEW
) -> frozenset[Key]:
    """The groups of one block that must not be shown; taken in the order given (rule 3).

    A group is its key and the places of its records in ``records``.
    """
    region_of = [0] * len(records)
    regions: list[set[int]] = [set(range(len(records)))]
    found: set[Key] = set()
    for key, members in groups:
        cut: dict[int, set[int]] = defaultdict(set)
        for place in members:
            cut[region_of[place]].add(place)
        if not all(_splits_well(regions[at], part, records, few) for at, part in cut.items()):
            found.add(key)
            continue
        for at, part in cut.items():
            if len(part) == len(regions[at]):
                continue
            regions[at] -= part
            for place in part:
                region_of[place] = len(regions)
            regions.append(part)
    return frozenset(found)


def _splits_well(region: set[int], part: set[int], records: Sequence[Units], few: int) -> bool:
    if not enough((records[place] for place in part), few):
        return False
    return len(part) == len(region) or enough(
        (records[place] for place in region if place not in part), few
    )


def ordered(
    groups: Mapping[Key, Collection[int]],
    level: Mapping[Key, tuple[int, ...]],
    weight: Sequence[int],
) -> list[tuple[Key, Collection[int]]]:
    """Groups in the order of rule 3: by level, larger ones first, then by key."""

    def place(key: Key) -> tuple[tuple[int, ...], int, str]:
        return level[key], -sum(weight[at] for at in groups[key]), repr(key)

    return [(key, groups[key]) for key in sorted(groups, key=place)]


def over_range(by_block: Iterable[frozenset[Key]]) -> frozenset[Key]:
    """What is hidden over a row of blocks: whatever is hidden in one of them (rule 4)."""
    return frozenset(chain.from_iterable(by_block))
