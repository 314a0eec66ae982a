"""Pages of figures that are no question of the list: departments, and one of them."""

from functools import partial

from django.utils.translation import gettext as _

from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.questions.departments import all_departments, department

ALL = "departments"


def subject(key: str = "") -> Question:
    """What each department gives and receives, or one of them by its key."""
    answer = partial(department, key) if key else all_departments
    title = "" if key else _("Between departments")
    return Question(ALL, key or ALL, title, title, "flow", answer)
