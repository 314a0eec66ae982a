"""Every address gives every actor the answer its row says, and a refusal changes nothing.

What the API answers is also held against its description: whoever asks, nothing is undescribed.
"""

from collections import Counter

import pytest
from django.db import connection, transaction

from esm.events.models import Event
from esm.notices.models import Notice
from tests.api.conformance import path_of, undescribed
from tests.architecture.urls import addresses
from tests.permissions.asking import METHODS, Row, answer, word, words
from tests.permissions.matrix import ROWS
from tests.permissions.world import ACTORS, PLACES, Stage

REFUSED = {"in", "un", "no", "--", "xx", "bad", "st"}
pytestmark = pytest.mark.django_db
# Answers that come before a method is looked at.
NOBODY = {"in", "un", "no", "--", "xx"}


def ids(row: Row) -> str:
    return f"{row.name}-{row.place}" if row.place else row.name


TRACES = f"""SELECT (SELECT count(*) FROM {Event._meta.db_table}),
(SELECT count(*) FROM {Notice._meta.db_table})"""


def traces() -> tuple[int, int]:
    """How many events and notices there are."""
    with connection.cursor() as cursor:
        cursor.execute(TRACES)
        events, notices = cursor.fetchone()
    return events, notices


def ask(row: Row, method: str, actor: str, stage: Stage) -> str:
    """The answer to one actor."""
    client = stage.client(actor)
    address = row.address(stage)
    given = answer(row, method, client, stage, address)
    if path_of(row.name):
        assert undescribed(path_of(row.name), method, given) == [], (address, actor)
    return word(given)


def alone(row: Row, method: str, actor: str, stage: Stage, before: tuple[int, int]) -> str:
    """The answer to one actor; what it did is taken back, and a refusal did nothing."""
    with transaction.atomic():
        found = ask(row, method, actor, stage)
        if method == "get" or found in REFUSED:
            assert traces() == before, f"{method} {row.address(stage)} by {actor} left a trace"
        transaction.set_rollback(True)
    return found


def together(row: Row, method: str, stage: Stage, before: tuple[int, int]) -> str:
    """The answers to all, where none should leave a trace; who left one is found one by one."""
    with transaction.atomic():
        cells = words(lambda actor: ask(row, method, actor, stage))
        left = traces() != before
        transaction.set_rollback(True)
    if left or not (method == "get" or set(cells.split()) <= REFUSED):
        return words(lambda actor: alone(row, method, actor, stage, before))
    return cells


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_every_actor_gets_the_answer_of_the_row(row: Row, stage: Stage) -> None:
    expected = {m: getattr(row, m) for m in METHODS}
    found = dict.fromkeys(METHODS, "")
    before = traces()
    for method in row.methods:
        if method == "get" or set(expected[method].split()) <= REFUSED:
            cells = together(row, method, stage, before)
        else:
            cells = words(lambda actor, m=method: alone(row, m, actor, stage, before))
        nobody = not expected[method] and set(cells.split()) <= NOBODY
        found[method] = "" if nobody else cells
    as_found = row.line(found)
    assert {m: w.split() for m, w in found.items()} == {
        m: w.split() for m, w in expected.items()
    }, f"as found:\n{as_found}"


def test_every_address_has_its_row() -> None:
    listed = {row.name for row in ROWS}
    missing = [
        f"    {address.route}  →  {Row(address.name).line({'get': ' '.join('?' * len(ACTORS))})}"
        for address in addresses()
        if address.name not in listed and address.route != r"api/v1/^[\s\S]*$"
    ]
    assert missing == [], "add to tests/permissions/matrix.py:\n" + "\n".join(missing)


def test_no_row_without_an_address() -> None:
    known = {address.name for address in addresses()}
    assert [row.name for row in ROWS if row.name not in known] == []


def test_no_row_twice_and_every_place_used() -> None:
    seen = Counter((row.name, row.place, str(row.send)) for row in ROWS)
    assert [key for key, n in seen.items() if n > 1] == []
    assert PLACES.keys() - {row.place.partition(":")[0] for row in ROWS} == set()
