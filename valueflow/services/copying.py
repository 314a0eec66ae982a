"""Writes many rows by COPY, with psycopg2 as well as with psycopg 3."""

import csv
import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

SLICE = 200_000


def copy_rows(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Insert rows of plain values in slices; None becomes NULL. Returns how many there were."""
    known = {column.name: column.column or "" for column in model._meta.concrete_fields}
    quoted = ", ".join(connection.ops.quote_name(known[name]) for name in columns)
    table = connection.ops.quote_name(model._meta.db_table)
    statement = f"COPY {table} ({quoted}) FROM STDIN WITH (FORMAT csv, NULL '\\N')"
    source = iter(rows)
    written = 0
    while True:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        count = 0
        for row in islice(source, SLICE):
            writer.writerow(["\\N" if value is None else value for value in row])
            count += 1
        if not count:
            return written
        _copy(statement, text)
        written += count


def _copy(statement: str, text: io.StringIO) -> None:
    text.seek(0)
    with connection.cursor() as cursor:
        raw = cursor.cursor
        if hasattr(raw, "copy_expert"):
            raw.copy_expert(statement, text)
            return
        with raw.copy(statement) as copy:
            while piece := text.read(1 << 20):
                copy.write(piece)
