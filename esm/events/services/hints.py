"""Wake-ups sent after a commit. They save a second; nothing depends on them."""

import logging
import time
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import connection, transaction

from esm.common import failpoints

log = logging.getLogger(__name__)

# Which task wakes which queue.
WAKE = {
    "outbox": "events.dispatch_outbox",
    "mail": "events.dispatch_outbox",
    "webhooks": "events.send_webhooks",
    "files": "events.dispatch_outbox",
    "projection": "events.project_dirty",
}
# After a failed publish the broker is left alone for so long (s).
PAUSE_S = 5.0
# A queue that this process woke so short a time ago is awake (s).
AWAKE_S = 0.1

_woken: dict[str, float] = {}
_switch: dict[str, float | bool] = {"on": True, "silent_until": 0.0}


def set_hints(on: bool) -> None:
    """Switch wake-ups of this process on or off; a replay needs none."""
    _switch["on"] = on


def hint(queue: str) -> None:
    """Wake the workers of a queue once the running transaction has committed.

    Sent at most once per transaction and queue, and by one process at most ten times a second: a
    worker that is at it takes what came meanwhile. Never fails, never waits long: the sweep of the
    next second finds the rows anyway.
    """
    if not _switch["on"] or not getattr(settings, "OUTBOX_HINTS", True):
        return
    if any(getattr(entry[1], "wakes", "") == queue for entry in connection.run_on_commit):
        return
    transaction.on_commit(_waker(queue), robust=True)


def _waker(queue: str) -> Callable[[], None]:
    def wake() -> None:
        now = time.monotonic()
        if now - _woken.get(queue, 0.0) >= AWAKE_S and publish(queue):
            _woken[queue] = now

    wake.wakes = queue  # type: ignore[attr-defined]
    return wake


def publish(queue: str) -> bool:
    """Send the wake-up now; False when there is no broker or it cannot be reached."""
    if not current_app.conf.broker_url or time.monotonic() < float(_switch["silent_until"]):
        return False
    failpoints.hit("hint.before_publish")
    try:
        current_app.send_task(
            WAKE[queue],
            args=(queue,) if WAKE[queue] == "events.dispatch_outbox" else (),
            queue=queue,
            retry=False,
            ignore_result=True,
            expires=60,
        )
    except Exception as error:
        # Whatever the broker's client raises, the change is committed and must not look failed.
        _switch["silent_until"] = time.monotonic() + PAUSE_S
        log.warning("No wake-up for %s: %s", queue, error)
        return False
    failpoints.hit("hint.after_publish")
    return True
