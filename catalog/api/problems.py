"""Problem codes that outcomes add."""

from esm.common.api.explained import Explained

PROBLEMS = (
    Explained(
        "measure-observe",
        403,
        "You may not say what was observed of this measure.",
        "The holder of the role that owns it does, or a steward; its `owner_role` says which.",
    ),
    Explained(
        "benefit-decide",
        403,
        "You may not decide what becomes of this benefit.",
        "Who is accountable for it decides, as a person; its `accountable_role` says which role.",
    ),
)
