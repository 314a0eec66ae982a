"""Checks on workflows: who answers for a stage, waits, loops, owners, when it was looked at."""

from collections.abc import Iterator
from datetime import date

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    HandoffAgreement,
    Policy,
    Role,
    Service,
    Team,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.workflows import Flow, Stage
from governance.blueprint.lint.facts import Facts
from governance.blueprint.lint.rules import found, rule
from governance.blueprint.paths import stages_by_key

MIN_DEPARTMENTS_FOR_OWNER = 3


@rule("PRC01 PRC02 MOD02", Workflow, Role)
def stages_without_owner(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A working stage has one accountable role, a team and its decision."""
    for key, workflow in bp.find(Workflow).items():
        for stage in workflow.stages:
            if stage.kind in {"work", "decision"}:
                yield from _of_stage(bp, key, stage)


def _of_stage(bp: Blueprint, key: str, stage: Stage) -> Iterator[Finding]:
    name = f"Stage “{stage.name}”"
    roles = [role for role in (stage.accountable_role, *stage.also_accountable_roles) if role]
    if not roles:
        yield found("PRC01", Workflow, key, f"{name} has no accountable role.", stage.key)
    elif len(roles) > 1:
        names = " and ".join(bp.get(Role, role).name for role in roles)
        sentence = f"{name} has {len(roles)} accountable roles: {names}."
        yield found("PRC01", Workflow, key, sentence, stage.key)
    if stage.team is None:
        yield found("PRC02", Workflow, key, f"{name} has no team.", stage.key)
    if stage.kind == "decision" and stage.decision_type is None:
        sentence = f"{name} decides, but says no type of decision."
        yield found("MOD02", Workflow, key, sentence, stage.key)


@rule("PRC11", ValueStream, Workflow, Team)
def streams_without_owner(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A stream through several departments has an owner from end to end."""
    through: dict[str, set[str]] = {}
    for workflow in bp.find(Workflow).values():
        there = through.setdefault(workflow.value_stream, set())
        there.update(bp.get(Team, one.team).department for one in workflow.stages if one.team)
    for key, stream in bp.find(ValueStream).items():
        departments = len(through.get(key, ()))
        if stream.owner_role is None and departments >= MIN_DEPARTMENTS_FOR_OWNER:
            sentence = f"“{stream.name}” runs through {departments} departments and has no owner."
            yield found("PRC11", ValueStream, key, sentence)


@rule("PRC21", Workflow, HandoffAgreement, ValueStream, Service, Policy, today=True)
def reviews_overdue(bp: Blueprint, facts: Facts) -> Iterator[Finding]:
    """What was to be looked at again by a day was looked at by then."""
    assert facts.today is not None
    for kind in (Workflow, HandoffAgreement, ValueStream, Service, Policy):
        for key, spec in bp.find(kind).items():
            due: date | None = getattr(spec, "review_due", None)
            due = facts.review_due(kind.__name__, key, due) if due is not None else None
            if due is not None and due < facts.today:
                sentence = f"It was to be looked at again by {due:%-d %B %Y}."
                yield found("PRC21", kind, key, sentence)


@rule("PRC25", Workflow)
def waits_without_end(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """A wait says on whom it waits and how long it may take."""
    for key, workflow in bp.find(Workflow).items():
        for stage in workflow.stages:
            if stage.kind != "wait":
                continue
            missing = [
                word
                for word, value in (
                    ("on whom it waits", stage.party or stage.waits_for),
                    ("how long it may take", stage.whole_s or stage.complete_s),
                )
                if not value
            ]
            if missing:
                sentence = f"Wait “{stage.name}” does not say {' or '.join(missing)}."
                yield found("PRC25", Workflow, key, sentence, stage.key)


@rule("PRC26", Workflow, HandoffAgreement)
def loops_without_end(bp: Blueprint, _: Facts) -> Iterator[Finding]:
    """Work that goes back ends by an escalation, or by how long its stage may take."""
    for key, workflow in bp.find(Workflow).items():
        stages = stages_by_key(workflow)
        for flow in workflow.flows:
            if flow.kind == "rework" and not _ends(bp, key, stages, flow):
                sentence = (
                    f"Work may go back from “{stages[flow.source].name}” to "
                    f"“{stages[flow.target].name}” for ever; nothing escalates it."
                )
                part = f"{flow.source}/{flow.target}"
                yield found("PRC26", Workflow, key, sentence, part)


def _ends(bp: Blueprint, key: str, stages: dict[str, Stage], flow: Flow) -> bool:
    source, target = stages[flow.source], stages[flow.target]
    if source.whole_s or target.whole_s:
        return True
    if source.team is None or target.team is None:
        return False
    pairs = ((target.team, source.team, source.key), (source.team, target.team, target.key))
    agreed = (bp.agreement(giver, receiver, key, stage) for giver, receiver, stage in pairs)
    return any(one is not None and one[1].escalation_role is not None for one in agreed)


RULES = (
    stages_without_owner,
    streams_without_owner,
    reviews_overdue,
    waits_without_end,
    loops_without_end,
)
