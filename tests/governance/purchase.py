"""One kind of decision, to buy something, with two bands; what tests of rights ask of it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from governance.blueprint.rights import (
    Case,
    Holding,
    Inputs,
    Kind,
    Person,
    Right,
    Rules,
    resolve,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NAMES = {"ann": "Ann", "bo": "Bo", "cy": "Cy", "di": "Di", "ed": "Ed"}
PEOPLE = {ref: Person(ref, name) for ref, name in NAMES.items()}
LOW = Right("low", "decide", role="clerk", high=Decimal(100))
HIGH = Right("high", "decide", role="boss", low=Decimal(100))
HELD = (Holding("clerk", "ann"), Holding("boss", "bo"), Holding("top", "cy"))


def inputs(*rights, kind=None, case=None, rules=None, **facts):
    kind = {"unit": "amount", "currency": "EUR", "latency_s": 3600, **(kind or {})}
    rules = Rules(Kind("buy", "Buy it", **kind), rights or (LOW, HIGH), "top", **(rules or {}))
    asked = {"at": NOW, "amount": Decimal(10), **(case or {})}
    return Inputs(rules, Case(**asked), PEOPLE, **{"holdings": HELD, **facts})


def ask(*rights, **facts):
    return resolve(inputs(*rights, **facts))


def who(found):
    acting = found.decider
    return None if acting is None else (acting.ref, acting.role, acting.how)


def codes(found):
    return [step.code for step in found.trace]


def said(found, code):
    return [step.text for step in found.trace if step.code == code]
