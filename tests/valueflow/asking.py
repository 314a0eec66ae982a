"""Asks a question and follows every count of its answer to the list behind it."""

import re

from django.test import Client

from valueflow.engine.answers import Answer
from valueflow.selectors import drill, naming
from valueflow.selectors.questions.everything import question
from valueflow.selectors.scope import FILTERS, parse

LISTS = ("/flow/decisions/list/", "/flow/requests/", "/model/findings/")
ASKED = (*FILTERS, "from", "to", "period")
TOTAL = re.compile(r'data-total="(\d+)"')


def ask(slug, user, **params):
    """The answer to a question."""
    found = question(slug)
    assert found is not None
    return found.answer(parse(params), user)


def cells(answer: Answer, table: int = 0):
    """The values of a table by row and column; hidden ones are "hidden"."""
    return {
        row.key: {
            key: "hidden" if cell.hidden else cell.value for key, cell in row.cells.items()
        }
        for row in answer.tables[table].rows
    }  # fmt: skip


def followed(answer: Answer, user, params=None) -> int:
    """How many counts were followed; each equals the total of its list."""
    client = Client()
    client.force_login(user)
    scope, n = parse(params or {}), 0
    for table in answer.tables:
        counts = [column.key for column in table.columns if column.unit == "count"]
        for row in table.rows:
            for key in counts:
                cell = row.cells[key]
                if cell.hidden:
                    assert cell.value is None
                elif cell.figure:
                    names, extra = naming.names(scope.model_id), dict(cell.extra)
                    asked = {name: extra.pop(name) for name in ASKED if name in extra}
                    within = parse(scope.params() | asked)
                    found = drill.drill(within, user, names, cell.figure, extra)
                    assert found.total == cell.value, (row.key, key)
                    n += 1
                elif cell.url.startswith(LISTS):
                    page = client.get(cell.url)
                    assert page.status_code == 200, cell.url
                    total = TOTAL.search(page.content.decode())
                    assert total and int(total[1]) == cell.value, (row.key, key, cell.url)
                    n += 1
    return n
