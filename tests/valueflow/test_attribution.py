"""Attributed time: who every second belongs to (domain model 3.10)."""

from datetime import timedelta

from tests.valueflow.stories import MONDAY, Story
from valueflow.engine.attribution import Attribution, Span, attribute
from valueflow.engine.fold import fold


def told(story: Story) -> Attribution:
    return attribute(fold(story), story.now)


def told_as(spans: tuple[Span, ...]) -> list[tuple[str, str, float]]:
    """Stage, state and hours of each span."""
    return [(span.stage, span.state, span.seconds / 3600) for span in spans]


def covers(result: Attribution, start, end) -> bool:
    """The line runs from start to end without hole or overlap and adds up to the lead time."""
    edges = [start, *(span.end for span in result.line)]
    return (
        [span.start for span in result.line] == edges[:-1]
        and edges[-1] == end
        and sum(span.seconds for span in result.line) == result.lead_s
    )


def test_one_stage_is_queued_then_worked() -> None:
    story = Story().submit("a")
    story.after(hours=2).claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [("a", "queued", 2), ("a", "working", 1)]
    assert result.lead_s == 3 * 3600
    assert result.slack == ()
    assert (result.line[0].accountable_role, result.line[0].waiting_on) == ("role-a", "team-a")


def test_giver_stays_accountable_until_the_receiver_accepts() -> None:
    story = Story().submit("a").claim().after(hours=1)
    story.hand_over("b")
    story.after(hours=3).accept().after(hours=2).claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("b", "handoff", 3),
        ("b", "queued", 2),
        ("b", "working", 1),
    ]
    offered, queued = result.line[1], result.line[2]
    assert (offered.accountable_team, offered.accountable_role) == ("team-a", "role-a")
    assert (offered.waiting_kind, offered.waiting_on) == ("team", "team-b")
    assert offered.department == "dep-b"
    assert queued.accountable_team == queued.waiting_on == "team-b"
    assert covers(result, MONDAY, story.now)


def test_a_question_waits_on_the_giver() -> None:
    story = Story().submit("a").claim().after(hours=1)
    offer = story.hand_over("b")
    story.after(hours=1).tell("handoff.clarification_asked", handoff=offer)
    story.after(hours=5).tell("handoff.clarified", handoff=offer)
    story.after(hours=2).accept().claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line)[1:4] == [
        ("b", "handoff", 1),
        ("b", "handoff", 5),
        ("b", "handoff", 2),
    ]
    assert [span.waiting_on for span in result.line[1:4]] == ["team-b", "team-a", "team-b"]
    assert {span.accountable_team for span in result.line[1:4]} == {"team-a"}


def test_a_return_goes_back_to_the_giver_as_queued_rework() -> None:
    story = Story().submit("a").claim().after(hours=1)
    first = story.hand_over("b")
    story.after(hours=4).send_back()
    story.after(hours=1).claim().after(hours=1)
    story.hand_over("b", previous=first)
    story.after(hours=1).accept().claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("b", "handoff", 4),
        ("a", "queued", 1),
        ("a", "working", 1),
        ("b", "handoff", 1),
        ("b", "working", 1),
    ]
    assert covers(result, MONDAY, story.now)


def test_standing_still_names_the_party() -> None:
    story = Story().submit("a").claim().after(hours=1)
    for party, hours in (("requester", 2), ("third", 3), ("inside", 4)):
        story.tell("visit.blocked", visit=1, reason="why", party=party)
        story.tell("request.waiting", visit=1, reason="why", party=party, until=None)
        story.after(hours=hours).tell("visit.unblocked", visit=1)
        story.tell("request.resumed", visit=1).after(hours=1)
    story.complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("a", "requester", 2),
        ("a", "working", 1),
        ("a", "third", 3),
        ("a", "working", 1),
        ("a", "blocked", 4),
        ("a", "working", 1),
    ]
    assert [s.waiting_kind for s in result.line if s.state != "working"] == [
        "requester",
        "third",
        "team",
    ]


def test_standing_still_before_work_began_goes_back_to_the_queue() -> None:
    story = Story().submit("a").after(hours=1)
    story.tell("visit.blocked", visit=1, reason="why", party="requester")
    story.after(hours=1).tell("visit.unblocked", visit=1).after(hours=1)
    story.complete()
    story.fulfil()

    assert told_as(told(story).line) == [
        ("a", "queued", 1),
        ("a", "requester", 1),
        ("a", "queued", 1),
    ]


def test_a_decision_waits_on_the_decider_and_the_stage_stays_accountable() -> None:
    story = Story().submit("a").claim().after(hours=1)
    visit = story.decide("sign")
    story.after(hours=30).decided()
    story.complete(visit, touch_s=360)
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [("a", "working", 1), ("sign", "decision", 30)]
    decision = result.line[1]
    assert (decision.accountable_role, decision.accountable_team) == ("role-sign", "team-sign")
    assert (decision.waiting_kind, decision.waiting_on) == ("role", "chief")


def test_putting_work_back_queues_it_again() -> None:
    story = Story().submit("a").claim().after(hours=1)
    story.tell("visit.released", visit=1).after(hours=2).claim().after(hours=1).complete()
    story.fulfil()

    assert told_as(told(story).line) == [
        ("a", "working", 1),
        ("a", "queued", 2),
        ("a", "working", 1),
    ]


def forked() -> Story:
    """``a`` forks into ``b`` (6 h) and ``c`` (2 h + 1 h); both join into ``d``."""
    story = Story().submit("a").claim().after(hours=1)
    giver = story.complete()
    story.offer_from(giver, "b", token="0.1")
    story.offer_from(giver, "c", token="0.2")
    story.accept(1).accept(2).claim(2).claim(3)
    return story


