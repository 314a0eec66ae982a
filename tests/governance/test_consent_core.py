"""Working days, the reach of a change, objections and agreements: pure, without rows."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from governance.blueprint.consent import (
    after_days,
    class_of,
    days_between,
    reach_of,
    touched_agreements,
    unanswered,
)
from tests.governance import agreed, small

ZONE = ZoneInfo("Europe/Dublin")
WEEK = frozenset(range(5))
MONDAY = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def bp(content):
    return small.model(1, content).blueprint


def test_days_begin_after_the_day_and_end_at_its_midnight():
    assert after_days(MONDAY, 5, ZONE, WEEK, {}) == datetime(2026, 3, 10, tzinfo=ZONE)
    assert after_days(MONDAY, 1, ZONE, WEEK, {}) == datetime(2026, 3, 4, tzinfo=ZONE)
    assert after_days(MONDAY, 0, ZONE, WEEK, {}) == datetime(2026, 3, 3, tzinfo=ZONE)


def test_closed_days_do_not_count_and_open_weekends_do():
    closed = {date(2026, 3, 4): False, date(2026, 3, 7): True}
    assert after_days(MONDAY, 5, ZONE, WEEK, closed) == datetime(2026, 3, 10, tzinfo=ZONE)
    closed[date(2026, 3, 5)] = False
    assert after_days(MONDAY, 5, ZONE, WEEK, closed) == datetime(2026, 3, 11, tzinfo=ZONE)


@pytest.mark.parametrize("days", [1, 2, 5, 9, 30])
def test_both_ways_of_counting_agree_over_summer_time(days):
    for hour in (0, 9, 23):
        since = datetime(2026, 3, 25, hour, 30, tzinfo=UTC)
        until = after_days(since, days, ZONE, WEEK, {})
        assert days_between(since, until, ZONE, WEEK, {}) == days


def test_a_calendar_that_never_opens_ends():
    with pytest.raises(ValueError, match="does not open"):
        after_days(MONDAY, 1, ZONE, frozenset(), {})


def test_reach_is_one_stream_several_or_rights_of_executives():
    before = agreed.specs()
    assert reach_of(bp(before), bp(agreed.changed())).level == 0
    content = agreed.changed()
    content["Calendar", "other"] = before["Calendar", "weekdays"] | {"name": "Other"}
    found = reach_of(bp(before), bp(content))
    assert (found.streams, found.level) == (("flour-to-bread",), 0)
    content = agreed.specs()
    content["ValueStream", "second"] = content["ValueStream", "flour-to-bread"] | {"code": "B2"}
    content["ValueStream", "flour-to-bread"]["trigger"] = "somebody is hungry"
    assert reach_of(bp(before), bp(content)).level == 1
    content = agreed.specs()
    content["DecisionRight", "accept-large"]["min"] = "2000"
    found = reach_of(bp(before), bp(content))
    assert (found.executive_rights, found.level) == (("accept-large",), 2)


@pytest.mark.parametrize(
    ("classes", "named"), [([], ""), (["all"], "all"), (["near", "far"], "far")]
)
def test_the_last_class_stands_for_all_that_reaches_further(classes, named):
    content = agreed.specs()
    content["DecisionRight", "accept-large"]["min"] = "2000"
    assert class_of(reach_of(bp(agreed.specs()), bp(content)), classes) == named


def test_an_agreement_is_touched_by_what_it_says_not_by_who_signed():
    content = agreed.specs()
    content["HandoffAgreement", "counter-to-bakers"]["signed_by"] = []
    assert touched_agreements(bp(agreed.specs()), bp(content)) == []
    content["HandoffAgreement", "counter-to-bakers"]["respond_s"] = "1 h"
    found = touched_agreements(bp(agreed.specs()), bp(content))
    assert [(one.side, one.role) for one in found] == [
        ("giver", "buyer"), ("receiver", "head-baker"),
    ]  # fmt: skip
    assert {one.mark for one in touched_agreements(bp({**content}), bp(content))} == set()


def test_other_kinds_ask_for_their_own_text_only():
    texts = dict.fromkeys(("people", "process", "technology", "governance"), "")
    assert [one.field for one in unanswered("people", texts, {}, (), ())] == ["people_text"]
    assert unanswered("people", texts | {"people": "New."}, {}, (), ()) == []
