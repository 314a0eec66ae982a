"""Several bounded counts in one statement."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def together(*parts: QuerySet[Any, Any]) -> list[int]:
    """How many rows each part has; one query, none when all are known to be empty.

    A part is bounded by its slice, such as ``rows.order_by()[:100]``.
    """
    found = [0] * len(parts)
    asked: list[int] = []
    selects: list[str] = []
    values: list[Any] = []
    for index, rows in enumerate(parts):
        try:
            sql, given = rows.values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        selects.append(f"(SELECT COUNT(*) FROM ({sql}) AS part_{index})")
        values.extend(given)
        asked.append(index)
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(selects)}", values)
            for index, number in zip(asked, cursor.fetchone(), strict=True):
                found[index] = number
    return found
