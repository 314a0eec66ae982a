"""Looking after stored contents: scan and preview each, sweep what nothing names any more."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q

from catalog import registries
from catalog.locks import lock_contents
from catalog.models import Content, DraftFile
from catalog.services import files, previews, scanning
from esm.common import clock
from esm.events.models import Delivery
from esm.events.registry import Outgoing
from esm.events.services.outbox import enqueue

KEPT = timedelta(days=1)
PATIENCE = timedelta(minutes=10)
BATCH = 500


def check_file(one: Outgoing) -> None:
    """Scan a content where a scanner is configured, then draw its preview. May run twice.

    Raises ScannerError when the scanner says nothing: the content is held, it is asked again.
    """
    content = Content.objects.filter(pk=one.item).first()
    if content is None:
        return
    if settings.FILE_SCANNER and content.state in Content.HELD:
        _scan(content)
    if content.preview == Content.Preview.LATER:
        previews.make(content)


def _scan(content: Content) -> None:
    content.scanned_at = clock.now()
    try:
        with files.on_disk(content.sha256) as path:
            verdict = scanning.scan(path)
    except scanning.ScannerError:
        content.state = Content.State.ERROR
        content.save(update_fields=["state", "scanned_at"])
        raise
    content.state = Content.State.CLEAN if verdict.clean else Content.State.BLOCKED
    content.found = verdict.found[:200]
    if not verdict.clean:
        content.preview = Content.Preview.NONE
    content.save(update_fields=["state", "found", "scanned_at", "preview"])


def check_again() -> int:
    """Owe a scan or preview to contents that wait for one too long; returns how many."""
    wanted = Q(preview=Content.Preview.LATER)
    if settings.FILE_SCANNER:
        wanted |= Q(state__in=Content.HELD)
    rows = Content.objects.filter(wanted, touched_at__lt=clock.now() - PATIENCE)
    owed = Delivery.objects.filter(consumer=files.CHECK, state=Delivery.State.DUE)
    items = list(
        rows.exclude(sha256__in=owed.values("item"))
        .order_by("touched_at")
        .values_list("sha256", flat=True)[:BATCH]
    )
    with transaction.atomic():
        enqueue(files.CHECK, items)
    return len(items)


def sweep_orphans() -> int:
    """Remove contents that no file names since a day, and bytes without a row; returns how many."""
    before, last, gone = clock.now() - KEPT, "", 0
    while True:
        rows = Content.objects.filter(touched_at__lt=before, sha256__gt=last).order_by("sha256")
        shas = list(rows.values_list("sha256", flat=True)[:BATCH])
        if not shas:
            return gone + _sweep_folder()
        last = shas[-1]
        gone += _remove(sorted(set(shas) - in_use(shas)), before)


def in_use(shas: Collection[str]) -> set[str]:
    """Those of the contents that a file of a draft or request names."""
    drafts = DraftFile.objects.filter(sha256__in=shas).values_list("sha256", flat=True)
    return set(drafts) | registries.named_files(shas)


def _remove(shas: Collection[str], before: datetime) -> int:
    if not shas:
        return 0
    with transaction.atomic():
        # Who stores the same content at this moment holds its row, and it is left alone.
        rows = [row for row in lock_contents(shas) if row.touched_at < before]
        unused = {row.sha256 for row in rows} - in_use([row.sha256 for row in rows])
        for sha256 in sorted(unused):
            default_storage.delete(files.place_of(sha256))
            default_storage.delete(previews.place_of(sha256))
        Content.objects.filter(pk__in=unused).delete()
    return len(unused)


def _sweep_folder() -> int:
    """Files of a folder that no row stands for: a process died between the two."""
    root = files.folder()
    if root is None or not root.is_dir():
        return 0
    old = [path for path in root.rglob("*") if path.is_file() and _is_old(path)]
    gone = 0
    for start in range(0, len(old), BATCH):
        batch = old[start : start + BATCH]
        known = set(
            Content.objects.filter(pk__in={path.name for path in batch}).values_list(
                "sha256", flat=True
            )
        )
        for path in batch:
            if path.name not in known:
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _is_old(path: Path) -> bool:
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return changed < clock.machine() - KEPT
