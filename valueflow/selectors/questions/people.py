"""Whether people follow and how it feels: Q18 to Q21."""

from django.utils.translation import gettext_lazy as _

from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.people_felt import feel
from valueflow.selectors.questions.people_following import follow

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
        code="Q21",
        slug="felt",
        title=_("How do requesters feel?"),
        short=_("How it feels"),
        group=GROUP,
        answer=feel,
        first_for=("owner", "executive"),
    ),
)
