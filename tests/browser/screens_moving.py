"""Pages of what runs beside a version, of reviews and the agenda, for ``screens.py``."""

from typing import Any


def moving_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): workflows, one of them, reviews, the agenda."""
    steward, here = "sander", "/model/OM-3/running/"
    one = f"{here}contract-to-signature/"
    return [
        ("model-running", "running", steward, here),
        ("model-running-workflow", "running-workflow", steward, one),
        ("reviews", "reviews", steward, "/model/reviews/"),
        ("agenda", "agenda", steward, "/agenda/"),
    ]
