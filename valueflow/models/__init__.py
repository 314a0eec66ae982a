from valueflow.models.facts import (
    FactDecision,
    FactHandoff,
    FactRequest,
    FactSpan,
    FactVisit,
)
from valueflow.models.logs import EventLog, LogBadRow, LogEvent, LogLabel
from valueflow.models.rollups import RollupFourWeeks, RollupState, RollupWeek
from valueflow.models.views import FlowSubscription, FlowView

__all__ = [
    "EventLog",
    "FactDecision",
    "FactHandoff",
    "FactRequest",
    "FactSpan",
    "FactVisit",
    "FlowSubscription",
    "FlowView",
    "LogBadRow",
    "LogEvent",
    "LogLabel",
    "RollupFourWeeks",
    "RollupState",
    "RollupWeek",
]
