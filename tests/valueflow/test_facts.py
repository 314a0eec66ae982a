"""Facts of one request, on an office of eight hours a day."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.valueflow.stories import MONDAY, Story
from valueflow.engine.attribution import attribute
from valueflow.engine.events import by_chain
from valueflow.engine.facts import build
from valueflow.engine.fold import clock_states, fold, handoff_states, visit_states
from valueflow.engine.records import KINDS
from valueflow.engine.rows import Facts
from workflows.calendars import BusinessCalendar
from workflows.calendars import build as calendar

HOURS = ["09:00-17:00"]
OFFICE = calendar(
    {"zone": "UTC", "weekly": dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS)}
)


def office(key: str) -> BusinessCalendar:
    return OFFICE


def facts(story: Story) -> Facts:
    return build(fold(story), office)


def returned() -> Story:
    """``a`` works 2 h, ``b`` returns after 4 h, ``a`` mends it in 2 h, ``b`` accepts next day."""
    story = Story().submit("a").claim()
    story.tell("request.started").after(hours=2)
    first = story.hand_over("b", touch_s=5400, estimated=False)
    story.after(hours=4).send_back()
    story.claim().after(hours=2)
    story.hand_over("b", previous=first, touch_s=1800)
    story.after(hours=17).accept().claim().after(hours=3)
    story.complete(touch_s=7200)
    return story.fulfil(elapsed_s=12 * 3600)


def test_both_times_of_a_returned_request() -> None:
    request = facts(returned()).request

    assert request.lead_cal_s == 28 * 3600
    assert request.lead_bus_s == 12 * 3600
    assert request.touch_s == 5400 + 1800 + 7200
    assert request.touch_estimated_s == 1800 + 7200
    assert (request.handoffs, request.returns, request.first_pass) == (1, 1, False)
    assert (request.outcome, request.promise) == ("fulfilled", "met")
    assert request.departments == ["dep-a", "dep-b"]
    assert (request.state, request.waiting_on, request.since) == ("", "", None)


def test_what_a_returned_handoff_cost() -> None:
    first, second = facts(returned()).handoffs

    assert (first.outcome, first.sent_back, first.attempt, first.first) == ("returned", True, 1, 1)
    assert (first.wait_cal_s, first.wait_bus_s) == (4 * 3600, 4 * 3600)
    # Offered Monday 11:00, accepted Tuesday 10:00: seven working hours.
    assert (first.lost_cal_s, first.lost_bus_s) == (23 * 3600, 7 * 3600)
    assert (second.outcome, second.sent_back, second.attempt, second.first) == (
        "accepted",
        False,
        2,
        1,
    )
    assert (second.wait_cal_s, second.wait_bus_s) == (17 * 3600, 3600)
    assert (second.lost_cal_s, second.lost_bus_s) == (None, None)


def test_an_offer_not_answered_has_no_wait_yet() -> None:
    story = Story().submit("a").claim().after(hours=1)
    story.hand_over("b")
    story.after(hours=3)
    handoff = facts(story).handoffs[0]

    assert (handoff.outcome, handoff.wait_bus_s, handoff.lost_bus_s, handoff.met) == (
        "open",
        None,
        None,
        None,
    )


def test_a_decider_who_refers_back_costs_the_way_back_not_the_decision() -> None:
    story = Story().submit("a").claim().after(hours=1)
    first = story.hand_over("sign")
    story.accept(auto=True).after(hours=5).send_back()
    story.claim().after(hours=1)
    story.hand_over("sign", previous=first)
    story.accept(auto=True)
    handoff = facts(story).handoffs[0]

    assert (handoff.outcome, handoff.sent_back) == ("returned", True)
    assert (handoff.wait_bus_s, handoff.lost_bus_s) == (0, 3600)


def test_a_question_counts_as_sent_back_and_the_answer_time_as_met_or_not() -> None:
    story = Story().submit("a").claim().after(hours=1)
    story.hand_over("b")
    story.tell("handoff.clarification_asked", handoff=1).after(hours=4)
    story.tell("handoff.clarified", handoff=1).accept()
    handoff = facts(story).handoffs[0]
    assert (handoff.sent_back, handoff.outcome, handoff.met) == (True, "accepted", True)

    story = Story().submit("a").claim().after(hours=1)
    story.hand_over("b")
    story.after(hours=4, seconds=1).accept()
    handoff = facts(story).handoffs[0]
    assert (handoff.sent_back, handoff.met) == (False, False)


def test_an_open_request_tells_who_is_waited_for_since_when() -> None:
    story = Story().submit("a").claim().after(hours=2)
    story.hand_over("b")
    story.after(hours=90)
    request = facts(story).request

    assert (request.outcome, request.lead_cal_s, request.lead_bus_s) == ("open", None, None)
    assert (request.state, request.stage, request.waiting_on) == ("handoff", "b", "team-b")
    assert request.since == MONDAY + timedelta(hours=2)
    span = facts(story).spans[-1]
    assert (span.state, span.end, span.cal_s) == ("handoff", None, None)


@pytest.mark.parametrize(
    ("told", "promise"),
    [
        ([], "running"),
        ([("clock.paused", {"clock": 1, "reason": "r", "party": "requester"})], "paused"),
        ([("clock.breached", {"clock": 1, "due_at": None})], "missed"),
        ([("clock.stopped", {"clock": 1, "met": False, "elapsed_s": 9})], "missed"),
        ([("clock.stopped", {"clock": 1, "met": True, "elapsed_s": 9})], "met"),
        ([("clock.cancelled", {"clock": 1})], "none"),
    ],
)
def test_where_the_promise_stands(told: list, promise: str) -> None:
    story = Story().submit("a")
    for kind, data in told:
        story.tell(kind, **data)
    assert facts(story).request.promise == promise


def test_a_decision_is_timed_on_the_deciders_calendar() -> None:
    story = Story().submit("a").claim().after(hours=6)
    visit = story.decide("sign")
    story.after(hours=20).decided().complete(visit, touch_s=360)
    story.fulfil()
    decision = facts(story).decisions[0]

    assert (decision.outcome, decision.role) == ("approve", "chief")
    assert (decision.wait_cal_s, decision.wait_bus_s) == (20 * 3600, 4 * 3600)


def test_replay_gives_the_states_the_rows_must_have() -> None:
    story = Story().submit("a").claim().after(hours=1)
    giver = story.complete()
    story.offer_from(giver, "b", token="0.1")
    story.offer_from(giver, "c", token="0.2")
    story.accept(1).claim(2)
    case = fold(story)
    assert visit_states(case) == {1: "done", 2: "active", 3: "offered"}
    assert handoff_states(case) == {1: "accepted", 2: "offered"}
    assert clock_states(case) == {1: "running"}

    story.park(2)
    story.tell("visit.blocked", visit=3, reason="r", party="requester")
    assert visit_states(fold(story)) == {1: "done", 2: "done", 3: "blocked"}

    story.accept(2).complete(3)
    story.offer_from(3, "d", token="0", sources=[2, 3])
    assert visit_states(fold(story)) == {1: "done", 2: "done", 3: "done", 4: "offered"}

    story.send_back()
    assert visit_states(fold(story)) == {
        1: "done",
        2: "done",
        3: "done",
        4: "returned",
        5: "queued",
    }


def test_comments_and_files_change_nothing_but_the_last_number() -> None:
    story = returned()
    before = facts(story)
    story.tell("comment.added", comment=1, internal=False)
    after = facts(story)

    assert after.request.last_seq == before.request.last_seq + 1
    assert (after.spans, after.visits, after.handoffs) == (
        before.spans,
        before.visits,
        before.handoffs,
    )


def test_events_of_an_export_are_grouped_and_ordered() -> None:
    story = returned()
    chains = by_chain(reversed(story.rows))
    assert list(chains) == [story.chain]
    assert build(fold(chains[story.chain]), office) == facts(story)


@st.composite
def walks(draw: st.DrawFn) -> Story:
    """A random walk with returns, pauses, questions, forks and an early end."""
    wait = st.integers(0, 200_000)

    def pause() -> None:
        story.after(seconds=draw(wait))

    story = Story().submit("a")
    pause()
    story.claim()
    pause()
    for index in range(draw(st.integers(0, 3))):
        offer = story.hand_over(f"s{index}")
        pause()
        if draw(st.booleans()):
            story.tell("handoff.clarification_asked", handoff=offer)
            pause()
            story.tell("handoff.clarified", handoff=offer)
            pause()
        while draw(st.integers(0, 3)) == 0:
            story.send_back(offer)
            pause()
            story.claim()
            pause()
            offer = story.hand_over(f"s{index}", previous=offer)
            pause()
        story.accept()
        pause()
        story.claim()
        if draw(st.booleans()):
            party = draw(st.sampled_from(["requester", "third", "inside"]))
            story.tell("visit.blocked", visit=story.visits, reason="r", party=party)
            pause()
            story.tell("visit.unblocked", visit=story.visits)
        pause()
    if draw(st.booleans()):
        giver = story.complete()
        for branch in range(draw(st.integers(2, 3))):
            story.offer_from(giver, f"b{branch}", token=f"0.{branch + 1}")
            story.accept().claim()
        branches = range(giver + 1, story.visits + 1)
        for visit in branches[:-1]:
            pause()
            story.park(visit)
        pause()
        story.complete(branches[-1])
        story.offer_from(branches[-1], "end", token="0", sources=list(branches))
        pause()
        story.accept().claim()
    end = draw(st.sampled_from(["fulfilled", "withdrawn", "open"]))
    pause()
    if end == "fulfilled":
        story.complete()
        story.fulfil()
    elif end == "withdrawn":
        story.withdraw(story.visits)
    return story


@settings(max_examples=examples(150), deadline=None)
@given(walks(), st.integers(0, 100_000))
def test_the_line_adds_up_whatever_happened(story: Story, later: int) -> None:
    now = story.now + timedelta(seconds=later)
    case = fold(story)
    result = attribute(case, now)
    end = case.stretches[0].end or now

    assert sum(span.seconds for span in result.line) == result.lead_s
    assert result.lead_s == (end - MONDAY) // timedelta(seconds=1)
    moments = [MONDAY, *(span.end for span in result.line)]
    assert [span.start for span in result.line] == moments[: len(result.line)]
    assert all(span.start < span.end for span in (*result.line, *result.slack))
    assert {span.state for span in result.line} <= set(KINDS)
    fact = build(case, office)
    assert fact.request.lead_cal_s == (None if case.is_open else result.lead_s)
    if not case.is_open:
        line = [span for span in fact.spans if not span.slack]
        assert sum(span.bus_s or 0 for span in line) == fact.request.lead_bus_s
