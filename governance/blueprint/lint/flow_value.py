"""Checks on what came of it: measures, benefits, services asked for, and how people took it up."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    Benefit,
    Department,
    Measure,
    Offering,
    Organisation,
    Role,
    Service,
)
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.flow import above
from governance.blueprint.lint.rules import found, rule

STALE_PERIODS = 2
KEPT, FELT, MIN_ANSWERS = 95, Decimal("3.5"), 5
MAX_OUTSIDE, MIN_ACKNOWLEDGED = 10, 80
MAX_OBJECTION_DAYS = 10


@rule("VAL05", Measure, flow=True)
def measures_without_news(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """A measure is observed at least once in two of its periods."""
    assert facts.flow is not None
    for key, periods in sorted(facts.flow.periods_without.items()):
        measure = bp.peek(Measure, key)
        if measure is not None and periods >= STALE_PERIODS:
            sentence = f"Nothing was observed of “{measure.name}” for {periods} periods."
            yield found("VAL05", Measure, key, sentence)


@rule("VAL06", Benefit, flow=True, today=True)
def benefits_past_their_day(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What was promised came true by its day, or somebody decided what becomes of it."""
    assert facts.flow is not None and facts.today is not None
    for key in sorted(facts.flow.unrealised):
        benefit = bp.peek(Benefit, key)
        if benefit is None:
            continue
        due = benefit.due if isinstance(benefit.due, date) else None
        if due is not None and due >= facts.today:
            continue
        when = f"by {due:%-d %B %Y}" if due else "by a day that is past"
        sentence = (
            f"“{benefit.title}” was promised {when}, has not come true, and nothing was decided."
        )
        yield found("VAL06", Benefit, key, sentence)


@rule("VAL07", Service, Offering, flow=True)
def services_nobody_asks_for(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """A live service is asked for; one with an offering that is not counted says nothing."""
    assert facts.flow is not None
    asked = {one.offering: one.asked_90d for one in facts.flow.offerings}
    offered: dict[str, list[str]] = defaultdict(list)
    for key, offering in bp.find(Offering).items():
        offered[offering.service].append(key)
    for key, service in bp.find(Service).items():
        names = offered[key]
        counted = bool(names) and all(name in asked for name in names)
        if service.lifecycle == "live" and counted and not any(asked[name] for name in names):
            sentence = f"Nobody asked for “{service.name}” in 90 days."
            yield found("VAL07", Service, key, sentence)


@rule("VAL09", Offering, flow=True)
def kept_and_not_felt(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Where promises are kept those who are served are content, too."""
    assert facts.flow is not None
    for one in facts.flow.offerings:
        offering = bp.peek(Offering, one.offering)
        if offering is None or one.pulse_mean is None or not one.fulfilled:
            continue
        kept = one.in_promise * 100 >= KEPT * one.fulfilled
        if kept and one.pulse_n >= MIN_ANSWERS and one.pulse_mean < FELT:
            sentence = (
                f"{one.in_promise} of {one.fulfilled} requests for “{offering.name}” kept the"
                f" promise; {one.pulse_n} people gave it {one.pulse_mean:.2f} of 5."
            )
            yield found("VAL09", Offering, one.offering, sentence)


@rule("VAL10", Department, flow=True)
def outside_the_model(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What a department does is mostly defined."""
    assert facts.flow is not None
    for key, (outside, logged) in sorted(facts.flow.outside.items()):
        department = bp.peek(Department, key)
        if department is not None and above(outside, MAX_OUTSIDE, logged):
            sentence = (
                f"{outside} of {logged} pieces of work of {department.name} belong to no workflow."
            )
            yield found("VAL10", Department, key, sentence)


def _subject(bp: Blueprint) -> str:
    return next(iter(bp.keys(Organisation.__name__)), "")


def _name(facts: Facts, person: str) -> str:
    assert facts.people is not None
    return facts.people.standing.name(person)


@rule("PEO08 ADO05", Organisation, people=True, flow=True)
def not_acknowledged(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Whoever a new version changes something for has said that they know."""
    assert facts.flow is not None
    for person in sorted(set(facts.flow.overdue)):
        sentence = f"{_name(facts, person)} has not acknowledged the version in force in time."
        yield found("PEO08", Organisation, _subject(bp), sentence, person)
    if facts.flow.acknowledged is not None:
        said, asked = facts.flow.acknowledged
        if said * 100 < MIN_ACKNOWLEDGED * asked:
            sentence = (
                f"{said} of {asked} people acknowledged the version before it took effect;"
                f" {MIN_ACKNOWLEDGED} % should."
            )
            yield found("ADO05", Organisation, _subject(bp), sentence)


@rule("ADO04", Organisation, flow=True)
def objections_open_long(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """An objection is tested within ten business days."""
    assert facts.flow is not None
    for key, days in sorted(facts.flow.objections.items()):
        if days > MAX_OBJECTION_DAYS:
            sentence = (
                f"Objection {key} has been open for {days} business days;"
                f" {MAX_OBJECTION_DAYS} are the most."
            )
            yield found("ADO04", Organisation, _subject(bp), sentence, key)


@rule("PEO11", Role, people=True, flow=True)
def other_than_their_role(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """People mostly do what their role is for."""
    assert facts.flow is not None
    for (person, key), like in sorted(facts.flow.role_fit.items()):
        role, other = bp.peek(Role, key), bp.peek(Role, like)
        if role is not None and like and like != key:
            does = other.name if other is not None else like
            sentence = (
                f"{_name(facts, person)} holds {role.name} and mostly does the work of {does}."
            )
            yield found("PEO11", Role, key, sentence, person)


RULES = (
    measures_without_news,
    benefits_past_their_day,
    services_nobody_asks_for,
    kept_and_not_felt,
    outside_the_model,
    not_acknowledged,
    objections_open_long,
    other_than_their_role,
)
