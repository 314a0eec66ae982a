"""Imported logs: keep the file, agree on its columns, read it, store it as codes.

The same bytes are one log. Reading happens outside of a transaction and reports its progress;
what was read is stored in one, so a log is there with all its events or not at all.
"""

import hashlib
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from valueflow.locks import lock_log, lock_next_log
from valueflow.logs import mining
from valueflow.logs.frame import LogFrame
from valueflow.logs.mapping import Mapping, mapping_from
from valueflow.logs.reader import read_log
from valueflow.logs.refusal import LogRefused
from valueflow.models import EventLog, LogBadRow, LogEvent, LogLabel
from valueflow.registries import SampleLog
from valueflow.services.copying import copy_rows

log = logging.getLogger(__name__)

MAX_UPLOAD = 64 * 1024 * 1024
# A reader that gave no sign for so long is gone; its log is taken over.
LEASE = timedelta(seconds=60)
PIECE = 1 << 20


def folder() -> Path:
    """Where the files of logs are kept, by the hash of their bytes."""
    return Path(settings.MEDIA_ROOT) / "logs"


def path_of(event_log: EventLog) -> Path:
    """The file of a log."""
    return folder() / event_log.sha256


def keep_file(
    source: IO[bytes],
    *,
    file_name: str,
    name: str = "",
    user: User | None = None,
    attribution: str = "",
    is_sample: bool = False,
) -> EventLog:
    """Keep an uploaded file and give it a row; the same bytes again give the row there is.

    Raises Invalid for a file over the limit or an empty one.
    """
    folder().mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder(), delete=False) as target:
        here = Path(target.name)
        try:
            while piece := source.read(PIECE):
                size += len(piece)
                if size > MAX_UPLOAD:
                    raise _refused(_("The file is larger than 64 MB; cut it or pack it with gzip."))
                digest.update(piece)
                target.write(piece)
        except BaseException:
            here.unlink(missing_ok=True)
            raise
    if not size:
        here.unlink(missing_ok=True)
        raise _refused(_("The file is empty."))
    shutil.move(here, folder() / digest.hexdigest())
    row, _created = EventLog.objects.get_or_create(
        sha256=digest.hexdigest(),
        defaults={
            "name": (name or Path(file_name).name)[:200],
            "file_name": Path(file_name).name[:255],
            "size": size,
            "attribution": attribution,
            "is_sample": is_sample,
            "created_by": user,
        },
    )
    return row


def _refused(sentence: str) -> Invalid:
    return Invalid(sentence, {"file": [sentence]}, code="log-file")


def keep_sample(sample: SampleLog, *, user: User | None = None) -> EventLog:
    """Take a sample log; its columns need no agreement, so it waits for its turn at once."""
    with sample.path.open("rb") as source:
        row = keep_file(
            source,
            file_name=sample.path.name,
            name=sample.name,
            user=user,
            attribution=sample.attribution,
            is_sample=True,
        )
    if row.state in (EventLog.State.UPLOADED, EventLog.State.FAILED):
        queue(row.pk)
    row.refresh_from_db()
    return row


@transaction.atomic
def discard(log_id: int) -> None:
    """Drop a file that turned out to be no log, before anything was read from it."""
    row = lock_log(log_id)
    if row is not None and row.state == EventLog.State.UPLOADED:
        path_of(row).unlink(missing_ok=True)
        row.delete()


@transaction.atomic
def queue(log_id: int, mapping: Mapping | None = None) -> EventLog:
    """Let a log be read with these columns (None: as guessed). Raises NotFound, InvalidState."""
    row = lock_log(log_id)
    if row is None:
        raise NotFound(_("There is no such log."))
    if row.state == EventLog.State.IMPORTING:
        raise InvalidState(_("This log is being read right now."), allowed=[])
    row.state, row.progress, row.error, row.claimed_at = EventLog.State.QUEUED, 0, "", None
    row.mapping = mapping.as_dict() if mapping else {}
    row.save(update_fields=["state", "progress", "error", "claimed_at", "mapping"])
    return row


def import_queued() -> int:
    """Read the logs that wait, and those whose reader died; returns how many were read.

    Run by the worker; safe to run any number of times at once.
    """
    read = 0
    while (row := _claim()) is not None:
        read_into(row)
        read += 1
    return read


@transaction.atomic
def _claim() -> EventLog | None:
    now = clock.now()
    row = lock_next_log(abandoned_before=now - LEASE)
    if row is not None:
        row.state, row.claimed_at = EventLog.State.IMPORTING, now
        row.save(update_fields=["state", "claimed_at"])
    return row


