from workflows.models.clocks import Clock
from workflows.models.handoffs import Handoff
from workflows.models.requests import (
    Attachment,
    Comment,
    Request,
    RequestUserPermission,
    StageVisit,
    Task,
    ValueStream,
    Workflow,
    WorkSession,
)

__all__ = [
    "Attachment",
    "Clock",
    "Comment",
    "Handoff",
    "Request",
    "RequestUserPermission",
    "StageVisit",
    "Task",
    "ValueStream",
    "WorkSession",
    "Workflow",
]
