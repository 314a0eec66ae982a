from workflows.models.articles import ArticleUse
from workflows.models.clocks import CalendarContent, Clock
from workflows.models.handoffs import Handoff
from workflows.models.inbound import InboundMessage, InboundSecret, InboundSource
from workflows.models.moving import MigrationRun, RequestMigration
from workflows.models.off_model import OffModelWork
from workflows.models.pulses import Pulse
from workflows.models.replies import SavedReply
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
from workflows.models.saved_views import SavedView
from workflows.models.search import RequestText

__all__ = [
    "ArticleUse",
    "Attachment",
    "CalendarContent",
    "Clock",
    "Comment",
    "Handoff",
    "InboundMessage",
    "InboundSecret",
    "InboundSource",
    "MigrationRun",
    "OffModelWork",
    "Pulse",
    "Request",
    "RequestMigration",
    "RequestText",
    "RequestUserPermission",
    "SavedReply",
    "SavedView",
    "StageVisit",
    "Task",
    "ValueStream",
    "WorkSession",
    "Workflow",
]
