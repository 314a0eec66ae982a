"""Problems that a simpler way of working would not have: steps passed by, steps that are one."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from esm.common.ui.amounts import number
from governance.blueprint.kinds import Workflow
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.lint.flow import above
from valueflow.engine.summary import FEW
from valueflow.selectors.causes import AtStep
from valueflow.selectors.drill_causes import WAITED
from valueflow.selectors.problem_counts import Counts
from valueflow.selectors.problem_kinds import Problem, Proof, proof_days, proof_n

# Percent: a step that is passed by.
SKIPPED = 90
# Of how many requests these speak at least.
MIN_PASSED = 20
# Work of one team that goes on within so many days has no queue between.
AT_ONCE = 0.1


def skipped(counts: Counts) -> Iterator[Problem]:
    """Steps that nearly all requests pass by."""
    for key, workflow, stage in _steps(counts):
        passed = counts.passed.get((key, stage.key), 0)
        came = counts.entered.get((key, stage.key), 0)
        by = passed - came
        if passed < MIN_PASSED or not above(by, SKIPPED, passed):
            continue
        stream = str(workflow.value_stream)
        # How long the others waited is told of five and more.
        known = came == 0 or came >= FEW
        lay = counts.waited.get((stream, stage.key), AtStep(0, 0.0)) if known else AtStep(0, 0.0)
        words = {"stage": stage.name, "by": number(by), "n": number(passed)}
        yield Problem(
            kind="skipped",
            stream=stream,
            place=f"{key}/{stage.key}",
            name=stage.name,
            days=lay.days,
            n=by,
            sentence=_("“%(stage)s” was passed by %(by)s of %(n)s requests.") % words,
            advice=_("Remove it, or move what is left of it to the step before."),
            proofs=(
                Proof("share", _("Passed it by"), by / passed, "share"),
                Proof("n", _("Requests"), passed, "count"),
                *([proof_days(_("Others waited there"), lay.days)] if known else []),
            ),
            figure=WAITED,
            extra={"without": f"{key}/{stage.key}"},
        )


def merges(counts: Counts) -> Iterator[Problem]:
    """Steps of one team that follow one another at once."""
    for key, workflow, stage in _steps(counts):
        before = [_named(workflow, flow.source) for flow in workflow.flows
                  if flow.target == stage.key and flow.kind == "forward"]  # fmt: skip
        if len(before) != 1 or before[0] is None or stage.kind != "work":
            continue
        stream, former = str(workflow.value_stream), before[0]
        came = counts.entered.get((key, stage.key), 0)
        lay = counts.waited.get((stream, stage.key), AtStep(0, 0.0))
        if former.kind != "work" or former.team != stage.team or not stage.team:
            continue
        if came < MIN_PASSED or lay.days > AT_ONCE * came:
            continue
        words = {"former": former.name, "stage": stage.name, "n": number(came)}
        yield Problem(
            kind="merge",
            stream=stream,
            place=f"{key}/{stage.key}",
            name=_("%(former)s, %(stage)s") % words,
            days=lay.days,
            n=came,
            sentence=_(
                "“%(former)s” and “%(stage)s” are done by one team, one right after the other, "
                "%(n)s times."
            )
            % words,
            advice=_("Make them one step."),
            proofs=(proof_days(_("Waited between"), lay.days), proof_n(came)),
            figure="finished",
            extra={"stage": stage.key},
        )


def _steps(counts: Counts) -> Iterator[tuple[str, Workflow, Stage]]:
    for key, workflow in sorted(counts.workflows.items()):
        for stage in workflow.stages:
            yield key, workflow, stage


def _named(workflow: Workflow, key: str) -> Stage | None:
    return next((stage for stage in workflow.stages if stage.key == key), None)
