"""Pages of findings, as ``screens.py`` takes pictures of them."""

from typing import Any


def finding_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): by owner, none under a filter, one, its note."""
    steward, listed = "sander", "/model/findings/"
    one = find.link(steward, listed, r"/model/findings/\d+/$")
    return [
        ("findings", "findings", steward, listed),
        ("findings", "findings-none", steward, f"{listed}?owner=nobody"),
        ("finding", "finding", steward, one),
        ("finding-note", "finding-note", steward, f"{one}note/"),
        ("finding-close", "finding-close", steward, f"{one}close/"),
    ]
