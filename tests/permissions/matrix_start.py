"""Rows of the matrix: an organisation is led from nothing, and adopts the way of working."""

from tests.permissions.asking import Row

# fmt: off
START = [
    # There are accounts: nobody opens the first.
    Row("first-account", "setup-key", {"name": "N"},
        get="--  --  --  --  --  --  --  --  --",
        post="--  --  --  --  --  --  --  --  --"),
    Row("start",
        get="in  no  no  no  no  ok  no  ok  in"),
    Row("start-next",
        get="in  no  no  no  no  go  no  go  in"),
    # A model is in force: the guide writes no more.
    Row("start-part", "start-part", {"team-1": "T"},
        get="in  no  no  no  no  st  no  no  in",
        post="in  no  no  no  no  st  no  no  in"),
    Row("start-publish",
        get="in  no  no  no  no  go  no  no  in",
        post="in  no  no  no  no  go  no  no  in"),
    Row("start-seats", send={"nobody": ""},
        get="in  no  no  no  no  ok  no  ok  in",
        post="in  no  no  no  no  go  no  go  in"),
    Row("start-accounts", send={"persons": ""},
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  bad in"),
]
# fmt: on
