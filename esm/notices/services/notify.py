"""Telling people something, exactly once each."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from esm.common import clock
from esm.events.services.outbox import enqueue
from esm.notices import registries
from esm.notices.choices import Mail
from esm.notices.models import Notice
from esm.notices.services.mute import is_muted
from esm.notices.services.wishes import Plan, plans

MAIL, BUNDLE = "notices.mail", "notices.bundle"
TITLE_LENGTH = 300


def notify(
    person_ids: int | Iterable[int],
    *,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    dedupe_key: str,
    subject: str = "",
    team: str = "",
    why: str | Mapping[int, str] = "",
) -> list[Notice]:
    """Write a notice for each person who wants it and owe its mail; returns the new ones.

    ``subject`` is what it is about (``request/17``), ``team`` whose work it is, ``why`` a word of
    ``choices.Why``, one for all or by person. A second call with the same ``dedupe_key`` writes
    nothing for those who have the notice. Runs in the caller's transaction, so a notice exists if
    and only if its cause does.
    """
    wanted = sorted({person_ids} if isinstance(person_ids, int) else set(person_ids))
    if not wanted:
        return []
    known = registries.recipients(wanted)
    now, batch = clock.now(), uuid4()
    about, mailed = registries.kind(kind), not is_muted()
    planned = plans(known, wanted, kind=about, team=team, subject=subject, now=now, mail=mailed)
    rows = [
        Notice(
            person_id=person_id,
            user_id=known[person_id].user_id if person_id in known else None,
            kind=kind,
            subject=subject,
            team=team,
            why=why if isinstance(why, str) else why.get(person_id, ""),
            title=_short(title),
            body=body,
            url=url,
            dedupe_key=f"{dedupe_key}:{person_id}",
            created_at=now,
            shown=plan.inbox,
            bundle_at=plan.bundle_at,
            batch=batch,
        )
        for person_id, plan in planned.items()
        if plan.anywhere
    ]
    with transaction.atomic(savepoint=False):
        # Known keys are skipped by the database, also those a rival writes at this moment.
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        keys = [row.dedupe_key for row in rows]
        fresh = list(Notice.objects.filter(batch=batch, dedupe_key__in=keys).order_by("person_id"))
        _supersede(fresh, subject)
        _owe(fresh, planned)
    return fresh


def _short(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def _supersede(fresh: list[Notice], subject: str) -> None:
    """What was said of the subject before folds under the new line."""
    people = [row.person_id for row in fresh if row.shown]
    if not subject or not people:
        return
    before = Notice.objects.filter(subject=subject, person_id__in=people, shown=True, latest=True)
    before.filter(pk__lt=min(row.pk for row in fresh)).update(latest=False)


def _owe(fresh: list[Notice], planned: Mapping[int, Plan]) -> None:
    """Mail at once as a delivery each; for a digest a delivery that bundles at its due moment."""
    now = [row for row in fresh if planned[row.person_id].mail == Mail.NOW]
    enqueue(MAIL, [f"notice/{row.pk}" for row in now])
    due: dict[datetime, list[int]] = {}
    for row in fresh:
        if row.bundle_at is not None:
            due.setdefault(row.bundle_at, []).append(row.person_id)
    for moment, people in sorted(due.items()):
        enqueue(BUNDLE, [f"person/{person_id}" for person_id in people], due_at=moment)
