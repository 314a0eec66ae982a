"""The Celery application: queues and the whole beat schedule.

PostgreSQL remembers, Celery only wakes: every entry below is a sweep over rows, safe to run any
number of times and by any number of workers. Nothing is lost when the broker is emptied, so there
is no result backend, no eta and no countdown.
"""

from celery import Celery
from kombu import Queue

from esm.sweeper import Steady, Sweeper
from esm.worker import HEARTBEAT, HEARTBEAT_SECONDS, Sweep, SweepsWithoutBroker, use_transport

FAST_QUEUES = ("timers", "outbox", "projection")
SLOW_QUEUES = ("mail", "files", "bulk")
# Receivers may hang: what they hold up must be nobody else.
WEBHOOK_QUEUES = ("webhooks",)
QUEUES = FAST_QUEUES + SLOW_QUEUES + WEBHOOK_QUEUES

SWEEPS = [
    # Clocks are swept all the time (see below); this run is for when that process is not there.
    Sweep("workflows.tasks.sweep_clocks", "timers", 5),
    Sweep("workflows.tasks.close_silent", "timers", 5),
    Sweep("governance.tasks.sweep", "timers", 1),
    Sweep("workflows.tasks.close_sessions", "timers", 30),
    Sweep("events.dispatch_outbox", "outbox", 1, ("outbox",)),
    Sweep("events.project_dirty", "projection", 1),
    Sweep("events.dispatch_outbox", "mail", 1, ("mail",)),
    Sweep("events.send_webhooks", "webhooks", 1, longest=20),
    Sweep("events.dispatch_outbox", "files", 1, ("files",)),
    Sweep("catalog.tasks.sweep_files", "bulk", 600),
    Sweep("workflows.tasks.index_missing", "bulk", 300),
    # An import may take minutes; the limit is the slow worker's.
    Sweep("valueflow.import_queued", "bulk", 2, longest=300),
    # Once a day each, whatever the number of tickers: the slot is a row.
    Sweep("catalog.tasks.count_use", "bulk", 600),
    Sweep("governance.tasks.detect", "bulk", 600),
    # Once a day as well, and once for each version that was published.
    Sweep("governance.tasks.check_model", "bulk", 60, longest=300),
    Sweep("governance.tasks.sweep_commitments", "bulk", 600),
    Sweep("valueflow.tasks.observe", "bulk", 600),
    Sweep("valueflow.tasks.send_figures", "bulk", 300, longest=120),
    # A look, unless the counts are missing or the organisation moved to another zone.
    Sweep("valueflow.tasks.recount", "bulk", 600, longest=900),
    Sweep("valueflow.tasks.tell_waits", "bulk", 600, longest=300),
    Sweep("events.ensure_partitions", "bulk", 600),
    Sweep("events.anchor", "bulk", 600),
    Sweep("events.check_ledger", "bulk", 600, longest=300),
    Sweep("events.forget_webhook_messages", "bulk", 600),
    Sweep("events.forget_answers", "bulk", 600),
    Sweep("governance.tasks.forget_lookups", "bulk", 600),
]

# Run without a pause while there is work, beside the pool of whoever has the queue.
STEADY = [Steady("workflows.tasks.fire_clocks", "timers", 0.25)]

use_transport()
app = Celery("esm")
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue(name, routing_key=name) for name in QUEUES],
    task_default_queue="bulk",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # A message nobody read in time is worth nothing: the next one asks the same question.
    beat_schedule={
        sweep.key: {
            "task": sweep.task,
            "args": sweep.arguments,
            "schedule": float(sweep.seconds),
            "options": {"queue": sweep.queue, "expires": 10 * sweep.seconds},
        }
        for sweep in SWEEPS
    }
    | {
        f"heartbeat of {queue}": {
            "task": HEARTBEAT,
            "schedule": float(HEARTBEAT_SECONDS),
            "args": (queue,),
            "options": {"queue": queue, "expires": 6 * HEARTBEAT_SECONDS},
        }
        for queue in QUEUES
    },
    sweeps=SWEEPS,
    steady=STEADY,
    beat_scheduler="esm.worker:Ticker",
    beat_max_loop_interval=1,
    worker_prefetch_multiplier=1,
    worker_eta_task_limit=10,
    worker_send_task_events=False,
    worker_enable_remote_control=False,
    worker_soft_shutdown_timeout=10,
    worker_hijack_root_logger=False,
    worker_max_tasks_per_child=20_000,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_pool_limit=8,
    # Publishing with the broker away must fail within a second: the row is the truth, not the hint.
    task_publish_retry=False,
    broker_connection_timeout=1,
    broker_transport_options={
        "socket_connect_timeout": 1,
        "socket_timeout": 1,
        "retry_on_timeout": False,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
        "interval_max": 0,
        "visibility_timeout": 60,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
)
app.steps["worker"].add(SweepsWithoutBroker)
app.steps["worker"].add(Sweeper)
app.autodiscover_tasks()
