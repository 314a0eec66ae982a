"""Figures from rows: exact outcomes of small populations."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from valueflow.engine import figures
from valueflow.engine.summary import CaseRow, HandoffRow, Mark, SpanSum, Times
from valueflow.selectors import sentences
from valueflow.selectors.naming import Names, Side, groups

DAY = 28_800
UTC_ZONE = ZoneInfo("UTC")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def case(number: int, days: float = 1, **changes) -> CaseRow:
    """A case sent on the first Monday that took so many business (and half as many more) days."""
    given = {
        "id": number,
        "number": f"R-{number}",
        "stream": "s",
        "service": "v",
        "version": "V-1",
        "submitted_at": MONDAY,
        "ended_at": MONDAY + timedelta(days=days),
        "outcome": "fulfilled",
        "promise": "met",
        "lead": Times(days * 86_400, days * DAY),
        "touch_s": 3600,
    }
    return CaseRow(**given | changes)


def handoff(number: int, giver: str = "a", receiver: str = "b", **changes) -> HandoffRow:
    given = {
        "case": number,
        "giver": giver,
        "receiver": receiver,
        "attempt": 1,
        "outcome": "accepted",
        "sent_back": False,
        "wait": Times(7200, 3600),
        "lost": Times(86_400, DAY),
        "day_s": DAY,
    }
    return HandoffRow(**given | changes)


def test_lead_time_in_both_times() -> None:
    found = figures.lead([case(1, 1), case(2, 2), case(3, 4)])
    assert (found.n, found.p50) == (3, Times(2 * 86_400, 2 * DAY))
    assert found.p85.business == pytest.approx((2 + 0.7 * 2) * DAY)
    assert figures.lead([]).p50 == Times(None, None)


def test_an_open_and_late_request_counts_as_missed() -> None:
    at = MONDAY + timedelta(days=10)
    late = case(3, outcome="open", ended_at=None, promise="running", due_at=at - timedelta(days=1))
    standing = case(4, outcome="open", ended_at=None, promise="paused", due_at=late.due_at)
    due_now = case(5, outcome="open", ended_at=None, promise="running", due_at=at)
    found = figures.promise([case(1), case(2, promise="missed")], [late, standing, due_now], at)
    assert (found.met, found.missed, found.open_late, found.n) == (1, 1, 1, 3)
    assert found.share == pytest.approx(1 / 3)
    assert figures.promise([case(1, promise="none")], [], at).share is None


def test_flow_efficiency_is_touch_over_lead_as_sums() -> None:
    found = figures.efficiency([case(1, 1), case(2, 9, touch_estimated_s=3600)])
    assert found.share == pytest.approx(7200 / (10 * DAY))
    assert found.share_calendar == pytest.approx(7200 / (10 * 86_400))
    assert found.estimated_s == 3600
    unknown = figures.efficiency([case(1, touch_s=None)], "no stamps")
    assert (unknown.share, unknown.reason) == (None, "no stamps")


def test_load_is_compared_with_rate_times_time() -> None:
    flying = [case(number, outcome="open", ended_at=None) for number in range(6)]
    done = [case(number, 2) for number in range(30)]
    found = figures.flight(flying, done, MONDAY, working_days=10)
    assert (found.n, found.days_of_work, found.mean_days) == (6, 2, 2)
    assert found.little == pytest.approx(1)


def test_weeks_are_whole_and_start_on_monday_in_the_zone() -> None:
    zone = ZoneInfo("Europe/Helsinki")
    start = datetime(2026, 3, 1, 22, tzinfo=UTC)  # Monday midnight in Helsinki
    weeks = figures.whole_weeks(start, start + timedelta(days=20), zone)
    assert weeks == [date(2026, 3, 2), date(2026, 3, 9)]
    assert figures.whole_weeks(start + timedelta(seconds=1), start + timedelta(days=20), zone) == [
        date(2026, 3, 9)
    ]
    # Summer time begins on 29 March: that week is an hour shorter and still whole.
    spring = figures.midnight(date(2026, 3, 23), zone)
    assert figures.whole_weeks(spring, spring + timedelta(hours=167), zone) == [date(2026, 3, 23)]


def test_weekly_shares_of_fewer_than_five_are_left_out() -> None:
    four = [case(number) for number in range(4)]
    end = MONDAY + timedelta(days=7)
    (week,) = figures.weekly(four, MONDAY - timedelta(hours=9), end, UTC_ZONE, open_known=True)
    assert (week.finished, week.submitted, week.in_flight) == (4, 4, 0)
    assert (week.promise_share, week.lead_p50, week.efficiency) == (None, Times(None, None), None)
    five = [*four, case(9, promise="missed")]
    (week,) = figures.weekly(five, MONDAY - timedelta(hours=9), end, UTC_ZONE, open_known=True)
    assert week.promise_share == 0.8


def test_the_matrix_counts_first_offers_and_all_accepted_waits() -> None:
    rows = [handoff(number) for number in range(4)]
    rows += [
        handoff(4, outcome="returned", sent_back=True, wait=Times(9000, 900), reason="r"),
        handoff(4, attempt=2, wait=Times(1, 1), lost=Times(None, None)),
        handoff(5, receiver="a"),
    ]
    found = figures.handoffs(rows)
    (pair,) = found.pairs
    assert (pair.n, pair.sent_back, pair.offers, pair.rate) == (5, 1, 6, 0.2)
    assert pair.wait == Times(7200, 3600)
    assert (pair.lost, pair.lost_days) == (Times(5 * 86_400, 5 * DAY), 5)
    assert (pair.reason, found.within) == ("r", 1)


def test_pairs_of_few_are_hidden_and_leave_the_totals() -> None:
    rows = [handoff(number) for number in range(5)]
    rows += [handoff(number, receiver="c", sent_back=True) for number in range(3)]
    hidden = figures.handoffs(rows)
    assert [(pair.giver, pair.receiver) for pair in hidden.pairs] == [("a", "b")]
    assert (hidden.n, hidden.sent_back, hidden.hidden) == (5, 0, (("a", "c"),))
    some = figures.handoffs(rows, frozenset({0, 1}))
    assert some.hidden == (("a", "c"),)
    every = figures.handoffs(rows, frozenset({0, 1, 2}))
    assert (every.n, every.hidden) == (8, ())


def test_where_the_time_went_adds_up_and_small_streams_are_hidden() -> None:
    sums = [
        SpanSum("s", "x", "working", Times(100, 10)),
        SpanSum("s", "x", "queued", Times(300, 30)),
        SpanSum("s", "y", "queued", Times(600, 60)),
    ]
    done = [*(case(number) for number in range(5)), case(9, stream="t")]
    first, second = figures.splits(done, sums)
    assert first.kinds == {"working": Times(100, 10), "queued": Times(900, 90)}
    assert first.stages == {"x": Times(400, 40), "y": Times(600, 60)}
    assert (first.hidden, second.hidden, second.stream) == (False, True, "t")


def history(medians: list[float]) -> list[CaseRow]:
    """Five cases a week, all of that week's length in days."""
    return [
        case(
            10 * week + number,
            days,
            submitted_at=MONDAY + timedelta(weeks=week),
            ended_at=MONDAY + timedelta(weeks=week, days=1),
        )
        for week, days in enumerate(medians)
        for number in range(5)
    ]


