"""The same bugs where a priority or the rungs of a ladder are concerned."""

from datetime import timedelta

import pytest

from esm.events.selectors.chains import events_of
from tests.support import World
from tests.workflows.test_field_bugs import (
    HOUR,
    HOUSE,
    alarms,
    begun,
    go_on,
    house,
    promise,
    wait,
)
from workflows.models import Request
from workflows.services import prioritising, requests

pytestmark = pytest.mark.django_db


def prioritise(world: World, request: Request, priority: str) -> None:
    seq, nuala = world.visit(request, "intake").seq, world.actor("nuala")
    prioritising.set_priority(request.pk, seq, priority=priority, reason="Soon", actor=nuala)


def rungs(request: Request) -> list[int]:
    """The rungs of the promise on record, in order."""
    number, events = promise(request).seq, events_of(request, ["clock.escalated"])
    return [e.data["rung"] for e in events if e.data["clock"] == number]


def test_waiting_survives_another_priority(desk: World) -> None:
    """Another priority gave the request another agreement, and the time that stood still was lost.

    Once before and once in the middle of a wait; another priority back leaves the due where the
    waits alone put it.
    """
    sent = begun(desk)
    plain = promise(sent)
    before, target = plain.due_at, plain.target_s
    assert before is not None
    wait(desk, sent)
    first = HOUSE.elapsed(desk.now, desk.now + timedelta(days=1))
    desk.tick(days=1)
    go_on(desk, sent)
    prioritise(desk, sent, "urgent")
    counted = promise(sent).elapsed_s
    urgent = promise(sent)
    assert (urgent.target_s, urgent.due_at) == (
        target // 2,
        HOUSE.add(desk.now, target // 2 - counted),
    )
    wait(desk, sent)
    second = HOUSE.elapsed(desk.now, desk.now + timedelta(days=3))
    desk.tick(days=1)
    prioritise(desk, sent, "")
    assert (promise(sent).state, promise(sent).elapsed_s) == ("paused", counted)
    desk.tick(days=2)
    go_on(desk, sent)
    after = promise(sent)
    assert (after.target_s, after.elapsed_s) == (target, counted)
    assert after.due_at == HOUSE.add(before, first + second)


def test_a_rung_is_climbed_once_whatever_the_priority(desk: World) -> None:
    """What counts anew told everybody again; what stood still called for help all the same."""
    sent = begun(desk)
    while not rungs(sent):
        due = promise(sent).next_due
        assert due is not None
        desk.now = due + timedelta(seconds=1)
        desk.settle()
    assert rungs(sent) == [1]
    prioritise(desk, sent, "can-wait")
    later = promise(sent)
    assert later.due_at is not None and later.running_since is not None
    wait(desk, sent)
    desk.tick(days=120)
    desk.settle()
    assert rungs(sent) == [1]
    left = later.target_s - promise(sent).elapsed_s
    go_on(desk, sent)
    breach = house().add(desk.now, left)
    assert promise(sent).due_at == breach
    # The first rung stands eight hours before the new due: it was climbed and stays so.
    desk.now = breach
    desk.settle()
    assert rungs(sent) == [1]
    desk.now = breach + timedelta(seconds=1)
    desk.settle()
    assert rungs(sent) == [1, 2]
    last = house().add(breach, 16 * HOUR)
    desk.now = last - timedelta(seconds=1)
    desk.settle()
    assert rungs(sent) == [1, 2]
    prioritise(desk, sent, "urgent")
    desk.now = max(desk.now, last) + timedelta(days=30)
    desk.settle()
    assert rungs(sent) == [1, 2, 3]


@pytest.mark.parametrize("how", ["withdrawn", "fulfilled"])
def test_what_ended_late_climbs_no_further(desk: World, how: str) -> None:
    """The next rung of what was late was climbed although the work was closed in the meantime."""
    sent = desk.submit()
    due = promise(sent).due_at
    assert due is not None
    desk.now = due + timedelta(seconds=1)
    desk.settle()
    assert rungs(sent) == [1, 2]
    if how == "withdrawn":
        requests.withdraw(sent.pk, reason="Not needed.", actor=desk.actor("mira"))
    else:
        desk.play(sent)
    sent.refresh_from_db()
    assert sent.state == how
    before = alarms(sent)
    desk.tick(days=90)
    desk.settle()
    assert rungs(sent) == [1, 2]
    assert alarms(sent) == before
