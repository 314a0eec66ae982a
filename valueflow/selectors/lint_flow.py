"""What happened, as the checks of the model ask for it: a fixed number of queries.

Only requests that general figures may speak of count. Plugged into governance by ``apps.py``.
"""

from dataclasses import replace
from datetime import datetime

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.facts import Flow
from valueflow.selectors.lint_agreements import agreement_flows
from valueflow.selectors.lint_decisions import decision_flows
from valueflow.selectors.lint_handoffs import handoff_flows
from valueflow.selectors.lint_offerings import offering_flows
from valueflow.selectors.lint_outside import outside_the_model
from valueflow.selectors.lint_steps import step_flows
from valueflow.selectors.lint_value import periods_without, unrealised


def flow_part(bp: Blueprint, at: datetime, flow: Flow) -> Flow:
    """Steps, handoffs, decisions, offerings, work outside and measures, until a moment."""
    return replace(
        flow,
        steps=step_flows(bp, at),
        handoffs=handoff_flows(at),
        agreements=agreement_flows(at),
        decisions=decision_flows(at),
        offerings=offering_flows(bp, at),
        outside=outside_the_model(at),
        periods_without=periods_without(bp, at),
        unrealised=unrealised(),
    )
