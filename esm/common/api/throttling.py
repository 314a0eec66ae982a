"""How often one account may call."""

from rest_framework.throttling import UserRateThrottle


class ApiThrottle(UserRateThrottle):
    """Calls of one account in one process; the rate is a setting."""

    scope = "api"