def test_limits_are_those_of_the_phase_and_short_phases_have_none() -> None:
    done = history([6, 7, 6, 7, 6, 7, 6, 7, 2, 3])
    weeks = [MONDAY.date() + timedelta(weeks=week) for week in range(10)]
    change = Mark(MONDAY + timedelta(weeks=8), weeks[8], "V-2")
    run = figures.run("s", done, weeks, [change], UTC_ZONE)
    assert [point.p50.business for point in run.points] == [
        days * DAY for days in (6, 7, 6, 7, 6, 7, 6, 7, 2, 3)
    ]
    assert run.points[0].upper.business == pytest.approx((6.5 + 2.66) * DAY)
    assert run.points[7].lower.business == pytest.approx((6.5 - 2.66) * DAY)
    assert run.points[8].upper == Times(None, None)
    before, after = run.phases
    assert (before.label, before.n, after.label, after.n) == ("", 40, "V-2", 10)
    assert after.p50.business == 2.5 * DAY
    assert after.outside == {"calendar": True, "business": True}


def test_the_sentence_on_a_version_says_what_can_be_said() -> None:
    weeks = [MONDAY.date() + timedelta(weeks=week) for week in range(14)]
    marks = [Mark(MONDAY + timedelta(weeks=8), weeks[8], "V-2")]
    slow = [6, 7, 6, 7, 6, 7, 6, 7]

    def said(later: list[float]) -> str:
        run = figures.run("s", history(slow + later), weeks, marks, UTC_ZONE)
        return sentences.change(run, "business")

    assert said([2, 3, 2, 3]) == "With V-2 the median went from 6.5 to 2.5 days."
    assert said([6, 7, 6, 7]).endswith("from 6.5 to 6.5 days, inside the usual spread.")
    assert said([2, 3]) == "Too few requests finished on one side of V-2 to compare."
    assert said([]) == "No new version came into force in these weeks."


def test_sentences_name_the_sides() -> None:
    names = Names(
        streams={},
        services={},
        sides={"a": Side("a", "A", "Alpha", "1"), "b": Side("b", "B", "Beta", "2")},
        stages={},
        reasons={},
        teams={},
    )
    rows = [handoff(number, sent_back=number < 2) for number in range(8)]
    pairs = figures.handoffs(rows).pairs
    assert sentences.crossings(pairs, names) == (
        "Most work crosses from Alpha to Beta; one flow, the orange one, comes back in one of "
        "five or more."
    )
    assert sentences.worst(pairs, names, "business") == (
        "Alpha to Beta costs the most: 100\u00a0% of all days lost."
    )
    assert sentences.returns(pairs, names) == (
        "Beta sends back the most: 25\u00a0% of what Alpha hands over."
    )
    assert sentences.crossings((), names) == "No work crossed often enough to be shown."


def test_groups_of_a_log_get_short_codes_once() -> None:
    found = groups(["Group 70", "Group 7", "Great 70", "Network", "Netting", "—"], "log")
    assert [side.code for side in found.sides.values()] == [
        "G70",
        "G7",
        "G702",
        "NETW",
        "NETT",
        "?",
    ]
