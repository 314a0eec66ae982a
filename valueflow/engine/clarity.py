"""How clear a model is: the share of its elements that have what they must have, by their volume.

Clarity = Σ w·passed ÷ Σ w over stages, services, handoffs, types of decision and measures; w is how
much work an element saw in ninety days, 1 where there was none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Part = Literal["stages", "services", "handoffs", "decisions", "measures"]
PARTS: tuple[Part, ...] = ("stages", "services", "handoffs", "decisions", "measures")


@dataclass(frozen=True, slots=True)
class Must:
    """One element with what it must have; ``lacks`` are the checks it fails, as their codes."""

    part: Part
    key: str
    name: str
    volume: int
    lacks: tuple[str, ...] = ()
    kind: str = ""
    element: str = ""

    @property
    def weight(self) -> int:
        """How much it counts."""
        return max(1, self.volume)

    @property
    def passed(self) -> bool:
        """It has everything it must have."""
        return not self.lacks


@dataclass(frozen=True, slots=True)
class Clear:
    """Elements taken together."""

    checked: int
    passed: int
    weight: int
    weight_passed: int

    @property
    def index(self) -> float | None:
        """Σ w·passed ÷ Σ w; None of nothing."""
        return self.weight_passed / self.weight if self.weight else None


def clear(found: Iterable[Must]) -> Clear:
    """What these elements come to."""
    rows = list(found)
    passed = [one for one in rows if one.passed]
    return Clear(
        checked=len(rows),
        passed=len(passed),
        weight=sum(one.weight for one in rows),
        weight_passed=sum(one.weight for one in passed),
    )
