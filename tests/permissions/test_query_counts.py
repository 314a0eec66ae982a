"""What a page costs does not depend on how many rows it shows."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from esm.events.services import dirty
from tests.permissions.asking import answer, word
from tests.permissions.matrix import ROWS
from tests.permissions.world import ACTORS, Stage

pytestmark = pytest.mark.django_db

# Lists and pages of one thing, once each; what is only a question of a form is not shown twice.
PAGES = [row for row in ROWS if "ok" in row.get.split() and "confidential" not in row.place]
MORE = 9
DEAREST = 21
# Asked at most once a second, or part of the transaction a test runs in.
ANYTIME = re.compile(r"events_clockoffset|SAVEPOINT")


def counts(stage: Stage) -> dict[str, int]:
    """Queries of each page for the first who may see it, once its caches are warm."""
    found = {}
    for row in PAGES:
        actor = ACTORS[row.get.split().index("ok")]
        for _ in range(2):
            with CaptureQueriesContext(
                connection,
            ) as captured:
                response = answer(row, "get", stage.client(actor), stage, row.address(stage))
            assert word(response) == "ok"
        asked = [q["sql"] for q in captured if not ANYTIME.search(q["sql"])]
        found[f"{row.name} {row.place}"] = len(asked)
    return found


def test_nine_more_requests_cost_no_query_more(stage: Stage) -> None:
    few = counts(stage)
    for _ in range(MORE):
        request = stage.world.submit()
        stage.world.play(request, until=5, minutes=1)
    dirty.project_dirty()
    many = counts(stage)
    grown = {page: (n, many[page]) for page, n in few.items() if many[page] > n}
    assert grown == {}


def test_no_page_costs_more_than_the_dearest_of_today(stage: Stage) -> None:
    """The goal is 15; this holds what was reached, so that no page gets dearer unnoticed."""
    assert {page: n for page, n in counts(stage).items() if n > DEAREST} == {}
