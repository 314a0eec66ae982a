"""Where the queries of each page come from: ``./test -s tests/permissions/costs.py [-k part]``.

Prints, for the first who may see a page and with warm caches, each query with the two innermost
functions of the product that led to it. Collected only when named.
"""

import re
import traceback
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection

from tests.architecture.code import APPS, ROOT
from tests.permissions.asking import answer
from tests.permissions.test_query_counts import ANYTIME, PAGES
from tests.permissions.world import ACTORS, Stage

pytestmark = pytest.mark.django_db
SHOWN = 110
LISTS = re.compile(r"^SELECT .*? FROM ")


class Callers:
    """Counts queries by who asks them."""

    def __init__(self) -> None:
        self.found: Counter[tuple[str, str]] = Counter()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not ANYTIME.search(sql):
            self.found[_caller(), LISTS.sub("… ", sql)[:SHOWN]] += 1
        return execute(sql, params, many, context)


def _caller() -> str:
    """The two innermost frames in code of the product."""
    own = [
        f"{frame.filename.removeprefix(f'{ROOT}/')}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_stack()
        if frame.filename.startswith(tuple(f"{ROOT}/{app}/" for app in APPS))
    ]
    return " < ".join(own[:-3:-1])


def test_show(stage: Stage) -> None:
    rows = []
    for row in PAGES:
        actor = ACTORS[row.get.split().index("ok")]
        client, address = stage.client(actor), row.address(stage)
        for _ in range(2):
            callers = Callers()
            with ExitStack() as held:
                held.enter_context(connection.execute_wrapper(callers))
                answer(row, "get", client, stage, address)
        rows.append((callers.found.total(), f"{row.name} {row.place} as {actor}", callers.found))
    for total, name, found in sorted(rows, key=lambda row: (-row[0], row[1])):
        print(f"\n{total:3} {name}")
        for (caller, sql), times in found.most_common():
            print(f"   {times}× {caller}\n        {sql}")
    print("\n" + "\n".join(f"{t:3} {n}" for t, n, _ in sorted(rows, key=lambda row: -row[0])))
