from valueflow.models.facts import (
    FactDecision,
    FactHandoff,
    FactRequest,
    FactSpan,
    FactVisit,
)
from valueflow.models.logs import EventLog, LogBadRow, LogEvent, LogLabel
from valueflow.models.rollups import RollupFourWeeks, RollupState, RollupWeek

__all__ = [
    "EventLog",
    "FactDecision",
    "FactHandoff",
    "FactRequest",
    "FactSpan",
    "FactVisit",
    "LogBadRow",
    "LogEvent",
    "LogLabel",
    "RollupFourWeeks",
    "RollupState",
    "RollupWeek",
]
