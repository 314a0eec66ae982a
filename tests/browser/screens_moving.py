"""Pages of what runs while a version comes into force, as ``screens.py`` takes pictures of them."""

from typing import Any


def moving_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): all workflows, one of them."""
    steward, here = "sander", "/model/OM-3/running/"
    one = f"{here}contract-to-signature/"
    return [
        ("model-running", "running", steward, here),
        ("model-running-workflow", "running-workflow", steward, one),
    ]
