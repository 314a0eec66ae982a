"""How far the demo's clock is ahead."""

from datetime import timedelta

from esm.events.models import ClockOffset


def offset() -> timedelta:
    """The stored offset; one query."""
    return ClockOffset.objects.values_list("offset", flat=True).first() or timedelta(0)
