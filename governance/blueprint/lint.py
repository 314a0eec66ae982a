"""Judgements on a model that hold without any run data. Each rule is a pure function.

`lint` gives the findings of a blueprint; a finding keeps its fingerprint while its subject lives,
so that it can be waived and followed from version to version.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator

from esm.common.expressions import parse
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import DAY_SECONDS
from governance.blueprint.findings import SEVERITIES, Finding, Severity
from governance.blueprint.kinds import (
    ClockPolicy,
    HandoffAgreement,
    Offering,
    Team,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.workflows import Criterion
from governance.blueprint.paths import SILENT, longest_way, steps
from governance.blueprint.rights_lint import RULES as RIGHTS
from governance.blueprint.variables import case_variables

MIN_DEPARTMENTS_FOR_OWNER = 3
Rule = Callable[[Blueprint], Iterator[Finding]]


def lint(bp: Blueprint) -> list[Finding]:
    """All findings, gravest first. Dangling references end the search: they are all it reports."""
    found = [
        Finding(
            "MOD01",
            "blocker",
            problem.kind,
            problem.key,
            _sentence(problem.sentence),
            "/".join(str(step) for step in problem.path),
        )
        for problem in bp.problems()
    ]
    if not found:
        found = [finding for rule in RULES for finding in rule(bp)]
    return sorted(
        found, key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.kind, f.key, f.part)
    )


def blockers(findings: list[Finding]) -> list[Finding]:
    """Those that keep a version from being agreed."""
    return [finding for finding in findings if finding.severity == "blocker"]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _days(seconds: int) -> str:
    days = seconds / DAY_SECONDS
    return f"{days:g}"


def stages_without_owner(bp: Blueprint) -> Iterator[Finding]:
    """PRC01, PRC02, MOD02: a working stage has an accountable role, a team and its decision."""
    for key, workflow in bp.find(Workflow).items():
        for stage in workflow.stages:
            if stage.kind not in {"work", "decision"}:
                continue
            if stage.accountable_role is None:
                yield Finding(
                    "PRC01",
                    "blocker",
                    "Workflow",
                    key,
                    f"Stage “{stage.name}” has no accountable role.",
                    stage.key,
                )
            if stage.team is None:
                yield Finding(
                    "PRC02",
                    "blocker",
                    "Workflow",
                    key,
                    f"Stage “{stage.name}” has no team.",
                    stage.key,
                )
            if stage.kind == "decision" and stage.decision_type is None:
                yield Finding(
                    "MOD02",
                    "blocker",
                    "Workflow",
                    key,
                    f"Stage “{stage.name}” decides, but says no type of decision.",
                    stage.key,
                )


def crossings_without_agreement(bp: Blueprint) -> Iterator[Finding]:
    """PRC05, PRC06: work that crosses teams has an agreement, and that has entry criteria."""
    for key, workflow in bp.find(Workflow).items():
        for source, target in steps(workflow):
            if source.team is None or target.team is None or source.team == target.team:
                continue
            if bp.agreement(source.team, target.team, key, target.key) is None:
                giver, receiver = bp.get(Team, source.team), bp.get(Team, target.team)
                yield Finding(
                    "PRC05",
                    "blocker",
                    "Workflow",
                    key,
                    f"Work goes from “{source.name}” ({giver.name}) to “{target.name}” "
                    f"({receiver.name}) without a handoff agreement.",
                    f"{source.key}/{target.key}",
                )
    for key, agreement in bp.find(HandoffAgreement).items():
        if not agreement.criteria:
            yield Finding(
                "PRC06",
                "warning",
                "HandoffAgreement",
                key,
                "The agreement has no entry criteria.",
            )


def promises_below_targets(bp: Blueprint) -> Iterator[Finding]:
    """PRC08: a promise is at least the longest way of completion targets."""
    for key, offering in bp.find(Offering).items():
        workflow = bp.get(Workflow, offering.workflow)
        targets = {
            stage.key: max(stage.complete_s or 0, stage.whole_s or 0)
            for stage in workflow.stages
            if stage.kind not in SILENT
        }
        seconds, _ = longest_way(workflow, targets)
        if offering.promise_s < seconds:
            yield Finding(
                "PRC08",
                "warning",
                "Offering",
                key,
                f"The promise is {_days(offering.promise_s)} business days, the targets along "
                f"the longest way add up to {_days(seconds)}.",
            )


def streams_without_owner(bp: Blueprint) -> Iterator[Finding]:
    """PRC11: a stream through several departments has an owner from end to end."""
    for key, stream in bp.find(ValueStream).items():
        if stream.owner_role is not None:
            continue
        departments = {
            bp.get(Team, stage.team).department
            for workflow in bp.find(Workflow).values()
            if workflow.value_stream == key
            for stage in workflow.stages
            if stage.team is not None
        }
        if len(departments) >= MIN_DEPARTMENTS_FOR_OWNER:
            yield Finding(
                "PRC11",
                "warning",
                "ValueStream",
                key,
                f"“{stream.name}” runs through {len(departments)} departments and has no owner.",
            )


def criteria_nobody_asks(bp: Blueprint) -> Iterator[Finding]:
    """PRC12: what an entry criterion checks has been asked by the form."""
    asked_by: dict[str, list[tuple[Offering, set[str]]]] = defaultdict(list)
    for offering in bp.find(Offering).values():
        asked_by[offering.workflow].append((offering, set(case_variables([offering]))))
    crossings = _crossings(bp)
    for key, agreement in bp.find(HandoffAgreement).items():
        pair = (agreement.giver_team, agreement.receiver_team)
        workflows = {
            workflow
            for workflow, stage in crossings.get(pair, [])
            if agreement.workflow in (None, workflow) and agreement.stage in (None, stage)
        }
        for workflow in sorted(workflows):
            for offering, asked in asked_by[workflow]:
                for criterion in agreement.criteria:
                    for name in sorted(_needs(criterion) - asked):
                        yield _unasked(key, criterion, offering, name)


def _crossings(bp: Blueprint) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Workflows and target stages of every step from one team to another."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for key, workflow in bp.find(Workflow).items():
        for source, target in steps(workflow):
            if source.team is not None and target.team is not None:
                found[source.team, target.team].append((key, target.key))
    return found


def _unasked(key: str, criterion: Criterion, offering: Offering, name: str) -> Finding:
    must = criterion.severity == "must"
    return Finding(
        "PRC12",
        "blocker" if must else "warning",
        "HandoffAgreement",
        key,
        f"“{criterion.text}” needs `{name}`, which the form of “{offering.name}” never asks.",
        criterion.key,
    )


def _needs(criterion: Criterion) -> frozenset[str]:
    if criterion.kind in {"field", "attachment"}:
        return frozenset({criterion.field})
    if criterion.kind == "expression":
        return parse(criterion.expression).variables
    return frozenset()


def clocks_left_standing(bp: Blueprint) -> Iterator[Finding]:
    """PRC13: what a rule makes stand still another lets go on, and the other way round."""
    for key, policy in bp.find(ClockPolicy).items():
        done = {rule.does for rule in policy.rules}
        if "pause" in done and "resume" not in done:
            sentence = "A rule lets its clocks stand still, and none lets them go on."
        elif "resume" in done and "pause" not in done:
            sentence = "A rule lets its clocks go on, and none makes them stand still."
        else:
            continue
        yield Finding("PRC13", "warning", "ClockPolicy", key, sentence)


def clocks_never_started(bp: Blueprint) -> Iterator[Finding]:
    """PRC14: what starts a clock happens at every step that has one."""
    for key, policy in bp.find(ClockPolicy).items():
        starts = [rule for rule in policy.rules if rule.does == "start"]
        if policy.metric not in {"complete", "stage"} or not starts:
            continue
        if all(rule.event.startswith("handoff.") for rule in starts):
            yield Finding(
                "PRC14",
                "warning",
                "ClockPolicy",
                key,
                "Its clocks start on a handoff alone; the first step, and one that comes from its "
                "own team, have none, so theirs never start.",
            )


def withheld_answers_shown(bp: Blueprint) -> Iterator[Finding]:
    """PRV01: what everybody who sees a request reads is no answer that is withheld from some."""
    for key, offering in bp.find(Offering).items():
        shown = {offering.title_field: "title", offering.amount_field: "amount"}
        for field in offering.form.all_fields():
            if field.key in shown and field.limited:
                yield Finding(
                    "PRV01",
                    "blocker",
                    "Offering",
                    key,
                    f"“{field.label}” is not for everybody who sees the request, "
                    f"but it is the {shown[field.key]} of the request.",
                    field.key,
                )


RULES: tuple[Rule, ...] = (
    stages_without_owner,
    crossings_without_agreement,
    promises_below_targets,
    streams_without_owner,
    criteria_nobody_asks,
    clocks_left_standing,
    clocks_never_started,
    withheld_answers_shown,
    *RIGHTS,
)

__all__ = [
    "RULES",
    "SEVERITIES",
    "Finding",
    "Rule",
    "Severity",
    "blockers",
    "lint",
]
