"""How old open work is beside what work of its kind took.

Work that was sent earlier on the same calendar is older, so that of many in the order in which they
were sent one look by halves tells how many are older than anything.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal

Age = Literal["young", "middle", "old", "unknown"]
AGES: tuple[Age, ...] = ("young", "middle", "old", "unknown")
Moments = Sequence[datetime]
Aged = Callable[[datetime], float]


def older(sent: Moments, age: Aged, than: float) -> Moments:
    """Those of a group in the order of sending that are older than so many seconds."""
    return sent[: bisect_left(sent, True, key=lambda moment: age(moment) <= than)]


def split(sent: Moments, age: Aged, p50: float | None, p85: float | None) -> dict[Age, Moments]:
    """A group by age: under the median, to the 85th percentile, over it, in seconds.

    All unknown where too few were finished to have a median.
    """
    if p50 is None or p85 is None:
        return {"unknown": sent}
    old = len(older(sent, age, p85))
    middle = bisect_left(sent, True, key=lambda moment: age(moment) < p50)
    return {"old": sent[:old], "middle": sent[old:middle], "young": sent[middle:]}
