"""Refusals that only HTTP knows."""

from rest_framework.exceptions import APIException, ParseError


class TooLarge(APIException):
    """The body or a file is larger than what is taken."""

    status_code = 413
    default_detail = "This is too large."
    default_code = "too-large"


class Malformed(ParseError):
    """The body is no JSON that can be read one way only."""

    default_code = "malformed"
