"""Rules by which days come again, beside what another library makes of them."""

from datetime import date, datetime, time, timedelta
from itertools import takewhile
from random import Random

import pytest
from dateutil.rrule import rrulestr

from governance.services.day_rules import WEEKDAYS, Budget, RuleError, occurrences, read_rule
from tests.depth import examples

FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)


def days(rule: str, start: date, budget: int = 50_000) -> list[date]:
    return occurrences(read_rule(rule), start, FIRST, LAST, Budget(budget))


@pytest.mark.parametrize(
    ("rule", "start", "found"),
    [
        ("FREQ=YEARLY", (1990, 12, 25), ["2026-12-25", "2027-12-25", "2028-12-25"]),
        ("FREQ=YEARLY", (2024, 2, 29), ["2028-02-29"]),
        ("FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO", (2020, 5, 25), 
         ["2026-05-25", "2027-05-31", "2028-05-29"]),
        ("FREQ=YEARLY;UNTIL=20270101T000000Z", (2000, 1, 1), ["2026-01-01", "2027-01-01"]),
        ("FREQ=YEARLY;COUNT=2", (2025, 3, 1), ["2026-03-01"]),
        ("FREQ=YEARLY;INTERVAL=2;BYMONTHDAY=-1;BYMONTH=2", (2024, 2, 29),
         ["2026-02-28", "2028-02-29"]),
        ("FREQ=MONTHLY;BYDAY=1FR;BYMONTH=1", (2020, 1, 3),
         ["2026-01-02", "2027-01-01", "2028-01-07"]),
    ],
)  # fmt: skip
def test_rules_of_holidays(rule: str, start: tuple[int, int, int], found: list[str]) -> None:
    assert [day.isoformat() for day in days(rule, date(*start))] == found


def made_up(chance: Random) -> tuple[str, date]:
    every = chance.choice(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"])
    parts = [f"FREQ={every}", f"INTERVAL={chance.choice([1, 1, 2, 3])}"]
    if chance.random() < 0.5 or every == "YEARLY":
        parts.append(f"BYMONTH={','.join(str(m) for m in chance.sample(range(1, 13), 2))}")
    if chance.random() < 0.4 and every != "WEEKLY":
        parts.append(f"BYMONTHDAY={','.join(str(d) for d in chance.sample((1, 13, 28, -1), 2))}")
    if chance.random() < 0.4:
        which = chance.choice(["", "1", "-1", "5"]) if every in ("YEARLY", "MONTHLY") else ""
        parts.append(f"BYDAY={which}{chance.choice(WEEKDAYS)},{which}{chance.choice(WEEKDAYS)}")
    if chance.random() < 0.3:
        parts.append(f"COUNT={chance.randint(1, 60)}")
    start = date(2019, 1, 1) + timedelta(days=chance.randrange(3000))
    return ";".join(parts), start


def test_rules_agree_with_another_reading_of_them() -> None:
    chance = Random(4)
    for _ in range(examples(80)):
        text, start = made_up(chance)
        noon = datetime.combine(start, time(12))
        # A first day that the rule itself does not name is read in several ways: begin at one.
        first = next(iter(rrulestr(text, dtstart=noon)), None)
        if first is None:
            assert days(text, start) in ([], [start])
            continue
        there = takewhile(lambda at: at.date() <= LAST, rrulestr(text, dtstart=first))
        wanted = [at.date() for at in there if at.date() >= FIRST]
        assert days(text, first.date()) == wanted, (text, first)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=HOURLY", "", "FREQ=YEARLY;BYSETPOS=1", "FREQ=YEARLY;INTERVAL=0",
        "FREQ=YEARLY;COUNT=999999", "FREQ=YEARLY;BYDAY=99MO;BYMONTH=1x", "FREQ=YEARLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO", "FREQ=YEARLY;UNTIL=soon", "FREQ=YEARLY;BYDAY=MO",
    ],
)  # fmt: skip
def test_what_is_not_read_is_refused(rule: str) -> None:
    with pytest.raises(RuleError, match=r"^[A-Z].*\.$"):
        read_rule(rule)


def test_a_day_that_never_comes_costs_what_the_budget_gives() -> None:
    budget = Budget(1_000)
    rule = read_rule("FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=9")
    with pytest.raises(RuleError, match="too much"):
        for _ in range(100):
            occurrences(rule, date(1900, 1, 1), FIRST, LAST, budget)
    assert budget.left < 0
