"""/healthz and /readyz as a load balancer and a person see them."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client

from esm.celery import QUEUES, app
from esm.events.models import Heartbeat
from esm.events.services import jobs, skew
from esm.worker import BEAT


def beat_all(age: timedelta = timedelta(0)) -> None:
    for queue in (*QUEUES, BEAT):
        Heartbeat.objects.update_or_create(
            name=f"queue:{queue}", defaults={"queue": queue, "at": Now() - age}
        )


def test_alive_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_ready_when_every_part_gives_a_sign_of_life(client: Client) -> None:
    beat_all()

    answer = client.get("/readyz")

    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ready"
    assert {name: check["ok"] for name, check in body["checks"].items()} == dict.fromkeys(
        [
            "database",
            "broker",
            "migrations",
            "worker fast",
            "worker slow",
            "worker webhooks",
            "beat",
            "clock",
        ],
        True,
    )
    assert set(body["checks"]["worker fast"]["queues"]) == {"timers", "outbox", "projection"}


@pytest.mark.django_db
def test_one_silent_queue_makes_its_worker_red(client: Client) -> None:
    beat_all()
    Heartbeat.objects.filter(queue="mail").update(at=Now() - timedelta(seconds=31))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["worker slow"]
    assert checks["worker slow"]["reason"] == "no heartbeat: mail"
    assert checks["worker slow"]["age_s"] >= 31


@pytest.mark.django_db
def test_a_process_whose_clock_is_wrong_is_told_for_half_a_minute(client: Client) -> None:
    beat_all()
    jobs.beat("clock@elsewhere", skew.ALARM, "This machine's clock is 3600 s off.")

    answer = client.get("/readyz")

    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["clock"]
    assert checks["clock"]["reason"] == "This machine's clock is 3600 s off."
    Heartbeat.objects.filter(queue=skew.ALARM).update(at=Now() - timedelta(seconds=31))
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_without_any_heartbeat_nothing_is_ready(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    red = {name for name, check in answer.json()["checks"].items() if not check["ok"]}
    assert red == {"worker fast", "worker slow", "worker webhooks", "beat"}


@pytest.mark.django_db
def test_an_absent_broker_is_named(client: Client, tmp_path: object) -> None:
    beat_all()
    before = app.conf.broker_write_url
    app.conf.broker_write_url = f"redis+socket://{tmp_path}/none.sock"
    try:
        answer = client.get("/readyz")
    finally:
        app.conf.broker_write_url = before

    assert answer.status_code == 503
    checks = answer.json()["checks"]
    assert [name for name, check in checks.items() if not check["ok"]] == ["broker"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_allowed(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
