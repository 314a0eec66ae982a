"""What the clockwork runs. Any number of these may run at once; nothing is lost without them."""

from datetime import timedelta

from celery import shared_task

from esm.events.services import (
    anchors,
    checking,
    dirty,
    dispatch,
    jobs,
    kept_answers,
    partitions,
    sending,
)
from esm.events.services.offset import follow_clock


@shared_task(name="events.dispatch_outbox", ignore_result=True)
def dispatch_outbox(queue: str = "outbox") -> int:
    """Deliver what is due in a queue; returns how many were done."""
    follow_clock()
    return dispatch.dispatch(queue).done


@shared_task(name="events.project_dirty", ignore_result=True)
def project_dirty() -> int:
    """Bring projections up to date; returns how many chains."""
    follow_clock()
    return dirty.project_dirty()


@shared_task(name="events.heartbeat", ignore_result=True)
def heartbeat(queue: str, name: str = "") -> None:
    """Came through a queue and was run: its worker lives. A process of its own names itself."""
    jobs.beat(name or f"queue:{queue}", queue)


@shared_task(name="events.ensure_partitions", ignore_result=True)
def ensure_partitions() -> None:
    """Open the ledger's next months, once a day."""
    follow_clock()
    jobs.run_slot("ensure_partitions", timedelta(days=1), partitions.ensure_partitions)


@shared_task(name="events.anchor", ignore_result=True)
def anchor() -> None:
    """Seal the heads of all chains, once a day."""
    follow_clock()
    jobs.run_slot("anchor", timedelta(days=1), anchors.anchor)


@shared_task(name="events.check_ledger", ignore_result=True)
def check_ledger() -> None:
    """Read the whole ledger against its hashes, once a day."""
    follow_clock()
    checking.check_daily()


@shared_task(name="events.send_webhooks", ignore_result=True)
def send_webhooks() -> int:
    """Send messages to webhooks for some seconds; returns how many arrived."""
    follow_clock()
    return sending.send_due().done


@shared_task(name="events.forget_webhook_messages", ignore_result=True)
def forget_webhook_messages() -> None:
    """Drop old messages from the logs of webhooks, once a day."""
    follow_clock()
    jobs.run_slot("forget_webhook_messages", timedelta(days=1), sending.forget_old)


@shared_task(name="events.forget_answers", ignore_result=True)
def forget_answers() -> None:
    """Remove answers to idempotency keys that are a week old, once a day."""
    follow_clock()
    jobs.run_slot("forget_answers", timedelta(days=1), kept_answers.forget_old)
