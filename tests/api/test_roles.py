"""Whoever calls whatever operation with whatever is made up: no failure, no answer undescribed."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from esm.accounts.choices import TokenScope
from esm.accounts.services.tokens import create_token
from esm.common.api.docs import description
from esm.common.api.throttling import ApiThrottle
from tests.api.probing import Probe, operations, rows_of, taken_back
from tests.depth import FULL
from tests.permissions.conftest import _files_of_tests, stage
from tests.permissions.world import Stage

__all__ = ["_files_of_tests", "stage"]
pytestmark = pytest.mark.django_db
# Who asked, who works in a team, who decides, who keeps the model, who keeps accounts, a program
# with a role and few scopes, and nobody.
CALLERS = ("requester", "receiver", "decider", "steward", "admin", "token", "anonymous")
VARIABLE = "ESM_TEST_TURN"
# Of the pairs of operation and caller every run asks one in so many; turns every day.
SHARE = 3 * len(CALLERS)
TURN = int(os.environ.get(VARIABLE) or date.today().toordinal())
FEW, MANY = 2, 6


@pytest.fixture
def tokens(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The text of a token of each caller, who may call as often as they like."""
    monkeypatch.setattr(ApiThrottle, "THROTTLE_RATES", {"api": None})
    every = tuple(TokenScope.values)
    with taken_back():
        found = {
            name: create_token(stage.accounts[name], name="probe", scopes=every).text
            for name in CALLERS
            if name in stage.accounts
        }
        yield found | {"token": stage.token, "anonymous": ""}


@pytest.mark.parametrize("caller", CALLERS)
def test_every_operation_answers_as_described(
    stage: Stage, tokens: dict[str, str], caller: str
) -> None:
    """Each run asks a third of the operations, each as one of them; a full run asks all as all."""
    statuses, turn = Counter[int](), CALLERS.index(caller) + TURN
    for number, operation in enumerate(operations()):
        if FULL or (number + turn) % SHARE == 0:
            probe = Probe(operation, stage, tokens[caller])
            where = f"{operation.method} {operation.path} by {caller}; {VARIABLE}={TURN}"
            try:
                if FULL:
                    probe.as_meant()
                probe.made_up(MANY if FULL else FEW, turn)
            except Exception as fault:
                raise AssertionError(where) from fault
            statuses.update(probe.statuses)
    assert 429 not in statuses
    assert (set(statuses) == {401}) == (caller == "anonymous")


def test_the_whole_description_is_asked_and_every_operation_has_something_real() -> None:
    """Nothing is left out: each operation has a row of the table of rights that fills its path."""
    told = description()["paths"]
    asked = {(found.method.upper(), found.path) for found in operations()}
    assert asked == {(m.upper(), path) for path, methods in told.items() for m in methods}
    assert [found.path for found in operations() if not rows_of(found)] == []
