"""Counts that all processes share, in Valkey; nothing is refused because it cannot be reached."""

import time

import redis
from django.conf import settings
from django.db import connection

from esm.common import clock

TIMEOUT_S = 0.2
# After a failure the server is left alone for so long.
PAUSE_S = 5.0

_clients: dict[str, redis.Redis] = {}
_state = {"silent_until": 0.0}


def count(name: str, seconds: int, more: int = 1) -> int | None:
    """Count so many more in the running window of some seconds; None where nobody counts."""
    if time.monotonic() < _state["silent_until"]:
        return None
    window = _now() // seconds
    key = f"esm:rate:{connection.settings_dict['NAME']}:{name}:{window}"
    try:
        with _client().pipeline(transaction=False) as pipe:
            pipe.incrby(key, more)
            pipe.expire(key, 2 * seconds)
            return int(pipe.execute()[0])
    except (redis.RedisError, OSError):
        _state["silent_until"] = time.monotonic() + PAUSE_S
        return None


def left(seconds: int) -> int:
    """Whole seconds until the running window ends, at least one."""
    return max(1, seconds - _now() % seconds)


def _now() -> int:
    return clock.utc_s(clock.machine())


def _client() -> redis.Redis:
    url = str(settings.REDIS_URL)
    if url not in _clients:
        # Celery's name for a socket is another one than the client's.
        address = url.replace("redis+socket://", "unix://", 1)
        _clients[url] = redis.Redis.from_url(
            address, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        )
    return _clients[url]
