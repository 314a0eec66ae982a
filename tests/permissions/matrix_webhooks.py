"""Rows of the matrix: webhooks. The one that is named belongs to the requester."""

from tests.permissions.asking import Row
from tests.permissions.world import Stage

WEBHOOK = {"url": "https://8.8.8.8/hook", "types": ["request.*"], "description": "Ledger"}


def today(stage: Stage) -> dict[str, str]:
    """The day of the tests."""
    return {"since": stage.world.now.date().isoformat()}


def an_hour(stage: Stage) -> dict[str, str]:
    """The hour before now."""
    return {"since": "2026-09-01T08:00:00Z", "until": "2026-09-01T09:00:00Z"}


# fmt: off
WEBHOOKS = [
    Row("webhooks",
        get="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("webhook-new", send=WEBHOOK,
        get="in  ok  ok  ok  ok  ok  ok  ok  in",
        post="in  ok  ok  ok  ok  ok  ok  ok  in"),
    Row("webhook", "webhook",
        get="in  ok  --  --  --  --  --  ok  in"),
    Row("webhook-edit", "webhook", WEBHOOK,
        get="in  ok  --  --  --  --  --  no  in",
        post="in  go  --  --  --  --  --  no  in"),
    Row("webhook-rotate", "webhook",
        get="in  ok  --  --  --  --  --  no  in",
        post="in  ok  --  --  --  --  --  no  in"),
    Row("webhook-end", "webhook",
        get="in  ok  --  --  --  --  --  ok  in",
        post="in  go  --  --  --  --  --  go  in"),
    Row("webhook-replay", "webhook", today,
        get="in  ok  --  --  --  --  --  no  in",
        post="in  go  --  --  --  --  --  no  in"),
    Row("webhook-pause", "webhook",
        post="in  go  --  --  --  --  --  go  in"),
    Row("webhook-resume", "webhook",
        post="in  go  --  --  --  --  --  go  in"),
    Row("webhook-test", "webhook",
        post="in  go  --  --  --  --  --  no  in"),
    Row("webhook-again", "webhook-message",
        post="in  go  --  --  --  --  --  no  in"),
    Row("api-webhooks", send=WEBHOOK,
        get="un  ok  ok  ok  ok  ok  ok  ok  no",
        post="un  ok  ok  ok  ok  ok  ok  ok  no"),
    Row("api-webhook-types",
        get="un  ok  ok  ok  ok  ok  ok  ok  no"),
    Row("api-webhook", "webhook", WEBHOOK,
        get="un  ok  --  --  --  --  --  ok  no",
        put="un  ok  --  --  --  --  --  no  no",
        delete="un  ok  --  --  --  --  --  ok  no"),
    Row("api-webhook-rotate", "webhook",
        post="un  ok  --  --  --  --  --  no  no"),
    Row("api-webhook-pause", "webhook",
        post="un  ok  --  --  --  --  --  ok  no"),
    Row("api-webhook-resume", "webhook",
        post="un  ok  --  --  --  --  --  ok  no"),
    Row("api-webhook-test", "webhook",
        post="un  ok  --  --  --  --  --  no  no"),
    Row("api-webhook-replay", "webhook", an_hour,
        post="un  ok  --  --  --  --  --  no  no"),
    Row("api-webhook-messages", "webhook",
        get="un  ok  --  --  --  --  --  ok  no"),
    Row("api-webhook-again", "webhook-message",
        post="un  ok  --  --  --  --  --  no  no"),
]
