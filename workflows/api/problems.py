"""Problem codes that running work adds."""

from esm.common.api.explained import Explained

PROBLEMS = (
    Explained(
        "criteria-missing",
        400,
        "The next team cannot start yet: criteria that both teams agreed on do not hold.",
        "`missing` lists them by key. Bring what is missing, or give `override` where the"
        " agreement allows it.",
    ),
    Explained(
        "checklist-open",
        400,
        "The step cannot be finished yet: items of its checklist that must be done are open.",
        "`missing` lists them by key. Tick them when they are done.",
    ),
)
