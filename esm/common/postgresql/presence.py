"""Is the database there? Noticed within seconds also when it hangs, as a stopped server does.

A query to a server that was stopped, or whose host went away, waits for ever: the client's library
has no time-out for reading. So a thread of each web process looks at the requests in hand. When one
takes long, it asks the server for a sign of life by a connection of its own. Without an answer it
cuts the connections of all requests in hand, which fail at once, and until the server answers again
nobody connects.
"""

import logging
import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg2
from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, OperationalError, connections
from psycopg2 import extensions

log = logging.getLogger(__name__)

# A request in hand for so long makes us ask whether the server is there (s).
LONG_S = 0.5
# How long the server may take to answer that (s); it is asked at most so often (s).
ANSWER_S = 2.0
PAUSE_S = 1.0
# How often we look (s).
EVERY_S = 0.25
# SQLSTATE classes of a server that is away or full: connection, shutdown, resources.
AWAY_CLASSES = ("08", "57P", "53")
# Lock not available, deadlock, serialization: the same call may succeed in a moment.
BUSY_CODES = ("55P03", "40P01", "40001")
# A statement that ran longer than it may.
LONG_CODE = "57014"
# Why a call cannot be answered now.
AWAY, BUSY, LONG = "away", "busy", "long"


class Watch:
    """The requests in hand of one process, and whether its database is there."""

    def __init__(self) -> None:
        self.away = False
        self._in_hand: dict[int, tuple[float, Any]] = {}
        self._lock = threading.Lock()
        self._thread_of = 0
        self._asked = 0.0

    def refuse(self) -> None:
        """Raise OperationalError while the server is away."""
        if self.away:
            raise OperationalError("The database does not answer.")

    @contextmanager
    def request(self) -> Iterator[None]:
        """Watch over the connection of this thread for the length of a web request."""
        self._ensure_thread()
        key = threading.get_ident()
        with self._lock:
            self._in_hand[key] = (time.monotonic(), connections[DEFAULT_DB_ALIAS])
        try:
            yield
        finally:
            with self._lock:
                self._in_hand.pop(key, None)

    def _ensure_thread(self) -> None:
        """One thread per process; a fork leaves it behind."""
        if self._thread_of == os.getpid():
            return
        with self._lock:
            if self._thread_of == os.getpid():
                return
            self._thread_of = os.getpid()
        parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
        threading.Thread(
            target=self._run, args=[parameters], name="database-presence", daemon=True
        ).start()

    def _run(self, parameters: dict[str, Any]) -> None:
        while True:
            time.sleep(EVERY_S)
            try:
                self.look(parameters)
            except Exception:
                log.exception("Looking for the database failed")

    def look(self, parameters: dict[str, Any]) -> None:
        """Ask for a sign of life where there is a reason to, and act on the answer."""
        moment = time.monotonic()
        with self._lock:
            late = any(moment - since > LONG_S for since, _ in self._in_hand.values())
        if not self.away and (not late or moment - self._asked < PAUSE_S):
            return
        there = answers(parameters, ANSWER_S)
        self._asked = time.monotonic()
        if there and self.away:
            log.warning("The database answers again.")
        if not there and not self.away:
            log.error("The database does not answer; requests are refused until it does.")
        self.away = not there
        if self.away:
            self._cut()

    def _cut(self) -> None:
        """End the connections of the requests in hand: whoever waits for an answer fails now."""
        with self._lock:
            held = [wrapper for _, wrapper in self._in_hand.values()]
        for wrapper in held:
            with suppress(psycopg2.Error, OSError, AttributeError):
                _shut(wrapper.connection.fileno())


def _shut(number: int) -> None:
    """Shut a socket down without closing it: its owner still has the number."""
    with socket.socket(fileno=os.dup(number)) as ours:
        ours.shutdown(socket.SHUT_RDWR)


def answers(parameters: dict[str, Any], seconds: float) -> bool:
    """True when the server answers a question within so many seconds; never waits longer."""
    known = ("host", "port", "user", "password", "dbname", "sslmode")
    given = {name: parameters[name] for name in known if parameters.get(name)}
    give_up = time.monotonic() + seconds
    probe = None
    try:
        probe = psycopg2.connect(**given, async_=True)
        if not _wait(probe, give_up):
            return False
        cursor = probe.cursor()
        cursor.execute("SELECT 1")
        return _wait(probe, give_up)
    except psycopg2.Error:
        return False
    finally:
        if probe is not None:
            probe.close()


def _wait(probe: Any, give_up: float) -> bool:
    while True:
        state = probe.poll()
        if state == extensions.POLL_OK:
            return True
        left = give_up - time.monotonic()
        if left <= 0:
            return False
        wanted = [probe.fileno()]
        if state == extensions.POLL_READ:
            select.select(wanted, [], [], left)
        else:
            select.select([], wanted, [], left)


def reason(error: BaseException | None) -> str:
    """Why trying later helps after this failure: AWAY, BUSY or LONG; empty where it does not.

    The database is away or full; somebody else has the rows; or a statement took too long.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, DatabaseError | InterfaceError):
            code = str(getattr(error.__cause__, "pgcode", None) or "")
            if code in BUSY_CODES:
                return BUSY
            if code == LONG_CODE:
                return LONG
            if code.startswith(AWAY_CLASSES):
                return AWAY
            if not code and isinstance(error, OperationalError | InterfaceError):
                return AWAY
        error = error.__cause__ or error.__context__
    return ""


watch = Watch()
