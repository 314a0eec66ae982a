"""Problem codes that tokens add."""

from esm.common.api.explained import Explained

PROBLEMS = (
    Explained(
        "token-scope",
        403,
        "A token cannot make one that may do more than itself.",
        "Ask for scopes that this token has, or make it in the browser.",
    ),
)
