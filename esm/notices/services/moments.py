"""When a mail may go out: a person's quiet hours and the slots of their digest, in their zone."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from esm.notices.choices import Rhythm
from esm.notices.models import NoticeTimes

SATURDAY = 5
MIDNIGHT = time(0)
# Weekend, night and weekend again: more steps than these lead nowhere new.
STEPS = 8


@dataclass(frozen=True, slots=True)
class Times:
    """When one person is mailed; what they have before they choose anything."""

    rhythm: Rhythm = Rhythm.DAILY
    digest_at: time = time(8)
    quiet_from: time | None = None
    quiet_until: time | None = None
    quiet_weekend: bool = False
    urgent_passes: bool = True

    @classmethod
    def of(cls, row: NoticeTimes | None) -> "Times":
        """From the stored row."""
        if row is None:
            return cls()
        return cls(
            Rhythm(row.rhythm),
            row.digest_at,
            row.quiet_from,
            row.quiet_until,
            row.quiet_weekend,
            row.urgent_passes,
        )


def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; UTC for one this machine does not know."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def quiet_ends(at: datetime, times: Times, zone: str) -> datetime:
    """The first moment from ``at`` on that is not quiet: ``at`` itself outside of quiet hours."""
    local = at.astimezone(zone_of(zone))
    for _ in range(STEPS):
        after = _next(local, times)
        if after == local:
            break
        local = after
    return local.astimezone(UTC)


def _next(local: datetime, times: Times) -> datetime:
    """The end of the quiet stretch a local moment lies in, else the moment."""
    if times.quiet_weekend and local.weekday() >= SATURDAY:
        return _on(local, MIDNIGHT, days=7 - local.weekday())
    begin, end = times.quiet_from, times.quiet_until
    if begin is None or end is None or begin == end:
        return local
    now = local.time()
    if begin < end:
        return _on(local, end) if begin <= now < end else local
    if now >= begin:
        return _on(local, end, days=1)
    return _on(local, end) if now < end else local


def next_digest(now: datetime, times: Times, zone: str) -> datetime | None:
    """When the next digest is due, after ``now`` and never in quiet hours; None for never."""
    local = now.astimezone(zone_of(zone))
    if times.rhythm == Rhythm.NEVER:
        return None
    if times.rhythm == Rhythm.HOURLY:
        slot = local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    else:
        slot = _on(local, times.digest_at)
        if slot.astimezone(UTC) <= now:
            slot = _on(local, times.digest_at, days=1)
    return quiet_ends(slot, times, zone)


def _on(local: datetime, at: time, days: int = 0) -> datetime:
    """That time of day some days on, as the wall clock shows it."""
    day = local.date() + timedelta(days=days)
    return datetime.combine(day, at, tzinfo=local.tzinfo)
