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
        limit, seconds = self.num_requests, self.duration
        self.counted = rates.count(str(self.get_cache_key(request, view)), seconds)
        if self.counted is None:
            return bool(super().allow_request(request, view))
        view.rate = {
            "RateLimit-Limit": str(limit),
            "RateLimit-Remaining": str(max(0, limit - self.counted)),
            "RateLimit-Reset": str(rates.left(seconds)),
        }
        return self.counted <= limit

    def wait(self) -> float | None:
        if self.counted is None:
            return super().wait()
        return float(rates.left(self.duration))
