"""How work flows: Q1 to Q8, and what delay costs (Q24)."""

from django.utils.translation import gettext_lazy as _

from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.flows_bottleneck import bottleneck
from valueflow.selectors.questions.flows_delay import delay
from valueflow.selectors.questions.flows_green import green
from valueflow.selectors.questions.flows_handoffs import handoffs
from valueflow.selectors.questions.flows_load import in_flight
from valueflow.selectors.questions.flows_returns import returns
from valueflow.selectors.questions.flows_speed import promises, slow
from valueflow.selectors.questions.flows_time import time_spent

GROUP = "flow"
QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q1",
        slug="slow",
        title=_("Where does value flow slowly?"),
        short=_("Slow streams"),
        group=GROUP,
        answer=slow,
        first_for=("executive",),
    ),
    Question(
        code="Q2",
        slug="promises",
        title=_("Are we keeping our promises?"),
        short=_("Promises"),
        group=GROUP,
        answer=promises,
        first_for=("executive",),
    ),
    Question(
        code="Q3",
        slug="time",
        title=_("How much of the time is work, how much waiting, and whose waiting?"),
        short=_("Work and waiting"),
        group=GROUP,
        answer=time_spent,
        first_for=("owner",),
    ),
    Question(
        code="Q4",
        slug="handoffs",
        title=_("Where are handoffs bad?"),
        short=_("Handoffs"),
        group=GROUP,
        answer=handoffs,
        first_for=("owner", "department"),
    ),
    Question(
        code="Q5",
        slug="returns",
        title=_("Why is work sent back?"),
        short=_("Returns"),
        group=GROUP,
        answer=returns,
        first_for=("owner",),
    ),
    Question(
        code="Q6",
        slug="bottleneck",
        title=_("What is the bottleneck now?"),
        short=_("Bottleneck"),
        group=GROUP,
        answer=bottleneck,
        first_for=("owner",),
    ),
    Question(
        code="Q7",
        slug="green",
        title=_("Is everyone green while the customer waits?"),
        short=_("Green, yet late"),
        group=GROUP,
        answer=green,
        first_for=("owner",),
    ),
    Question(
        code="Q8",
        slug="in-flight",
        title=_("How much is in flight, and how old is it?"),
        short=_("In flight"),
        group=GROUP,
        answer=in_flight,
        first_for=("owner", "department"),
    ),
    Question(
        code="Q24",
        slug="delay",
        title=_("What does the delay cost?"),
        short=_("Cost of delay"),
        group=GROUP,
        answer=delay,
        first_for=("executive",),
    ),
)
