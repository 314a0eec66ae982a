"""Rows of the matrix: cards of roles, what is kept apart, figures of decisions."""

from tests.permissions.asking import Row

# fmt: off
CARDS = [
    Row("role", "role",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("my-roles",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("separation",
        get="in  no  no  no  ok  ok  ok  ok  in"),
    Row("separation-export",
        get="in  no  no  no  ok  ok  ok  ok  in"),
    Row("flow-decisions",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-decisions-list",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("flow-decisions-export",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("api-flow-decisions",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
    Row("api-role-card", "role",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
]
# fmt: on
