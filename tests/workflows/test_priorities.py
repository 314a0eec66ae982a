"""Priorities: the model says what they make of targets; a change keeps what was counted."""

from typing import Any

import pytest

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.selectors.chains import events_of
from governance.blueprint.kinds import Offering
from governance.blueprint.kinds.services import Priority
from governance.selectors import versions
from tests.support import World, client
from workflows.engine import clockwork
from workflows.models import Clock, Request
from workflows.selectors import clock_invariants
from workflows.services import prioritising, stages

pytestmark = pytest.mark.django_db


def of(sent: Request, metric: str) -> Clock:
    return Clock.objects.filter(request=sent, metric=metric).latest("seq")


@pytest.fixture
def taken(desk: World) -> Request:
    sent = desk.submit()
    desk.play(sent, until=1)
    return sent


def change(desk: World, sent: Request, priority: str, who: str = "nuala", why: str = "Soon") -> Any:
    visit = desk.visit(sent, "intake")
    actor = desk.actor(who)
    return prioritising.set_priority(sent.pk, visit.seq, priority=priority, reason=why, actor=actor)


def test_no_pause_is_lost_when_the_priority_changes(desk: World, taken: Request) -> None:
    """What stood still before and what stands still meanwhile counts for nobody."""
    visit, nuala = desk.visit(taken, "intake"), desk.actor("nuala")
    desk.tick(minutes=10)
    stages.pause(taken.pk, visit.seq, party="requester", reason="Which?", actor=nuala)
    desk.tick(minutes=60)
    stages.resume(taken.pk, visit.seq, actor=nuala)
    desk.tick(minutes=10)
    plain = of(taken, "promise")
    before, due = plain.target_s, plain.due_at
    stages.pause(taken.pk, visit.seq, party="requester", reason="And?", actor=nuala)
    desk.tick(minutes=5)
    change(desk, taken, "urgent")
    desk.tick(minutes=5)
    stages.resume(taken.pk, visit.seq, actor=nuala)
    row = of(taken, "promise")
    spans = [clockwork.Span.of(one) for one in row.spans]
    assert (row.target_s, row.elapsed_s) == (before // 2, 40 * 60)
    assert [(s.kind, s.seconds) for s in spans] == [
        ("run", 1800), ("still", 3600), ("run", 600), ("still", 300), ("still", 300)
    ]  # fmt: skip
    assert clockwork.pauses(spans)["waits", "requester"] == (4200, 4200)
    change(desk, taken, "", why="After all not")
    again = of(taken, "promise")
    assert again.target_s == before and due is not None and again.due_at is not None
    assert (again.due_at - due).total_seconds() == 600
    for _key, _sentence, check in clock_invariants.ALL:
        assert list(check()) == []


def test_a_change_says_who_why_and_what_it_moved(desk: World, taken: Request) -> None:
    change(desk, taken, "urgent", why="The board meets on Friday.")
    taken.refresh_from_db()
    row = of(taken, "promise")
    assert (taken.priority, taken.promised_at) == ("urgent", row.due_at)
    (event,) = events_of(taken, ["request.prioritised"])
    assert (event.data["before"], event.data["priority"]) == ("", "urgent")
    assert event.private["reason"] == "The board meets on Friday."
    moved = {e.data["clock"]: e.data for e in events_of(taken, ["clock.retargeted"])}
    assert moved[row.seq]["target_s"] * 2 == moved[row.seq]["before_s"]
    assert moved[row.seq]["due_at"] == (row.due_at.isoformat() if row.due_at else "")
    text = client("mira").get(f"/requests/{taken.ref}/").content.decode()
    assert "Changed the priority" in text and "The board meets on Friday." in text
    assert "Urgent" in text and "/priority/" not in text
    assert "/priority/" in client("nuala").get(f"/requests/{taken.ref}/").content.decode()


def test_later_clocks_start_with_what_the_priority_makes_of_them(
    desk: World, taken: Request
) -> None:
    change(desk, taken, "can-wait")
    visit = desk.visit(taken, "intake")
    stages.complete_visit(taken.pk, visit.seq, actor=desk.actor("nuala"))
    row = of(taken, "respond")
    assert row.agreed_s is not None and row.target_s == 2 * row.agreed_s


def test_over_the_new_target_it_is_late_from_that_moment(desk: World, taken: Request) -> None:
    row = of(taken, "complete")
    desk.tick(minutes=150)
    change(desk, taken, "urgent")
    row.refresh_from_db()
    assert row.elapsed_s > row.target_s
    assert (row.breached_at, row.due_at) == (desk.now, desk.now)
    change(desk, taken, "", why="After all not")
    row.refresh_from_db()
    assert row.breached_at == row.due_at and row.elapsed_s < row.target_s
    visit = desk.visit(taken, "intake")
    stages.complete_visit(taken.pk, visit.seq, actor=desk.actor("nuala"))
    row.refresh_from_db()
    assert row.met is False
    for _key, _sentence, check in clock_invariants.ALL:
        assert list(check()) == []


@pytest.mark.parametrize(
    ("priority", "who", "why", "error"),
    [
        ("urgent", "mira", "Please", NotAllowed),
        ("soonest", "nuala", "Please", Invalid),
        ("", "nuala", "Please", Invalid),
        ("urgent", "nuala", " ", Invalid),
        ("urgent", "nuala", "x" * 1001, Invalid),
    ],
)
def test_what_is_refused_changes_nothing(
    desk: World, taken: Request, priority: str, who: str, why: str, error: type[Exception]
) -> None:
    before = [(c.target_s, c.spans) for c in taken.clocks.order_by("seq")]
    with pytest.raises(error):
        change(desk, taken, priority, who, why)
    taken.refresh_from_db()
    assert taken.priority == ""
    assert [(c.target_s, c.spans) for c in taken.clocks.order_by("seq")] == before
    assert events_of(taken, ["request.prioritised", "clock.retargeted"]) == []


def test_a_step_that_is_over_changes_nothing(desk: World, taken: Request) -> None:
    visit, nuala = desk.visit(taken, "intake"), desk.actor("nuala")
    stages.complete_visit(taken.pk, visit.seq, actor=nuala)
    with pytest.raises(InvalidState):
        prioritising.set_priority(
            taken.pk, visit.seq, priority="urgent", reason="Soon", actor=nuala
        )


def test_the_answers_choose_the_first_priority_that_fits(desk: World, taken: Request) -> None:
    offering: Offering = versions.blueprint(taken.version_id).get("Offering", "contract-review")
    some = (
        Priority(key="by-hand", name="By hand"),
        Priority(key="large", name="Large", when="contract_value > 100"),
        Priority(key="theirs", name="Theirs", when="paper == 'theirs'"),
    )
    offering = offering.model_copy(update={"priorities": some})
    assert prioritising.found_in(offering, {"contract_value": 500, "paper": "theirs"}) == "large"
    assert prioritising.found_in(offering, {"contract_value": 5, "paper": "theirs"}) == "theirs"
    assert prioritising.found_in(offering, {"contract_value": 5, "paper": "ours"}) == ""
