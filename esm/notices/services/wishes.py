"""How each of several persons wants one thing told, read in three queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from esm.notices.choices import Following, Mail
from esm.notices.models import NoticePreference, NoticeThread, NoticeTimes
from esm.notices.registries import Kind, Recipient
from esm.notices.services.moments import Times, next_digest, quiet_ends

Preferences = Mapping[tuple[str, str], NoticePreference]


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of one notice for one person: in the portal, and when it is mailed how."""

    inbox: bool
    mail: Mail
    bundle_at: datetime | None = None

    @property
    def anywhere(self) -> bool:
        """Whether they are told at all."""
        return self.inbox or self.mail != Mail.NONE


def chosen(preferences: Preferences, kind: Kind, team: str = "") -> tuple[bool, Mail]:
    """In the portal?, and the mail: the narrowest choice wins, else what the kind says."""
    keys = [(kind.key, team), (kind.key, ""), ("", "")] if team else [(kind.key, ""), ("", "")]
    row = next((preferences[key] for key in keys if key in preferences), None)
    if row is None:
        return True, kind.mail
    return row.inbox or not kind.mutable, row.how


def preferences_of(person_ids: Iterable[int], kind: str | None = None) -> dict[int, Preferences]:
    """The choices of several persons, all or those that bear on one kind; one query."""
    rows = NoticePreference.objects.filter(person_id__in=list(person_ids))
    if kind is not None:
        rows = rows.filter(kind__in=["", kind])
    found: dict[int, dict[tuple[str, str], NoticePreference]] = {}
    for row in rows:
        found.setdefault(row.person_id, {})[row.kind, row.team] = row
    return {person: dict(rows) for person, rows in found.items()}


def times_of(person_ids: Iterable[int]) -> dict[int, Times]:
    """The times of those who chose any; one query."""
    rows = NoticeTimes.objects.filter(person_id__in=list(person_ids))
    return {row.person_id: Times.of(row) for row in rows}


def muted(person_ids: Iterable[int], subject: str) -> set[int]:
    """Who wants to hear nothing of a subject; one query, none without a subject."""
    if not subject:
        return set()
    rows = NoticeThread.objects.filter(
        subject=subject, person_id__in=list(person_ids), choice=Following.MUTE
    )
    return set(rows.values_list("person_id", flat=True))


def plans(
    known: Mapping[int, Recipient],
    person_ids: list[int],
    *,
    kind: Kind,
    team: str,
    subject: str,
    now: datetime,
    mail: bool,
) -> dict[int, Plan]:
    """What becomes of a notice for each person; nobody is mailed without ``mail``."""
    preferences = preferences_of(person_ids, kind.key)
    silent = muted(person_ids, subject) if kind.mutable else set()
    times = times_of(person_ids) if mail else {}
    found = {}
    for person_id in person_ids:
        inbox, how = chosen(preferences.get(person_id, {}), kind, team)
        person = known.get(person_id)
        if not mail or person is None or not person.email:
            how = Mail.NONE
        if person_id in silent:
            inbox, how = False, Mail.NONE
        zone = person.zone if person else "UTC"
        plan = Plan(inbox, how)
        found[person_id] = _timed(plan, kind, times.get(person_id, Times()), zone, now)
    return found


def _timed(plan: Plan, kind: Kind, times: Times, zone: str, now: datetime) -> Plan:
    """Mail at once, at the next digest, or after the quiet hours in which it would fall."""
    if plan.mail == Mail.DIGEST:
        due = next_digest(now, times, zone)
        return Plan(plan.inbox, Mail.NONE if due is None else Mail.DIGEST, due)
    if plan.mail == Mail.NOW and not (kind.urgent and times.urgent_passes):
        ends = quiet_ends(now, times, zone)
        if ends > now:
            return Plan(plan.inbox, Mail.DIGEST, ends)
    return plan
