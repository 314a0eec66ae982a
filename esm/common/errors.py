"""Errors a service may raise; each carries a sentence the user can read.

Views turn them into pages or toasts, the API into problem+json; the HTTP status lives here once so
that both agree.
"""

from typing import Any


class ServiceError(Exception):
    """Base of all refusals. ``sentence`` is shown to people, ``code`` is stable for programs."""

    status = 400
    code = "refused"

    def __init__(self, sentence: str, *, code: str = "", **extra: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.code
        self.extra = extra


class Invalid(ServiceError):
    """The input cannot be used; ``errors`` maps a field (or "" for all) to its sentences."""

    status = 400
    code = "invalid"

    def __init__(
        self,
        sentence: str,
        errors: dict[str, list[str]] | None = None,
        *,
        code: str = "",
        **extra: Any,
    ) -> None:
        super().__init__(sentence, code=code, **extra)
        self.errors = errors or {}


class TooLarge(Invalid):
    """More than is taken, of one thing or of all together."""

    status = 413
    code = "too-large"


class NotAllowed(ServiceError):
    """Visible, but the actor may not do this; the sentence names the missing right."""

    status = 403
    code = "not-allowed"


class NotFound(ServiceError):
    """Not there, or not visible: both look the same from outside."""

    status = 404
    code = "not-found"


class InvalidState(ServiceError):
    """The thing is in a state that does not allow this; ``extra["allowed"]`` lists what does."""

    status = 409
    code = "wrong-state"


class Hindered(InvalidState):
    """Something stands in the way; ``extra["hindrances"]`` lists all of it: what kind of thing, the
    sentence, who can clear it, and where.
    """

    code = "hindered"


class Retired(ServiceError):
    """The definition was ended by the model; ``extra["in_force"]`` says what is in force now."""

    status = 409
    code = "retired"


class Conflict(ServiceError):
    """Somebody else changed it meanwhile."""

    status = 409
    code = "conflict"