def read_into(row: EventLog) -> EventLog:
    """Read a log's file and store it; a file that cannot be used leaves a sentence, no rows."""
    mapping = mapping_from(row.mapping) if row.mapping else None

    def progress(done: int, size: int) -> None:
        percent = min(90, 90 * done // max(1, size))
        EventLog.objects.filter(pk=row.pk).update(progress=percent, claimed_at=clock.now())

    try:
        frame = read_log(path_of(row), mapping, on_progress=progress)
    except LogRefused as refused:
        _fail(row, refused.sentence)
        return row
    except Exception:
        log.exception("log %s could not be read", row.pk)
        _fail(row, _("The file could not be read; the fault is on our side and was recorded."))
        return row
    store(row, frame)
    return row


def _fail(row: EventLog, sentence: str) -> None:
    row.state, row.error = EventLog.State.FAILED, sentence
    row.save(update_fields=["state", "error"])


@transaction.atomic
def store(row: EventLog, frame: LogFrame) -> None:
    """Replace what is stored of a log by a frame: labels, events, bad rows and figures."""
    for model in (LogEvent, LogLabel, LogBadRow):
        rows = model._default_manager.filter(log=row)
        rows._raw_delete(rows.db)  # type: ignore[attr-defined]
    copy_rows(LogLabel, ("log", "kind", "code", "label"), _labels(row.pk, frame))
    columns = ("log", "case", "seq", "activity", "group", "resource", "at", "start", "line")
    copy_rows(LogEvent, columns, _events(row.pk, frame))
    copy_rows(
        LogBadRow,
        ("log", "line", "kind", "reason", "text"),
        ((row.pk, bad.line, bad.kind, bad.reason, bad.text) for bad in frame.bad_rows),
    )
    first, last = frame.data["ts"].min(), frame.data["ts"].max()
    assert isinstance(first, datetime) and isinstance(last, datetime)
    row.mapping = frame.mapping.as_dict()
    row.profile = {
        "guesses": list(frame.guesses),
        "notes": list(frame.notes),
        "bad_counts": dict(frame.bad_counts),
    }
    row.event_count, row.case_count = frame.data.height, len(frame.cases)
    row.bad_count, row.rows_read = frame.dropped, frame.data.height + frame.dropped
    row.first_at, row.last_at = first, last
    row.figures_json = json.dumps(mining.figures(frame), ensure_ascii=False)
    row.state, row.progress, row.error = EventLog.State.READY, 100, ""
    row.imported_at = clock.now()
    row.save()


def _labels(log_id: int, frame: LogFrame) -> Iterator[tuple[int, str, int, str]]:
    kinds = (
        (LogLabel.Kind.CASE, frame.cases),
        (LogLabel.Kind.ACTIVITY, frame.activities),
        (LogLabel.Kind.GROUP, frame.groups),
        (LogLabel.Kind.RESOURCE, frame.resources),
    )
    for kind, labels in kinds:
        for code, label in enumerate(labels):
            yield log_id, kind.value, code, label


def _events(log_id: int, frame: LogFrame) -> Iterator[tuple[Any, ...]]:
    last, seq = -1, 0
    columns = frame.data.select("case", "activity", "group", "resource", "ts", "start", "row")
    for case, activity, group, resource, at, start, line in columns.iter_rows():
        seq = seq + 1 if case == last else 1
        last = case
        begun = start.isoformat() if start else None
        yield log_id, case, seq, activity, group, resource, at.isoformat(), begun, line


def import_file(
    path: Path, *, mapping: Mapping | None = None, name: str = "", user: User | None = None
) -> EventLog:
    """Keep and read a file at once, as the command does. Raises Invalid with what is wrong.

    A log that was read before with the same columns is not read again.
    """
    with path.open("rb") as source:
        row = keep_file(source, file_name=path.name, name=name, user=user)
    wanted = mapping.as_dict() if mapping else None
    if row.state == EventLog.State.READY and wanted in (None, row.mapping):
        return row
    row.state, row.claimed_at = EventLog.State.IMPORTING, clock.now()
    row.mapping = wanted or {}
    row.save(update_fields=["state", "claimed_at", "mapping"])
    read_into(row)
    if row.state == EventLog.State.FAILED:
        raise Invalid(row.error, {"file": [row.error]}, code="log-file")
    return row
