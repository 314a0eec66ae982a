"""A page in a world, and in that world without what its reader may not see: the same bytes.

Every address that shows something takes part through its row in the matrix, which every address
needs; so does each question asked of a list. Hidden things are those of ``hidden``. All callers in
twenty worlds: ``./test tests/permissions/noninterference -m slow``, which says what it compared.
"""

import pytest
from django.db import transaction

from tests.architecture.urls import addresses
from tests.permissions.matrix import ROWS
from tests.permissions.noninterference import hidden
from tests.permissions.noninterference.comparing import SHOWN, Comparison, ask, questions
from tests.permissions.world import ACTORS, Stage

pytestmark = pytest.mark.django_db

WORLDS = range(20)
# In the shorter run a caller asks a share of the addresses; together they ask all of them.
STRIDE = 2 * len(ACTORS)


@pytest.fixture(scope="module")
def shared(comparison: Comparison, django_db_blocker: object) -> dict[str, list[str]]:
    """One world with what nobody who asks may see, and all of them asking."""
    asked = {actor: list(questions(comparison.stage, actor, 0, STRIDE)) for actor in ACTORS}
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        return comparison.differing(asked, 0, hidden.FROM_ALL)


@pytest.mark.parametrize("actor", ACTORS)
def test_what_nobody_may_see_changes_no_byte(actor: str, shared: dict[str, list[str]]) -> None:
    assert not shared[actor], "\n".join(shared[actor])


@pytest.mark.parametrize("actor", ACTORS)
def test_what_others_may_see_changes_no_byte(actor: str, comparison: Comparison) -> None:
    asked = {actor: list(questions(comparison.stage, actor, len(ACTORS), STRIDE))}
    found = comparison.differing(asked, 1, hidden.FROM_SOME)
    assert not found[actor], "\n".join(found[actor])


@pytest.mark.slow
@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.parametrize("actor", ACTORS)
def test_in_twenty_worlds_what_is_hidden_changes_no_byte(
    actor: str, seed: int, comparison: Comparison
) -> None:
    found = comparison.differing({actor: list(questions(comparison.stage, actor))}, seed)
    assert not found[actor], "\n".join(found[actor])


def test_what_may_be_seen_does_change_something(stage: Stage) -> None:
    """The comparison is not blind: a notice of one's own is on the page that lists them."""
    inbox = next(row for row in SHOWN if row.name == "inbox")
    before = ask(stage, inbox, "requester", "/inbox/")
    with transaction.atomic():
        hidden.notify.notify(
            hidden.people.person_for(stage.accounts["requester"]).pk,
            kind="comment.added",
            title="For you",
            dedupe_key="own",
        )
        after = ask(stage, inbox, "requester", "/inbox/")
        transaction.set_rollback(True)
    assert after != before


def test_something_is_hidden(comparison: Comparison, shared: dict[str, list[str]]) -> None:
    """A world to which nothing could be added would prove nothing."""
    assert comparison.things >= len(hidden.FROM_ALL)


def test_every_address_takes_part() -> None:
    """A new address joins with its row; one without a row has no source of parameters."""
    known = {row.name for row in ROWS}
    assert [a.route for a in addresses() if a.name and a.name not in known] == []
