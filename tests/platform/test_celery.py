"""Queues, schedule and manners of the workers."""

import logging
from pathlib import Path

import pytest
import yaml
from celery import Celery
from kombu.exceptions import OperationalError

from esm.celery import FAST_QUEUES, QUEUES, SLOW_QUEUES, SWEEPS, WEBHOOK_QUEUES, app
from esm.embedded.management.commands.up import Command
from esm.worker import HEARTBEAT, LastRuns, Sweep, Ticker, run_quietly
from tests.platform.portal import ROOT


def test_every_scheduled_task_exists_and_every_queue_is_read() -> None:
    app.loader.import_default_modules()
    schedule = app.conf.beat_schedule

    assert {entry["task"] for entry in schedule.values()} <= set(app.tasks)
    assert {entry["options"]["queue"] for entry in schedule.values()} == set(QUEUES)
    assert {queue.name for queue in app.conf.task_queues} == set(QUEUES)
    beaten = {entry["args"] for entry in schedule.values() if entry["task"] == HEARTBEAT}
    assert beaten == {(queue,) for queue in QUEUES}


def test_the_sweeps_that_work_waits_for_run_every_second() -> None:
    every_second = {sweep.queue for sweep in SWEEPS if sweep.seconds == 1}

    assert every_second == {"timers", "outbox", "projection", "mail", "webhooks", "files"}


def test_nothing_is_kept_in_the_broker() -> None:
    conf = app.conf

    assert conf.task_acks_late and conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert conf.result_backend is None and conf.task_ignore_result
    assert all(entry["options"]["expires"] for entry in conf.beat_schedule.values())


def test_up_and_compose_run_a_worker_for_every_queue() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    commands = [service.get("command", []) for service in services.values()]
    read = [command[command.index("--queues") + 1] for command in commands if "--queues" in command]
    assert sorted(read) == sorted(QUEUES)
    source = Path(str(Command.handle.__code__.co_filename)).read_text()
    assert f'"{",".join(FAST_QUEUES)}"' in source
    assert f'"{",".join(SLOW_QUEUES)}"' in source
    assert f'"{",".join(WEBHOOK_QUEUES)}"' in source


def test_publishing_without_a_broker_fails_at_once(tmp_path: Path) -> None:
    lonely = Celery("lonely", broker=f"redis+socket://{tmp_path}/none.sock", set_as_current=False)
    lonely.conf.update(
        task_publish_retry=app.conf.task_publish_retry,
        broker_connection_timeout=app.conf.broker_connection_timeout,
        broker_transport_options=app.conf.broker_transport_options,
    )

    with pytest.raises(OperationalError):
        lonely.send_task(HEARTBEAT, args=("timers",), queue="timers")


def test_beat_sends_everything_at_once_when_it_starts() -> None:
    ticker = Ticker(app)

    assert set(ticker.schedule) == set(app.conf.beat_schedule)
    assert all(entry.is_due().is_due for entry in ticker.schedule.values())


def test_runs_are_noted_per_sweep_and_shared_memory_knows_only_watched_ones() -> None:
    runs = LastRuns()
    mail = Sweep("events.dispatch_outbox", "mail", 1, ("mail",))
    other = Sweep("events.dispatch_outbox", "webhooks", 1, ("webhooks",))
    runs.watch([mail, other])
    first = runs.idle_seconds(mail.key)
    runs.ran(mail.key)
    runs.ran("a task nobody watches")

    assert mail.key == "events.dispatch_outbox mail"
    assert runs.idle_seconds(mail.key) <= runs.idle_seconds(other.key)
    assert first >= 0


def test_a_long_sweep_is_not_idle_while_it_runs() -> None:
    runs = LastRuns()
    long = Sweep("long", "bulk", 2, longest=300)
    short = Sweep("short", "bulk", 2)
    runs.watch([long, short])
    for sweep in (long, short):
        runs.begins(sweep.key)

    assert runs.idle_seconds(long.key) < -200
    assert runs.idle_seconds(short.key) >= 0

    runs.ran(long.key)
    assert runs.idle_seconds(long.key) >= 0


def test_a_sweep_that_fails_is_logged_and_does_not_stop_the_next(
    caplog: pytest.LogCaptureFixture,
) -> None:
    done: list[str] = []
    tasks = Celery("two", set_as_current=False)

    @tasks.task(name="broken")
    def broken() -> None:
        raise ValueError("no")

    @tasks.task(name="sound")
    def sound(word: str) -> None:
        done.append(word)

    with caplog.at_level(logging.ERROR):
        run_quietly(tasks, Sweep("broken", "bulk", 1))
        run_quietly(tasks, Sweep("sound", "bulk", 1, ("swept",)))

    assert done == ["swept"]
    assert "broken failed outside the broker" in caplog.text
