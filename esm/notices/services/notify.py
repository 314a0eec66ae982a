"""Telling people something, exactly once each."""

from collections.abc import Iterable
from uuid import uuid4

from django.db import transaction

from esm.common import clock
from esm.events.services.outbox import enqueue
from esm.notices import registries
from esm.notices.models import Notice, NoticePreference
from esm.notices.services.mute import is_muted

MAIL = "notices.mail"
TITLE_LENGTH = 300


def notify(
    person_ids: int | Iterable[int],
    *,
    kind: str,
    title: str,
    body: str = "",
    url: str = "",
    dedupe_key: str,
) -> list[Notice]:
    """Write a notice for each person and owe its mail where they want one; returns the new ones.

    A second call with the same ``dedupe_key`` writes nothing for those who have the notice. Runs in
    the caller's transaction, so a notice exists if and only if its cause does.
    """
    wanted = sorted({person_ids} if isinstance(person_ids, int) else set(person_ids))
    if not wanted:
        return []
    known = registries.recipients(wanted)
    now, batch = clock.now(), uuid4()
    rows = [
        Notice(
            person_id=person_id,
            user_id=known[person_id].user_id if person_id in known else None,
            kind=kind,
            title=_short(title),
            body=body,
            url=url,
            dedupe_key=f"{dedupe_key}:{person_id}",
            created_at=now,
            batch=batch,
        )
        for person_id in wanted
    ]
    with transaction.atomic(savepoint=False):
        # Known keys are skipped by the database, also those a rival writes at this moment.
        Notice.objects.bulk_create(rows, ignore_conflicts=True)
        keys = [row.dedupe_key for row in rows]
        fresh = list(Notice.objects.filter(batch=batch, dedupe_key__in=keys).order_by("person_id"))
        if fresh and not is_muted():
            _owe_mail(fresh, {p for p, r in known.items() if r.email}, kind)
    return fresh


def _short(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else title[: TITLE_LENGTH - 1] + "…"


def _owe_mail(rows: list[Notice], reachable: set[int], kind: str) -> None:
    people = [row.person_id for row in rows if row.person_id in reachable]
    chosen: dict[int, bool] = {}
    found = NoticePreference.objects.filter(person_id__in=people, kind__in=["", kind])
    for preference in found.order_by("kind"):
        chosen[preference.person_id] = preference.mail
    items = [
        f"notice/{row.pk}"
        for row in rows
        if row.person_id in reachable and chosen.get(row.person_id, True)
    ]
    enqueue(MAIL, items)