def test_the_branch_that_reaches_the_join_last_is_charged() -> None:
    story = forked().after(hours=2)
    story.park(3)
    story.after(hours=4).complete(2)
    story.offer_from(2, "d", token="0", sources=[2, 3])
    story.after(hours=1).accept().claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("b", "working", 6),
        ("d", "handoff", 1),
        ("d", "working", 1),
    ]
    assert told_as(result.slack) == [("c", "working", 2), ("c", "parked", 4)]
    assert {span.branch for span in result.slack} == {"0.2"}
    assert covers(result, MONDAY, story.now)


def test_the_line_is_provisional_until_the_join() -> None:
    story = forked().after(hours=2)
    story.park(2)
    story.after(hours=3)
    open_result = told(story)
    assert told_as(open_result.line) == [("a", "working", 1), ("c", "working", 5)]
    assert open_result.line[-1].running
    assert told_as(open_result.slack) == [("b", "working", 2), ("b", "parked", 3)]

    story.complete(3)
    story.offer_from(3, "d", token="0", sources=[2, 3])
    story.after(hours=1)
    assert told_as(told(story).line)[:2] == [("a", "working", 1), ("c", "working", 5)]
    assert covers(told(story), MONDAY, story.now)


def test_two_branches_of_several_stages_are_followed_back_to_their_fork() -> None:
    story = forked().after(hours=1)
    story.hand_over("e", 3, token="0.2")
    story.after(hours=1)
    story.park(2)
    story.after(hours=3).accept().claim().after(hours=2).complete(4)
    story.offer_from(4, "d", token="0", sources=[2, 4])
    story.accept().claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("c", "working", 1),
        ("e", "handoff", 4),
        ("e", "working", 2),
        ("d", "working", 1),
    ]
    assert told_as(result.slack) == [("b", "working", 2), ("b", "parked", 5)]
    assert covers(result, MONDAY, story.now)


def test_a_join_straight_to_the_end_charges_the_later_branch() -> None:
    story = forked().after(hours=2)
    story.park(3)
    story.after(hours=1).complete(2)
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [("a", "working", 1), ("b", "working", 3)]
    assert told_as(result.slack) == [("c", "working", 2), ("c", "parked", 1)]


def test_branches_that_end_together_charge_the_one_whose_event_came_last() -> None:
    story = forked().after(hours=2)
    story.park(3)
    story.complete(2)
    story.fulfil()

    assert [span.stage for span in told(story).line] == ["a", "b"]


def test_branches_are_told_by_their_tokens_where_no_source_is_named() -> None:
    story = Story().submit("a").claim().after(hours=1)
    giver = story.complete()
    story.offer_from(giver, "b", token="0.1", sources=[])
    story.offer_from(giver, "c", token="0.2", sources=[])
    story.accept(1).accept(2).claim(2).claim(3).after(hours=2)
    story.park(3)
    story.after(hours=1)
    story.hand_over("d", 2, token="0", sources=[])
    story.after(hours=1).send_back()
    story.rows[-1]["data"] |= {"sources": [], "token": "0.3"}
    story.after(hours=1).claim().after(hours=1).complete()
    story.fulfil()

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("b", "working", 3),
        ("d", "handoff", 1),
        ("b", "queued", 1),
        ("b", "working", 1),
    ]
    assert told_as(result.slack) == [("c", "working", 2), ("c", "parked", 1)]


def test_an_open_request_is_charged_to_now() -> None:
    story = Story().submit("a").after(minutes=90)

    result = told(story)

    assert told_as(result.line) == [("a", "queued", 1.5)]
    assert result.line[0].running
    assert result.lead_s == 5400


def test_a_withdrawn_request_ends_where_it_stood() -> None:
    story = forked().after(hours=2)
    story.withdraw(2, 3)

    result = told(story)

    assert told_as(result.line) == [("a", "working", 1), ("b", "working", 2)]
    assert not any(span.running for span in (*result.line, *result.slack))
    assert covers(result, MONDAY, story.now)


def test_a_reopened_request_adds_a_stretch_and_leaves_the_pause_outside() -> None:
    story = Story().submit("a").claim().after(hours=1)
    story.complete()
    story.fulfil().after(hours=50).tell("request.reopened")
    story.enter("a", state="queued", token="1", rework=True)
    story.after(hours=2).claim().after(hours=1).complete()
    story.tell("request.fulfilled")

    result = told(story)

    assert told_as(result.line) == [
        ("a", "working", 1),
        ("a", "queued", 2),
        ("a", "working", 1),
    ]
    assert result.lead_s == 4 * 3600


def test_parts_of_a_second_never_add_or_lose_one() -> None:
    story = Story(start=MONDAY + timedelta(microseconds=600_000)).submit("a")
    for _ in range(5):
        story.after(seconds=0.7).claim(1).after(seconds=0.7).tell("visit.released", visit=1)
    story.after(seconds=0.7).complete(1)
    story.fulfil()

    result = told(story)

    assert result.lead_s == 8
    assert sum(span.seconds for span in result.line) == 8


def test_events_of_one_moment_leave_no_empty_span() -> None:
    story = Story().submit("a").claim().after(hours=1)
    story.hand_over("b")
    story.accept(auto=True).claim().after(hours=1).complete()
    story.fulfil()

    assert told_as(told(story).line) == [("a", "working", 1), ("b", "working", 1)]
