"""Checks on how work went: promises, handoffs, stages and decisions, against the definition.

Shares of few cases say nothing, so each check says of how many it speaks at least.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from math import ceil

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import DAY_SECONDS
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    DecisionRight,
    DecisionType,
    HandoffAgreement,
    Offering,
    Team,
    Technology,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.lint.facts import Facts, HandoffFlow, OfferingFlow, StepFlow
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.lint.technology import supported_stages
from governance.blueprint.paths import stages_by_key

# Of how many requests, offers or decisions a share speaks at least.
MIN_REQUESTS, MIN_OFFERED, MIN_CASES, MIN_ESCALATED = 20, 30, 30, 30
MIN_APPROVALS, MIN_DECISIONS = 50, 20
# Percent.
MAX_KEPT_BUT_LATE, MAX_RETURNED, MAX_TO_AND_FRO, MAX_FROM_BELOW = 5, 20, 10, 30
MIN_MET = 50
MIN_UNCHANGED, MAX_SKIPPED, MIN_FOLLOWED, MAX_VARIANT, MAX_STANDING = 98, 95, 80, 5, 20
FULL, NEARLY_FULL = Decimal("0.9"), Decimal("0.8")
GROWING_WEEKS = 4
MAX_BY_HAND = 200


def above(part: int, percent: int, whole: int) -> bool:
    """Whether a part is more than so many percent of the whole."""
    return part * 100 > percent * whole


def _rounded_up(seconds: int, unit: int) -> str:
    """So many units, to one decimal; upward, so that what is over a limit never reads like it."""
    return f"{ceil(seconds * 10 / unit) / 10:g}"


def _offerings(bp: Blueprint, facts: Facts) -> Iterator[tuple[OfferingFlow, Offering]]:
    assert facts.flow is not None
    for one in facts.flow.offerings:
        offering = bp.peek(Offering, one.offering)
        if offering is not None and one.fulfilled >= MIN_REQUESTS:
            yield one, offering


@rule("PRC09 PRC10", Offering, flow=True)
def promises_not_kept(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """A promise is what 85 % of requests are done in; where agreements are kept, so is it."""
    for one, offering in _offerings(bp, facts):
        if one.p85_s is not None and one.p85_s > offering.promise_s:
            sentence = (
                f"85 % of requests for “{offering.name}” took up to"
                f" {_rounded_up(one.p85_s, DAY_SECONDS)} business days; promised are"
                f" {offering.promise_s / DAY_SECONDS:g}."
            )
            yield found("PRC09", Offering, one.offering, sentence)
        if above(one.kept_but_late, MAX_KEPT_BUT_LATE, one.fulfilled):
            sentence = (
                f"{one.kept_but_late} of {one.fulfilled} requests for “{offering.name}” kept every"
                f" agreement on the way and missed the promise all the same."
            )
            yield found("PRC10", Offering, one.offering, sentence)


@rule("PRC09", HandoffAgreement, Team, flow=True)
def agreements_nobody_meets(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What two teams agreed on is kept more often than not."""
    assert facts.flow is not None
    for one in facts.flow.agreements:
        spec = bp.peek(HandoffAgreement, one.agreement)
        if spec is None or one.ran < MIN_OFFERED or one.kept * 100 >= MIN_MET * one.ran:
            continue
        giver, receiver = bp.peek(Team, spec.giver_team), bp.peek(Team, spec.receiver_team)
        between = (
            f"{giver.name if giver else spec.giver_team} and"
            f" {receiver.name if receiver else spec.receiver_team}"
        )
        sentence = (
            f"What {between} agreed on was kept {one.kept} of {one.ran} times; nobody can rely on"
            f" it."
        )
        yield found("PRC09", HandoffAgreement, one.agreement, sentence)


