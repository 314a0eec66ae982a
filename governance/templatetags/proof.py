"""Words of what proves things."""

from datetime import UTC, datetime

from django import template

register = template.Library()


@register.filter
def utc(at: datetime | None) -> str:
    """A moment that reads the same in every zone and year: 2026-11-25 16:00:03 UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else ""


@register.filter
def hexed(digest: bytes | memoryview | None) -> str:
    """A hash as it is written."""
    return bytes(digest).hex() if digest is not None else ""
