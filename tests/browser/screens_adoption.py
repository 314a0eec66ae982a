"""Pages of adopting, as ``screens.py`` takes pictures of them."""

from typing import Any

STEWARD = "sander"


def adoption_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): the ledger of sponsors, the brief of a stream."""
    return [
        ("commitments", "commitments", STEWARD, "/commitments/"),
        ("stream-brief", "stream-brief", STEWARD, "/commitments/of/contract-to-signature/"),
    ]
