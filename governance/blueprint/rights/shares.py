"""How much of deciding lies in how few hands."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Concentration:
    """HHI = Σ s² over the persons' shares: 1 is one person, 1/n are n who share alike."""

    hhi: Fraction
    top: str
    top_share: Fraction
    persons: int


def concentration_of(parts: Mapping[str, Fraction | int]) -> Concentration | None:
    """The concentration of parts by person; None where there are none."""
    total = sum((Fraction(part) for part in parts.values()), Fraction(0))
    if not total:
        return None
    shares = {person: Fraction(part) / total for person, part in parts.items() if part}
    top = max(shares, key=lambda ref: (shares[ref], ref))
    hhi = sum((share * share for share in shares.values()), Fraction(0))
    return Concentration(hhi, top, shares[top], len(shares))
