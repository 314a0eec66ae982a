"""Problem codes that tokens add."""

from esm.common.api.explained import Explained

PROBLEMS = (
    Explained(
        "role-ended",
        409,
        "The token's program acts in a role that the published model no longer has, so it may do"
        " nothing.",
        "An administrator lets it act in a role of the published model, whose version `in_force`"
        " names.",
    ),
    Explained(
        "owner-left",
        403,
        "Who answered for the token's program has left, so it may do nothing.",
        "An administrator says who answers for it now, under Administration, Programs.",
    ),
    Explained(
        "token-scope",
        403,
        "A token cannot make one that may do more than itself.",
        "Ask for scopes that this token has, or make it in the browser.",
    ),
)
