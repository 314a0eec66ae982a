"""How work flows: Q1 to Q8, and what delay costs (Q24)."""

from django.utils.translation import gettext_lazy as _

from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.flows_handoffs import handoffs
from valueflow.selectors.questions.flows_returns import returns
from valueflow.selectors.questions.flows_speed import promises, slow

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
)
