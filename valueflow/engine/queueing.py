"""Load and wait of one step: textbook formulas, each with its source.

Rates are per unit of time, τ (mean touch time, rework included) is in that unit, waits come in it.
ca and cs are coefficients of variation of arrivals and of touch time: 1 where nothing is known.
"""

from collections.abc import Sequence
from math import factorial, sqrt


def load(seconds: float, whole: float, others: float = 0, outside: float = 0) -> float | None:
    """ρ = λ·τ ÷ (c · availability): work that came ÷ time the people of a step have for it.

    All four in business seconds: ``whole`` is what the team was there for, less what its
    ``others`` (its other steps) and work ``outside`` the model took. Where the rest alone is too
    much it is the team that is full, and never less than 1. None without people.
    """
    if whole <= 0:
        return None
    left = whole - outside - others
    return seconds / left if left > 0 else max(1.0, (seconds + others) / whole)


def kingman(rho: float, tau: float, ca: float = 1, cs: float = 1) -> float | None:
    """Mean wait before one server: ρ ÷ (1 − ρ) · (ca² + cs²) ÷ 2 · τ (Kingman 1961).

    None at a load of 1 and more, where the wait grows without end.
    """
    return sakasegawa(rho, tau, 1, ca, cs)


def sakasegawa(rho: float, tau: float, c: int, ca: float = 1, cs: float = 1) -> float | None:
    """Mean wait before ``c`` servers: (ca² + cs²) ÷ 2 · ρ^(√(2(c + 1)) − 1) ÷ (c (1 − ρ)) · τ.

    Sakasegawa 1977, as in Hopp and Spearman, Factory Physics. None at a load of 1 and more.
    """
    if rho >= 1 or c < 1:
        return None
    spread = (ca**2 + cs**2) / 2
    return float(spread * rho ** (sqrt(2 * (c + 1)) - 1) / (c * (1 - rho)) * tau)


def erlang_c(rho: float, c: int) -> float | None:
    """Chance that all ``c`` servers are taken (M/M/c); Wq is it · τ ÷ (c (1 − ρ)). Erlang 1917."""
    if rho >= 1 or c < 1:
        return None
    offered = rho * c
    full = offered**c / factorial(c) / (1 - rho)
    return full / (sum(offered**k / factorial(k) for k in range(c)) + full)


def gain(rho: float, tau: float, c: int) -> float | None:
    """Wait that one more server saves, by Sakasegawa with ca = cs = 1, in the unit of τ.

    None where the step is full today: its wait is then not that of a formula.
    """
    now, then = sakasegawa(rho, tau, c), sakasegawa(rho * c / (c + 1), tau, c + 1)
    return None if now is None or then is None else now - then


def slope(values: Sequence[float]) -> float | None:
    """Change per step of a series: its least-squares line; None under two values."""
    n = len(values)
    if n < 2:
        return None
    middle, mean = (n - 1) / 2, sum(values) / n
    over = sum((x - middle) * (y - mean) for x, y in enumerate(values))
    return over / sum((x - middle) ** 2 for x in range(n))
