"""Whether people follow and how it feels: Q18 to Q21."""

from django.utils.translation import gettext_lazy as _

from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.people_critical import few
from valueflow.selectors.questions.people_felt import feel
from valueflow.selectors.questions.people_following import follow
from valueflow.selectors.questions.people_with import with_us

GROUP = "people"
QUESTIONS: tuple[Question, ...] = (
    Question(
        code="Q18",
        slug="following",
        title=_("Are people following the model?"),
        short=_("Following the model"),
        group=GROUP,
        answer=follow,
        first_for=("owner", "steward"),
    ),
    Question(
        code="Q19",
        slug="with-us",
        title=_("Are people with us?"),
        short=_("People with us"),
        group=GROUP,
        answer=with_us,
        first_for=("executive", "steward"),
    ),
    Question(
        code="Q20",
        slug="critical",
        title=_("Which are the critical few, and are sponsors acting?"),
        short=_("Critical few"),
        group=GROUP,
        answer=few,
        first_for=("executive",),
    ),
    Question(
        code="Q21",
        slug="felt",
        title=_("How do requesters feel?"),
        short=_("How it feels"),
        group=GROUP,
        answer=feel,
        first_for=("owner", "executive"),
    ),
)
