"""Rows of the matrix: programs outside whose messages become requests."""

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


# fmt: off
INBOUND = [
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
    Row("source-rotate", "source",
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  ok  in"),
    Row("source-end", "source",
        get="in  no  no  no  no  no  no  ok  in",
        post="in  no  no  no  no  no  no  go  in"),
    Row("api-sources", send=a_source,
        get="un  no  no  no  no  no  no  ok  no",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-source", "source",
        get="un  no  no  no  no  no  no  ok  no",
        delete="un  no  no  no  no  no  no  ok  no"),
    Row("api-source-rotate", "source",
        post="un  no  no  no  no  no  no  ok  no"),
    Row("api-source-try", "source", {"body": {}},
        post="un  no  no  no  no  no  no  bad no"),
    Row("api-source-messages", "source",
        get="un  no  no  no  no  no  no  ok  no"),
]
