"""An imported log out of the database, as the frame that all mining works on."""

from functools import lru_cache

import polars as pl

from valueflow.logs.frame import SCHEMA, LogFrame
from valueflow.logs.mapping import mapping_from
from valueflow.models import EventLog, LogEvent, LogLabel

KEPT = 4


def frame_of(log: EventLog) -> LogFrame:
    """The events of a log in order; kept in memory for the logs last looked at."""
    stamp = log.imported_at.isoformat() if log.imported_at else ""
    return _frame(log.pk, stamp)


@lru_cache(maxsize=KEPT)
def _frame(log_id: int, imported: str) -> LogFrame:
    log = EventLog.objects.get(pk=log_id)
    rows = LogEvent.objects.filter(log_id=log_id).order_by("case", "seq")
    columns = ("case", "activity", "group", "resource", "at", "start", "line")
    table = list(rows.values_list(*columns).iterator(chunk_size=50_000))
    data = pl.DataFrame(table, schema=SCHEMA, orient="row")
    names = _labels(log_id)
    return LogFrame(
        data=data,
        cases=names["case"],
        activities=names["activity"],
        groups=names["group"],
        resources=names["resource"],
        mapping=mapping_from(log.mapping),
    )


def _labels(log_id: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {kind: [] for kind in LogLabel.Kind.values}
    rows = LogLabel.objects.filter(log_id=log_id).order_by("kind", "code")
    for kind, label in rows.values_list("kind", "label"):
        found[kind].append(label)
    return {kind: tuple(labels) for kind, labels in found.items()}
