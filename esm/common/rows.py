"""Rows that are looked up by what they alone have."""

from typing import TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def one(rows: QuerySet[M]) -> M | None:
    """The row that a unique lookup finds, None if there is none.

    ``first`` orders what is one row at most, and an order is compared with each column that is
    read: for wide tables that costs more than all the rest of the query.
    """
    try:
        return rows.get()
    except ObjectDoesNotExist:
        return None
