"""Checks on what it is all for: services, outcomes, measures, objectives and streams."""

from collections import defaultdict
from collections.abc import Iterator

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    Measure,
    Objective,
    Offering,
    Outcome,
    Service,
    ValueStream,
)
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule


@rule("VAL01", Service, ValueStream)
def services_without_outcome(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A service that is more than proposed serves an outcome: its own, or one of its stream."""
    for key, service in bp.find(Service).items():
        if service.lifecycle in {"proposed", "retired"} or service.outcomes:
            continue
        stream = bp.peek(ValueStream, service.value_stream)
        if stream is None:
            sentence = f"“{service.name}” serves no outcome and belongs to no stream."
        elif not stream.outcomes:
            sentence = f"“{service.name}” serves no outcome, nor does its stream “{stream.name}”."
        else:
            continue
        yield found("VAL01", Service, key, sentence)


@rule("VAL02", Outcome, Measure)
def outcomes_not_seen(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """An outcome is measured: from what it is today to what it shall be, and somebody owns it."""
    measured: set[str] = set()
    for key, measure in bp.find(Measure).items():
        measured.add(measure.outcome)
        missing = [
            word
            for word, value in (
                ("baseline", measure.baseline),
                ("target", measure.target),
                ("owner", measure.owner_role),
            )
            if value is None
        ]
        if missing:
            sentence = f"“{measure.name}” has no {', no '.join(missing)}."
            yield found("VAL02", Measure, key, sentence)
    for key, outcome in bp.find(Outcome).items():
        if key not in measured:
            sentence = f"No measure shows whether “{outcome.statement.rstrip('.')}” comes true."
            yield found("VAL02", Outcome, key, sentence)


@rule("VAL03 VAL04", ValueStream, Outcome, Objective)
def streams_and_objectives(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Streams serve objectives by their outcomes; one that is served serves those above it."""
    served: set[str] = set()
    for key, stream in bp.find(ValueStream).items():
        own = {one for name in stream.outcomes for one in bp.get(Outcome, name).objectives}
        if not own:
            outcomes = f"{len(stream.outcomes)} outcome{'' if len(stream.outcomes) == 1 else 's'}"
            sentence = f"“{stream.name}” serves no objective: it has {outcomes}."
            if stream.outcomes:
                sentence = f"“{stream.name}” serves no objective by its {outcomes}."
            yield found("VAL04", ValueStream, key, sentence)
        served |= own
    objectives = bp.find(Objective)
    waiting = list(served)
    while waiting:
        parent = objectives[waiting.pop()].parent
        if parent is not None and parent not in served:
            served.add(parent)
            waiting.append(parent)
    for key, objective in objectives.items():
        if key not in served:
            sentence = f"No value stream serves “{objective.title}”."
            yield found("VAL03", Objective, key, sentence)


@rule("VAL08", Service, Offering)
def services_not_offered(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A live service can be asked for, with a promise and with what it needs from who asks."""
    offered: dict[str, list[str]] = defaultdict(list)
    for key, offering in bp.find(Offering).items():
        offered[offering.service].append(key)
    for key, service in bp.find(Service).items():
        if service.lifecycle != "live":
            continue
        if not offered[key]:
            sentence = f"“{service.name}” is live, and nothing promises anybody anything."
            yield found("VAL08", Service, key, sentence)
        for name in offered[key]:
            offering = bp.get(Offering, name)
            missing = [] if offering.promise_s else ["by when it is done"]
            if not any(text.strip() for text in offering.we_need):
                missing.append("what it needs from who asks")
            if missing:
                sentence = f"“{offering.name}” does not say {' or '.join(missing)}."
                yield found("VAL08", Offering, name, sentence)


RULES = (
    services_without_outcome,
    outcomes_not_seen,
    streams_and_objectives,
    services_not_offered,
)
