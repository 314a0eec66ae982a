"""A statement that takes too long, or waits too long for a lock, ends: nothing is half done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from celery import Celery
from django.db import connection, connections
from django.test import Client
from kombu import Queue

from esm import worker
from esm.accounts.models import User
from esm.celery import FAST_QUEUES, SLOW_QUEUES, WEBHOOK_QUEUES
from esm.common.postgresql import limits
from esm.common.postgresql.limits import Limits
from esm.events import registry
from esm.events.models import Delivery, Dirty, Event, JobRun, KeptAnswer, Suspect
from esm.events.registry import EventRow
from esm.events.services import dispatch, quarantine
from esm.events.services.dirty import project_dirty
from esm.settings import base, env
from governance.models import ModelVersion
from tests.api.test_once import REPLY, post, someone
from tests.events.conftest import happen
from workflows.models import SavedReply


@contextmanager
def process(kind: str) -> Iterator[None]:
    """This process is of that kind, and connects anew."""
    limits.use(kind)
    connection.close()
    try:
        yield
    finally:
        limits.use(limits.COMMAND)
        connection.close()


@pytest.fixture
def rival(transactional_db: None) -> Iterator[Any]:
    """Another connection, which holds what it locked until it ends its transaction."""
    other = connections["default"].copy()
    other.set_autocommit(False)
    yield other
    other.rollback()
    other.close()


def shown() -> tuple[str, str]:
    """The limits of this connection, as the server has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout')"
        )
        return tuple(cursor.fetchone())


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_opened_with_the_limits_of_its_process(settings: Any) -> None:
    settings.DATABASE_LIMITS = {**base.DATABASE_LIMITS, "web": Limits(20, 10)}
    found = {}
    for name in (limits.COMMAND, limits.WEB, limits.SWEEP, limits.BULK):
        with process(name):
            found[name] = shown()
    assert found == {
        "command": ("0", "10s"),
        "web": ("20s", "10s"),
        "sweep": ("45s", "10s"),
        "bulk": ("220s", "10s"),
    }


@pytest.mark.parametrize(
    ("queues", "expected"),
    [
        (FAST_QUEUES, "sweep"),
        (WEBHOOK_QUEUES, "sweep"),
        (SLOW_QUEUES, "bulk"),
        (("mail",), "sweep"),
    ],
)
def test_a_worker_knows_its_limits_by_its_queues(
    monkeypatch: pytest.MonkeyPatch, queues: tuple[str, ...], expected: str
) -> None:
    monkeypatch.setattr(limits, "_kind", limits.COMMAND)
    own = Celery("probe")
    own.conf.task_queues = [Queue(name) for name in queues]
    worker.limit_statements(sender=SimpleNamespace(app=own))
    assert limits.kind() == expected


def test_the_entries_of_web_say_that_they_are(settings: Any) -> None:
    for name in ("wsgi.py", "asgi.py"):
        assert "limits.use(limits.WEB)" in (Path(settings.BASE_DIR) / "esm" / name).read_text()


@pytest.mark.parametrize("given", ["-1", "2.5", "x", "٣", "86401"])
def test_a_time_that_is_none_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.setenv("WEB_STATEMENT_SECONDS", given)
    with pytest.raises(SystemExit) as refused:
        env.seconds("WEB_STATEMENT_SECONDS", 20)
    assert str(refused.value) == (
        "WEB_STATEMENT_SECONDS is a number of seconds up to 86400, such as 20; 0 is none."
    )


SLOW = (Limits(0.3, 10), "took-too-long", "30", "This took too long")
BUSY = (Limits(10, 0.3), "busy", "5", "Somebody else is changing this")


@pytest.mark.parametrize(("limit", "code", "wait", "title"), [SLOW, BUSY])
def test_a_call_that_is_cut_did_nothing_and_its_key_is_free(
    settings: Any, rival: Any, limit: Limits, code: str, wait: str, title: str
) -> None:
    who = someone()
    who.client.raise_request_exception = False
    browser = Client(raise_request_exception=False)
    browser.force_login(User.objects.get(username="ada"))
    settings.DATABASE_LIMITS = {**base.DATABASE_LIMITS, "web": limit}
    with rival.cursor() as cursor:
        cursor.execute("LOCK TABLE workflows_savedreply IN ACCESS EXCLUSIVE MODE")
    with process(limits.WEB):
        cut = post(who, "/replies", REPLY, "k-1")
        read = browser.get("/replies/")
    assert (cut.status_code, cut["Retry-After"], cut["Cache-Control"]) == (503, wait, "no-store")
    assert cut["Content-Type"] == "application/problem+json"
    assert cut.json()["code"] == code and cut.json()["type"].endswith(f"/#{code}")
    assert (read.status_code, read["Retry-After"]) == (503, wait)
    assert f"<h1>{title}</h1>" in read.content.decode()
    rival.rollback()
    assert (SavedReply.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert not Event.objects.filter(type="reply.saved").exists()
    again = post(who, "/replies", REPLY, "k-1")
    assert again.status_code == 201 and "Idempotency-Replayed" not in again
    assert SavedReply.objects.count() == 1
    assert browser.get("/replies/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_delivery_that_is_cut_is_undone_and_tried_again(
    settings: Any, parent: ModelVersion, register: Callable[..., None]
) -> None:
    seconds = [5.0]

    def consume(event: EventRow) -> None:
        JobRun.objects.create(job="effect", slot=event.occurred_at)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(%s)", [seconds[0]])

    register("probe.slow", consume)
    happen(parent, 1)
    settings.DATABASE_LIMITS = {**base.DATABASE_LIMITS, "sweep": Limits(0.3, 10)}
    with process(limits.SWEEP):
        outcome = dispatch.dispatch()
    assert (outcome.done, outcome.failed, JobRun.objects.count()) == (0, 1, 0)
    row = Delivery.objects.get()
    assert (row.state, row.attempts, row.lease_until) == ("due", 1, None)
    assert "statement timeout" in row.error
    seconds[0] = 0
    Delivery.objects.update(due_at=row.due_at.replace(year=2020))
    assert dispatch.dispatch().done == 1
    assert (JobRun.objects.count(), Delivery.objects.count()) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_a_projection_that_is_cut_is_set_aside_and_tried_again(
    settings: Any, make_parent: Callable[[], ModelVersion]
) -> None:
    """By the rules of sweeps: the others of its batch are done, it is tried alone and later."""
    slow, fast = make_parent(), make_parent()
    seconds, done = [5.0], list[int]()

    def project(parents: list[int]) -> None:
        if slow.pk in parents:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(%s)", [seconds[0]])
        done.extend(parents)

    registry.register_projector("model", project)
    try:
        happen(slow, 1)
        happen(fast, 1)
        settings.DATABASE_LIMITS = {**base.DATABASE_LIMITS, "sweep": Limits(0.3, 10)}
        with process(limits.SWEEP):
            quarantine.look_now()
            assert project_dirty() == 1
        assert (done, Dirty.objects.get().chain) == ([fast.pk], slow.chain)
        suspect = Suspect.objects.get()
        assert (suspect.state, suspect.attempts) == ("due", 1)
        assert "statement timeout" in suspect.error
        seconds[0] = 0
        Suspect.objects.update(due_at=suspect.due_at.replace(year=2020))
        quarantine.look_now()
        assert project_dirty() == 1
        assert (done, Dirty.objects.count(), Suspect.objects.count()) == ([fast.pk, slow.pk], 0, 0)
    finally:
        registry.unregister("model")
