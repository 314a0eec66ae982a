"""A database that is away, full or hanging: 503 with a way on, and nobody waits for it."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections
from django.test import RequestFactory

from esm.common import views
from esm.common.postgresql import presence


def named(code: str) -> Any:
    """Stands for the library's error of a code, which only the library itself can make."""

    class Coded(psycopg2.Error):
        pgcode = code

    error = OperationalError("it failed")
    error.__cause__ = Coded()
    return error


@pytest.mark.parametrize(
    ("codes", "reason"),
    [
        (("08006", "57P01", "57P03", "53300"), presence.AWAY),
        (("55P03", "40P01", "40001"), presence.BUSY),
        (("57014",), presence.LONG),
        (("23505", "42P01", "22001"), ""),
    ],
)
def test_away_full_busy_and_slow_are_told_apart_and_other_errors_are_ours(
    codes: tuple[str, ...], reason: str
) -> None:
    assert [presence.reason(named(code)) for code in codes] == [reason] * len(codes)


def test_a_lost_connection_is_found_behind_what_followed_it() -> None:
    lost = InterfaceError("connection already closed")
    try:
        try:
            raise lost
        except InterfaceError as error:
            raise ValueError("while closing") from error
    except ValueError as error:
        assert presence.reason(error) == presence.AWAY
    assert presence.reason(ValueError("something else")) == ""
    assert presence.reason(None) == ""


@pytest.mark.parametrize("path", ["/", "/api/v1/requests"])
def test_a_lost_database_is_503_with_a_way_on(path: str) -> None:
    request = RequestFactory().get(path)
    try:
        raise OperationalError("server closed the connection unexpectedly")
    except OperationalError:
        answer = views.failed(request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    if path.startswith("/api/"):
        assert answer["Content-Type"] == "application/problem+json"
        assert b'"code": "unavailable"' in answer.content
    else:
        assert b"load this page again" in answer.content


def test_a_mistake_of_ours_stays_500(db: None) -> None:
    try:
        raise ValueError("ours")
    except ValueError:
        assert views.failed(RequestFactory().get("/")).status_code == 500


@pytest.fixture
def deaf(tmp_path: Path) -> Any:
    """A server as one that was stopped: the kernel takes connections, nobody answers."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / ".s.PGSQL.5432"))
        listening.listen(8)
        yield {"host": str(tmp_path), "dbname": "esm"}


@pytest.mark.django_db(transaction=True)
def test_a_request_that_waits_for_a_silent_server_fails(
    deaf: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection in hand is cut, nobody connects until the server answers again."""
    monkeypatch.setattr(presence, "ANSWER_S", 0.2)
    monkeypatch.setattr(presence, "LONG_S", 0.0)
    monkeypatch.setattr(presence, "PAUSE_S", 0.0)
    watch = presence.Watch()
    monkeypatch.setattr(presence, "watch", watch)
    monkeypatch.setattr(watch, "_ensure_thread", lambda: None)
    seen: list[str] = []
    asking: list[int] = []
    entered = threading.Event()

    def ask() -> None:
        connections[DEFAULT_DB_ALIAS].ensure_connection()
        try:
            with watch.request(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                asking.append(cursor.fetchone()[0])
                entered.set()
                cursor.execute("SELECT pg_sleep(60)")
        except OperationalError as error:
            seen.append("cut" if presence.reason(error) == presence.AWAY else repr(error))
        connection.close()
        try:
            connection.ensure_connection()
        except OperationalError as error:
            seen.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=ask)
    thread.start()
    assert entered.wait(30)
    there = connection.get_connection_params()
    watch.look(there)
    assert not watch.away
    while thread.is_alive():
        watch.look(deaf)
        time.sleep(0.05)
    assert seen == ["cut", "The database does not answer."]
    watch.look(there)
    assert not watch.away
    watch.refuse()
    # The server itself still sleeps for a client that is gone.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", asking)


def test_asking_a_silent_server_ends(deaf: dict[str, Any]) -> None:
    assert not presence.answers(deaf, 0.1)
    assert not presence.answers({"host": "/nowhere", "dbname": "esm"}, 0.1)


def test_without_a_reason_nobody_is_asked(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[[], None]] = []
    monkeypatch.setattr(presence, "answers", lambda *_: asked.append(lambda: None))
    presence.Watch().look({})
    assert asked == []
