from valueflow.models.baselines import Baseline
from valueflow.models.facts import (
    FactDecision,
    FactHandoff,
    FactRequest,
    FactSpan,
    FactVisit,
)
from valueflow.models.improvements import ImprovementOpportunity, StreamProblem
from valueflow.models.logs import EventLog, LogBadRow, LogEvent, LogLabel
from valueflow.models.rollups import RollupFourWeeks, RollupState, RollupWeek
from valueflow.models.views import FlowSubscription, FlowView
from valueflow.models.waits import FactWait, WaitWeek

__all__ = [
    "Baseline",
    "EventLog",
    "FactDecision",
    "FactHandoff",
    "FactRequest",
    "FactSpan",
    "FactVisit",
    "FactWait",
    "FlowSubscription",
    "FlowView",
    "ImprovementOpportunity",
    "LogBadRow",
    "LogEvent",
    "LogLabel",
    "RollupFourWeeks",
    "RollupState",
    "RollupWeek",
    "StreamProblem",
    "WaitWeek",
]