@rule("PRC22 PRC23 PRC27", Offering, flow=True)
def other_than_defined(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Work goes the way that is defined, and its clocks run longer than they stand."""
    for one, offering in _offerings(bp, facts):
        if one.followed * 100 < MIN_FOLLOWED * one.fulfilled:
            sentence = (
                f"{one.followed} of {one.fulfilled} requests for “{offering.name}” went the way"
                f" that is defined; {MIN_FOLLOWED} % should."
            )
            yield found("PRC22", Offering, one.offering, sentence)
        for name, count in sorted(one.variants.items()):
            if above(count, MAX_VARIANT, one.fulfilled):
                sentence = (
                    f"{count} of {one.fulfilled} requests for “{offering.name}” went a way nobody"
                    f" declared: {name}."
                )
                yield found("PRC23", Offering, one.offering, sentence, name)
        if above(one.standing_longer, MAX_STANDING, one.fulfilled):
            sentence = (
                f"In {one.standing_longer} of {one.fulfilled} requests for “{offering.name}” the"
                f" clocks stood longer than they ran."
            )
            yield found("PRC27", Offering, one.offering, sentence)


def _between(bp: Blueprint, one: HandoffFlow) -> tuple[Stage, Stage] | None:
    workflow = bp.peek(Workflow, one.workflow)
    stages = stages_by_key(workflow) if workflow is not None else {}
    if one.source not in stages or one.target not in stages:
        return None
    return stages[one.source], stages[one.target]


@rule("PRC15 PRC16", Workflow, flow=True)
def handoffs_that_fail(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What is handed over seldom comes back, and seldom goes to and fro."""
    assert facts.flow is not None
    for one in facts.flow.handoffs:
        pair, part = _between(bp, one), f"{one.source}/{one.target}"
        if pair is None:
            continue
        way = f"from “{pair[0].name}” to “{pair[1].name}”"
        if one.offered >= MIN_OFFERED and above(one.returned, MAX_RETURNED, one.offered):
            sentence = f"{one.returned} of {one.offered} handoffs {way} were sent back."
            yield found("PRC15", Workflow, one.workflow, sentence, part)
        if one.cases >= MIN_CASES and above(one.to_and_fro, MAX_TO_AND_FRO, one.cases):
            sentence = f"{one.to_and_fro} of {one.cases} cases went {way} and back twice or more."
            yield found("PRC16", Workflow, one.workflow, sentence, part)


def _steps(bp: Blueprint, facts: Facts) -> Iterator[tuple[StepFlow, Workflow, Stage]]:
    assert facts.flow is not None
    for one in facts.flow.steps:
        workflow = bp.peek(Workflow, one.workflow)
        stage = stages_by_key(workflow).get(one.stage) if workflow is not None else None
        if workflow is not None and stage is not None:
            yield one, workflow, stage


@rule("PRC18 PRC19", Workflow, flow=True)
def stages_idle_or_full(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """A stage is entered more than now and then, and its people have room for its work."""
    for one, _, stage in _steps(bp, facts):
        passed = one.entered + one.skipped
        if passed >= MIN_CASES and above(one.skipped, MAX_SKIPPED, passed):
            sentence = f"“{stage.name}” was skipped by {one.skipped} of {passed} cases."
            yield found("PRC18", Workflow, one.workflow, sentence, one.stage)
        if one.load is None:
            continue
        taken = (
            f"The work of “{stage.name}” takes {one.load * 100:.0f} % of the time its people have"
        )
        if one.load >= FULL:
            yield found("PRC19", Workflow, one.workflow, f"{taken}.", one.stage)
        elif one.load >= NEARLY_FULL and growing(one.queue):
            queue = f"{one.queue[-GROWING_WEEKS - 1]} to {one.queue[-1]}"
            sentence = f"{taken}, and its queue grew {GROWING_WEEKS} weeks in a row: {queue}."
            yield found("PRC19", Workflow, one.workflow, sentence, one.stage)


def growing(queue: tuple[int, ...]) -> bool:
    """Whether each of the last weeks ended with more than the one before."""
    last = queue[-GROWING_WEEKS - 1 :]
    return len(last) > GROWING_WEEKS and all(a < b for a, b in pairwise(last))


@rule("TEC04", Workflow, ValueStream, Technology, flow=True)
def done_by_hand(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What a critical stream does often is not all done by hand."""
    supported: set[tuple[str, str]] | None = None
    for one, workflow, stage in _steps(bp, facts):
        stream = bp.get(ValueStream, workflow.value_stream)
        if stream.criticality != "critical" or one.by_hand_month <= MAX_BY_HAND:
            continue
        if supported is None:
            systems = bp.find(Technology).values()
            supported = {
                place
                for system in systems
                for support in system.supports
                for place in supported_stages(bp, support)
            }
        if not stage.technologies and (one.workflow, one.stage) not in supported:
            sentence = (
                f"“{stage.name}” is done by hand {one.by_hand_month} times a month, and no"
                f" technology supports it."
            )
            yield found("TEC04", Workflow, one.workflow, sentence, one.stage)


@rule("PRC17 GOV14 GOV15", DecisionType, DecisionRight, flow=True)
def decisions_slow_or_idle(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """Decisions change something, come in time, and are taken as low as they can be."""
    assert facts.flow is not None
    for one in facts.flow.decisions:
        kind, key = bp.peek(DecisionType, one.decision_type), one.decision_type
        if kind is None:
            continue
        question = f"“{kind.question}”"
        if one.decided >= MIN_APPROVALS and one.unchanged * 100 >= MIN_UNCHANGED * one.decided:
            sentence = f"{one.unchanged} of {one.decided} times {question} changed nothing."
            yield found("PRC17", DecisionType, key, sentence, one.right)
        right = bp.peek(DecisionRight, one.right)
        target = right.latency_s if right is not None else None
        target = kind.latency_s if target is None else target
        if one.p85_s is not None and one.decided >= MIN_DECISIONS and one.p85_s > target:
            sentence = (
                f"85 % of decisions on {question} took up to {_rounded_up(one.p85_s, 3600)}"
                f" business hours; {target / 3600:g} are agreed."
            )
            yield found("GOV14", DecisionType, key, sentence, one.right)
        if one.decided >= MIN_ESCALATED and above(one.from_below, MAX_FROM_BELOW, one.decided):
            sentence = (
                f"{one.from_below} of {one.decided} times {question} came up from the band below"
                f" and was approved as it was."
            )
            yield found("GOV15", DecisionType, key, sentence, one.right)


RULES = (
    promises_not_kept,
    agreements_nobody_meets,
    other_than_defined,
    handoffs_that_fail,
    stages_idle_or_full,
    done_by_hand,
    decisions_slow_or_idle,
)
