"""Every web request follows the demo's clock."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from esm.common.views import unavailable
from esm.events.services.offset import follow_clock
from esm.events.services.skew import ClockSkewError

log = logging.getLogger(__name__)


class ClockMiddleware:
    """Takes over the stored offset before anything asks for the time; free without a demo."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(("/static/", "/healthz", "/readyz")):
            try:
                follow_clock()
            except ClockSkewError:
                log.exception("Requests are refused until the clock is set")
                return unavailable(request)
        return self.get_response(request)
