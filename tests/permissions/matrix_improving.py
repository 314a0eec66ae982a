"""Rows of the matrix: problems of streams, and the opportunities made of them."""

from tests.permissions.asking import Row

# fmt: off
IMPROVING = [
    Row("flow-problems",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("api-flow-problems",
        get="un  ok  ok  ok  ok  ok  ok  ok  ok"),
]
# fmt: on
