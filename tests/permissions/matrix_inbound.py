"""Rows of the matrix: programs outside whose messages become requests."""

from typing import Any

from tests.permissions.asking import Row
from tests.permissions.world import Stage


def a_source(stage: Stage) -> dict[str, str]:
    """What makes one."""
    row = stage.source
    return {
        "name": "Ward",
        "program": row.program.key,
        "requester": row.requester.key,
        "offering": row.offering.key,
        "mapping": "subject: title",
    }


def a_program(stage: Stage) -> dict[str, Any]:
    """What makes or changes one."""
    owner = stage.world.person(stage.world.journey["persona"])
    return {"name": "Ward link", "role": "ledger-link", "owner": owner.key,
            "scopes": ["requests:read"], "reason": "Agreed."}  # fmt: skip


TOKEN = {"name": "Night run", "scopes": ["requests:read"]}

# fmt: off
INBOUND = [
    Row("admin-programs",
        get="in  no  no  no  no  ok  ok  ok  in"),
    Row("admin-program-new", send=a_program,
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("admin-program", "program",
        get="in  no  no  no  no  ok  ok  ok  in"),
    Row("admin-program-edit", "program", a_program,
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("admin-program-end", "program", {"reason": "Not used."},
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("admin-program-token-new", "program", {**TOKEN, "days": "30"},
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  ok  in"),
    Row("admin-program-token", "program-token",
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("api-programs", send=a_program,
        get="un  no  no  no  no  ok  ok  ok  no",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-program", "program", {"name": "Ward"},
        get="un  no  no  no  no  ok  ok  ok  no",
        patch="un  no  no  no  no  no  no  ok  no"),
    Row("api-program-end", "program", {"reason": "Not used."},
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-program-tokens", "program", TOKEN,
        get="un  no  no  no  no  ok  ok  ok  no",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-program-token-end", "program-token",
        post="un  no  no  no  no  no  no  ok  no"),
    # Whoever signs as the source is believed; nobody of these does.
    Row("source-receive", "source",
        post="un  un  un  un  un  un  un  un  un"),
    Row("sources",
        get="in  no  no  no  no  no  no  ok  in"),
    Row("source-new", send=a_source,
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  ok  in"),
    Row("source", "source", {"body": "{}"},
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  bad in"),
    Row("source-edit", "source", {"name": "Ward", "mapping": "subject: title"},
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("source-rotate", "source",
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  ok  in"),
    Row("source-end", "source",
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("api-sources", send=a_source,
        get="un  no  no  no  no  no  no  ok  no",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-source", "source", {"name": "Ward"},
        get="un  no  no  no  no  no  no  ok  no",
        patch="un  no  no  no  no  no  no  ok  no",
        delete="un  no  no  no  no  no  no  ok  no"),
    Row("api-source-rotate", "source",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-source-try", "source", {"body": {}},
        post="un  no  no  no  no  no  no  bad no"),
    Row("api-source-messages", "source",
        get="un  no  no  no  no  no  no  ok  no"),
]
