"""Checks on what work runs on: what it is for, who owns it, what it may do by itself."""

from collections import defaultdict
from collections.abc import Iterator

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    Benefit,
    DecisionRight,
    DecisionType,
    Measure,
    Role,
    Service,
    Technology,
    Workflow,
)
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.support import recorded_twice as twice
from governance.blueprint.support import supported_stages

PROPOSED = frozenset({"idea", "trial"})


@rule("TEC01 TEC08", Technology)
def technology_for_nothing(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """It says what work it supports and which objective it is for, or why it is for none.

    What is about to go need not support anything; nor do it and what is only kept need a reason.
    """
    for key, one in bp.find(Technology).items():
        if not one.supports and one.lifecycle != "retire":
            sentence = f"{one.name} supports no stage and no service."
            yield found("TEC01", Technology, key, sentence)
        wanted = one.lifecycle == "adopted" or one.lifecycle in PROPOSED
        if wanted and not one.strategy and not one.no_strategy.strip():
            sentence = f"{one.name} is for no objective, and nothing says why none is needed."
            yield found("TEC08", Technology, key, sentence)


@rule("TEC02", Technology)
def technology_without_owner(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """It has an owner."""
    for key, one in bp.find(Technology).items():
        if one.owner_role is None:
            yield found("TEC02", Technology, key, f"{one.name} has no owner.")


@rule("TEC02", Technology, today=True)
def technology_not_reviewed(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """It was looked at again in time."""
    assert facts.today is not None
    for key, one in bp.find(Technology).items():
        if one.review_due is None:
            continue
        due = facts.review_due(Technology.__name__, key, one.review_due)
        if due < facts.today:
            sentence = f"{one.name} was to be looked at again by {due:%-d %B %Y}."
            yield found("TEC02", Technology, key, sentence, "review")


@rule("TEC03", Technology, Benefit, Measure)
def proposed_without_measure(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What is proposed promises something that is measured, from what it is today."""
    promised: dict[str, list[str]] = defaultdict(list)
    for benefit in bp.find(Benefit).values():
        if benefit.technology is not None:
            promised[benefit.technology].extend(benefit.measures)
    for key, one in bp.find(Technology).items():
        if one.lifecycle not in PROPOSED:
            continue
        measures = list(dict.fromkeys(promised.get(key, ())))
        if any(bp.get(Measure, measure).baseline is not None for measure in measures):
            continue
        what = "no measure"
        if measures:
            what = f"{len(measures)} measure{'' if len(measures) == 1 else 's'} without a baseline"
        sentence = f"{one.name} is proposed with {what} of what it will make better."
        yield found("TEC03", Technology, key, sentence)


@rule("TEC05", Technology, Workflow)
def recorded_twice(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """One system records a stage; what is only an idea records nothing yet."""
    known = bp.find(Technology)
    for (workflow, stage), keys in twice(bp).items():
        name = bp.stage(workflow, stage).name
        names = [known[key].name for key in keys]
        sentence = f"{len(names)} systems record “{name}”: {' and '.join(names)}."
        yield found("TEC05", Workflow, workflow, sentence, stage)


@rule("TEC06", Technology, Workflow, Service)
def going_and_used(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What is about to go supports no stage and no live service any more."""
    for key, one in bp.find(Technology).items():
        if one.lifecycle != "retire":
            continue
        used: dict[str, None] = {}
        for support in one.supports:
            for workflow, stage in supported_stages(bp, support):
                used[bp.stage(workflow, stage).name] = None
            service = bp.peek(Service, support.service)
            if service is not None and service.lifecycle == "live":
                used[service.name] = None
        if used:
            more = f" and {len(used) - 1} more" if len(used) > 1 else ""
            sentence = f"{one.name} is about to go and still supports “{next(iter(used))}”{more}."
            yield found("TEC06", Technology, key, sentence)


@rule("TEC07", Technology)
def acting_by_itself(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """What acts by itself is held by a policy, or by the types of decision it may take."""
    for key, one in bp.find(Technology).items():
        does = sum(support.mode == "automates" for support in one.supports)
        acts = does and (one.emergent or one.kind == "ai_model")
        if acts and not one.policies and not one.decision_types:
            places = f"{does} place{'' if does == 1 else 's'}"
            sentence = (
                f"{one.name} acts by itself in {places}, and no policy or right says how far."
            )
            yield found("TEC07", Technology, key, sentence)


@rule("TEC09", DecisionRight, DecisionType, Role, people=True)
def programs_that_decide(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """A program decides nothing but what is allowed beforehand."""
    assert facts.people is not None
    decides: dict[str, dict[str, None]] = defaultdict(dict)
    for right in bp.find(DecisionRight).values():
        if right.part == "decide" and right.role is not None and not right.pre_authorised:
            decides[right.role][bp.get(DecisionType, right.decision_type).question] = None
    for program in facts.people.programs:
        questions = list(decides.get(program.role, ()))
        if questions:
            more = f" and {len(questions) - 1} more" if len(questions) > 1 else ""
            sentence = (
                f"The program {program.name} acts as {bp.get(Role, program.role).name} and may"
                f" decide “{questions[0]}”{more}."
            )
            yield found("TEC09", Role, program.role, sentence, program.key)


RULES = (
    technology_for_nothing,
    technology_without_owner,
    technology_not_reviewed,
    proposed_without_measure,
    recorded_twice,
    going_and_used,
    acting_by_itself,
    programs_that_decide,
)
