"""What agreeing to a version is judged by: pure, without rows."""

from governance.blueprint.consent.agreements import Side, Touched, mark_of, touched_agreements
from governance.blueprint.consent.objections import Answered, judged
from governance.blueprint.consent.reach import Reach, class_of, reach_of
from governance.blueprint.consent.technology import FOUR, NONE_TOUCHED, Asked, unanswered
from governance.blueprint.consent.working_days import after_days, days_between

__all__ = [
    "FOUR",
    "NONE_TOUCHED",
    "Answered",
    "Asked",
    "Reach",
    "Side",
    "Touched",
    "after_days",
    "class_of",
    "days_between",
    "judged",
    "mark_of",
    "reach_of",
    "touched_agreements",
    "unanswered",
]
