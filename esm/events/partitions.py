"""Months as the ledger's partitions are named and counted."""

from datetime import date


def month_of(day: date) -> date:
    """First day of the month."""
    return day.replace(day=1)


def months_around(day: date, *, back: int, ahead: int) -> list[date]:
    """First days of the months from ``back`` before to ``ahead`` after the month of ``day``."""
    start = day.year * 12 + day.month - 1 - back
    return [date(n // 12, n % 12 + 1, 1) for n in range(start, start + back + ahead + 1)]
