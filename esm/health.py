"""Is the process alive, and can the installation do its work?"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import DurationField, ExpressionWrapper, F, Min
from django.db.models.functions import Now
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from esm.celery import FAST_QUEUES, SLOW_QUEUES, WEBHOOK_QUEUES, app
from esm.events.models import Heartbeat
from esm.events.services import skew
from esm.worker import BEAT

log = logging.getLogger(__name__)

# A heartbeat every 5 s passes through each queue; older than this is red.
STALE_SECONDS = 30
WORKERS = {
    "worker fast": FAST_QUEUES,
    "worker slow": SLOW_QUEUES,
    "worker webhooks": WEBHOOK_QUEUES,
    "beat": (BEAT,),
}

_migrated_until = 0.0


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Alive: this process answers. Asks nothing of anybody else."""
    return JsonResponse({"status": "alive"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: 200 when every part is well, 503 with the same JSON when one is not."""
    checks = {"database": _checked(_database), "broker": _checked(_broker)}
    if checks["database"]["ok"]:
        checks["migrations"] = _checked(_migrations)
        checks |= _heartbeats() if checks["migrations"]["ok"] else {}
        checks |= {"clock": _checked(_clock)} if checks["migrations"]["ok"] else {}
    for name in ("migrations", *WORKERS):
        checks.setdefault(name, {"ok": False, "reason": "not known"})
    ready = all(check["ok"] for check in checks.values())
    body = {"status": "ready" if ready else "not ready", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _checked(check: Callable[[], str]) -> dict[str, Any]:
    """Run one check, which answers with what is wrong or with nothing; with its milliseconds."""
    started = time.monotonic()
    try:
        reason = check()
    except (DatabaseError, KombuError, OSError) as error:
        log.warning("readiness: %s", error)
        reason = type(error).__name__
    spent = {"ms": round(1000 * (time.monotonic() - started), 1)}
    return {"ok": not reason, **spent, **({"reason": reason} if reason else {})}


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _broker() -> str:
    with app.connection_for_write() as broker:
        channel: Any = broker.default_channel
        channel.client.ping()
        policy = channel.client.config_get("maxmemory-policy").get("maxmemory-policy")
    return "" if policy in {"noeviction", None} else f"maxmemory-policy is {policy}"


def _migrations() -> str:
    """Compare the code's migrations with the database's; a clean answer holds for a minute."""
    global _migrated_until
    if time.monotonic() < _migrated_until:
        return ""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        return f"{len(missing)} not applied"
    _migrated_until = time.monotonic() + 60
    return ""


def _clock() -> str:
    """What a process whose clock is wrong said not long ago; its sweeps stand still."""
    elapsed = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    rows = Heartbeat.objects.filter(queue=skew.ALARM).annotate(age=elapsed)
    said = rows.filter(age__lt=timedelta(seconds=STALE_SECONDS)).values_list("note", flat=True)
    return " ".join(said)


def _heartbeats() -> dict[str, dict[str, Any]]:
    """Age of the last sign of life per process, and per queue; on the database's clock."""
    elapsed = ExpressionWrapper(Now() - F("at"), output_field=DurationField())
    rows = Heartbeat.objects.values_list("queue").annotate(age=Min(elapsed))
    ages = {queue: round(age.total_seconds(), 1) for queue, age in rows}
    return {name: _signs_of_life(ages, queues) for name, queues in WORKERS.items()}


def _signs_of_life(ages: dict[str, float], queues: tuple[str, ...]) -> dict[str, Any]:
    seen = {queue: ages.get(queue) for queue in queues}
    late = [queue for queue, age in seen.items() if age is None or age > STALE_SECONDS]
    return {
        "ok": not late,
        "age_s": max((age for age in seen.values() if age is not None), default=None),
        "queues": seen,
        **({"reason": f"no heartbeat: {', '.join(late)}"} if late else {}),
    }
