"""Measures and promises of the world."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from catalog.models import Observation
from catalog.services.observations import Observed, record_observation
from esm.common import clock
from governance.models import Person
from governance.selectors import versions
from governance.selectors.people import actor_for
from tests.permissions import making
from valueflow.engine.baselines import DEFINITIONS, code_version, rows_hash
from valueflow.models import Baseline, FlowView
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
    return bool(
        making.waiver_of(stage)
        and observation_of(stage)
        and flow_view_of(stage)
        and baseline_of(stage)
    )


def baseline_of(stage: Any) -> Baseline:
    """A baseline of the first stream, once; of nothing, for nothing was finished."""
    if "a baseline" not in stage.__dict__:
        version = versions.current()
        assert version is not None
        stage.__dict__["a baseline"] = Baseline.objects.create(
            stream_key=versions.blueprint(version).keys("ValueStream")[0],
            start=clock.now() - timedelta(weeks=20), end=clock.now() - timedelta(weeks=10),
            version=version, definitions=dict(DEFINITIONS), code=code_version(), requests=[],
            rows_hash=rows_hash([]), figures={"p50_business_s": None, "p50_calendar_s": None,
            "day_s": 28_800}, person=Person.objects.get(users=stage.accounts["steward"]),
        )  # fmt: skip
    row: Baseline = stage.__dict__["a baseline"]
    return row


PLACES = {
    "baseline": lambda stage, request: {"number": baseline_of(stage).pk},
    "measure": lambda stage, request: {"key": MEASURE},
    "benefit": lambda stage, request: {"key": BENEFIT},
    "technology": lambda stage, request: {"key": TECHNOLOGY},
    "promise": lambda stage, request: {"key": TECHNOLOGY, "benefit": BENEFIT},
    "observation": lambda stage, request: {"number": observation_of(stage).pk},
}
