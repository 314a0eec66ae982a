"""How old open work is beside what work of its kind took."""

from typing import Literal

Age = Literal["young", "middle", "old", "unknown"]
AGES: tuple[Age, ...] = ("young", "middle", "old", "unknown")


def age_group(age: float | None, p50: float | None, p85: float | None) -> Age:
    """Under the median, to the 85th percentile, over it; all in seconds of the same time.

    Unknown where too few were finished to have a median, or the age cannot be told.
    """
    if age is None or p50 is None or p85 is None:
        return "unknown"
    if age < p50:
        return "young"
    return "middle" if age <= p85 else "old"
