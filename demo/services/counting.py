"""What a replay cost: service calls that committed, queries, seconds."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass
class Cost:
    """Counts of calls by kind, and what they took; seconds of wall time and of this process."""

    calls: Counter[str] = field(default_factory=Counter)
    queries: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0

    def count(self, kind: str, number: int = 1) -> None:
        """Note calls that committed."""
        if number:
            self.calls[kind] += number

    @property
    def total(self) -> int:
        """All service calls."""
        return sum(self.calls.values())

    def data(self) -> dict[str, Any]:
        """As plain values, per call where that says more."""
        calls = max(self.total, 1)
        return {
            "service_calls": self.total,
            "calls_by_kind": dict(sorted(self.calls.items())),
            "seconds": round(self.wall_s, 2),
            "calls_per_second": round(self.total / self.wall_s, 1) if self.wall_s else 0.0,
            "queries": self.queries,
            "queries_per_call": round(self.queries / calls, 2),
            "cpu_ms_per_call": round(1000 * self.cpu_s / calls, 2),
        }


@contextmanager
def measured(cost: Cost) -> Iterator[None]:
    """Add the queries and seconds of the block."""

    def counted(
        execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        cost.queries += 1
        return execute(sql, params, many, context)

    wall, cpu = time.monotonic(), time.process_time()
    try:
        with connection.execute_wrapper(counted):
            yield
    finally:
        cost.wall_s += time.monotonic() - wall
        cost.cpu_s += time.process_time() - cpu
