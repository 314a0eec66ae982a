"""Measures and promises of the world."""

from datetime import date
from decimal import Decimal
from typing import Any

from catalog.models import Observation
from catalog.services.observations import Observed, record_observation
from governance.selectors.people import actor_for
from tests.permissions import making
from valueflow.models import FlowView
from valueflow.services.flow_views import save_view

MEASURE = "excess-rights"
BENEFIT, TECHNOLOGY = "signature-halved", "sign-swift"


def observation_of(stage: Any) -> Observation:
    """What the steward recorded of a measure, once."""
    if "an observation" not in stage.__dict__:
        observed = Observed(date(2026, 6, 1), date(2026, 6, 30), Decimal(31))
        actor = actor_for(stage.accounts["steward"])
        stage.__dict__["an observation"] = record_observation(MEASURE, observed, actor=actor)
    row: Observation = stage.__dict__["an observation"]
    return row


def flow_view_of(stage: Any) -> FlowView:
    """Figures that the requester keeps for themselves, once."""
    if "a flow view" not in stage.__dict__:
        actor = actor_for(stage.accounts["requester"])
        stage.__dict__["a flow view"] = save_view(
            name="Ours", audience="mine", question="", params={}, actor=actor
        )
    row: FlowView = stage.__dict__["a flow view"]
    return row


def made(stage: Any) -> bool:
    """What is made once, before any test takes back what it does."""
    return bool(making.waiver_of(stage) and observation_of(stage) and flow_view_of(stage))


PLACES = {
    "measure": lambda stage, request: {"key": MEASURE},
    "benefit": lambda stage, request: {"key": BENEFIT},
    "technology": lambda stage, request: {"key": TECHNOLOGY},
    "promise": lambda stage, request: {"key": TECHNOLOGY, "benefit": BENEFIT},
    "observation": lambda stage, request: {"number": observation_of(stage).pk},
}
