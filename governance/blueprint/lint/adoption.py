"""Checks on what is taken on at once: sponsors, the critical few, and not only technology."""

from collections.abc import Iterator, Mapping

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import Department, Organisation, Role, Service, ValueStream
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule

# How many streams may be critical at once where the organisation says nothing.
CRITICAL_LIMIT = 3
MAX_TECHNOLOGY_SHARE, MIN_SERVICES = 60, 10


@rule("ADO01", ValueStream)
def streams_without_sponsor(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A critical stream has a sponsor."""
    for key, stream in bp.find(ValueStream).items():
        if stream.criticality == "critical" and stream.sponsor_role is None:
            sentence = f"“{stream.name}” is critical and has no sponsor."
            yield found("ADO01", ValueStream, key, sentence)


@rule("ADO01", ValueStream, Role, people=True)
def sponsors_vacant(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Somebody is the sponsor of a critical stream."""
    assert facts.people is not None
    for key, stream in bp.find(ValueStream).items():
        if stream.criticality != "critical" or stream.sponsor_role is None:
            continue
        if not facts.people.holders(stream.sponsor_role):
            name = bp.get(Role, stream.sponsor_role).name
            sentence = f"“{stream.name}” is critical, and nobody holds its sponsor {name}."
            yield found("ADO01", ValueStream, key, sentence)


@rule("ADO02", ValueStream, Organisation)
def too_many_critical(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Only few streams are critical at once."""
    critical = [one for one in bp.find(ValueStream).values() if one.criticality == "critical"]
    for key, organisation in bp.find(Organisation).items():
        limit = organisation.critical_limit or CRITICAL_LIMIT
        if len(critical) > limit:
            sentence = f"{len(critical)} value streams are critical; {limit} may be at once."
            yield found("ADO02", Organisation, key, sentence)


@rule("ADO03", Service, Department, Organisation)
def mostly_technology(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What is offered is not mostly offered by those who run the systems."""
    live = [one for one in bp.find(Service).values() if one.lifecycle == "live"]
    if len(live) < MIN_SERVICES:
        return
    departments = bp.find(Department)
    theirs = sum(runs_technology(departments, one.department) for one in live)
    if theirs * 100 > MAX_TECHNOLOGY_SHARE * len(live):
        subject = next(iter(bp.keys(Organisation.__name__)), "")
        sentence = (
            f"{theirs} of {len(live)} live services ({theirs * 100 // len(live)} %) are of"
            f" departments that run technology; {MAX_TECHNOLOGY_SHARE} % are the most."
        )
        yield found("ADO03", Organisation, subject, sentence)


def runs_technology(departments: Mapping[str, Department], key: str) -> bool:
    """Whether a department, or one it is part of, runs systems for the others."""
    seen: set[str] = set()
    at: str | None = key
    while at is not None and at not in seen:
        if departments[at].runs_technology:
            return True
        seen.add(at)
        at = departments[at].parent
    return False


RULES = (streams_without_sponsor, sponsors_vacant, too_many_critical, mostly_technology)
