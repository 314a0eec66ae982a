"""How often a token, or an account in a browser, may call: counted over all processes."""

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

from esm.common.api import rates


class ApiThrottle(UserRateThrottle):
    """Calls a minute; each token counts by itself. The rate is a setting.

    Where the shared count cannot be reached, each process counts for itself.
    """

    scope = "api"
    num_requests: int
    duration: int
    counted: int | None

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        token = getattr(request.auth, "prefix", "")
        return f"token:{token}" if token else super().get_cache_key(request, view)

    def allow_request(self, request: Request, view: Any) -> bool:
        if self.rate is None:
            return True
        self.counted = rates.count(str(self.get_cache_key(request, view)), self.duration)
        if self.counted is None:
            return bool(super().allow_request(request, view))
        view.throttle = self
        view.rate = self._told()
        return self.counted <= self.num_requests

    def allow_more(self, things: int, request: Request, view: Any) -> bool:
        """Count what a call asks for beyond one thing; a whole limit at once is never too much."""
        more = min(things, self.num_requests) - 1
        if more > 0:
            self.counted = rates.count(str(self.get_cache_key(request, view)), self.duration, more)
            if self.counted is None:
                return True
            view.rate = self._told()
        return self.counted is None or self.counted <= self.num_requests

    def _told(self) -> dict[str, str]:
        limit = self.num_requests
        return {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(0, limit - (self.counted or 0))),
            "RateLimit-Reset": str(rates.left(self.duration)),
        }

    def wait(self) -> float | None:
        if self.counted is None:
            return super().wait()
        return float(rates.left(self.duration))
