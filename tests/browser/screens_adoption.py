"""Pages of adopting, as ``screens.py`` takes pictures of them."""

from typing import Any

STEWARD, SPONSOR = "sander", "declan"


def adoption_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): the ledger of sponsors, the brief of a stream."""
    stream = "/commitments/brief/contract-to-signature/"
    open_one = find.link(SPONSOR, "/commitments/", r"/commitments/\d+/done/$")
    return [
        ("adoption", "adoption", STEWARD, "/adoption/"),
        ("assessments", "assessments", STEWARD, "/assessments/"),
        ("assessment-new", "assessment-new", STEWARD, "/assessments/new/"),
        ("critical", "critical", STEWARD, "/adoption/critical/"),
        ("critical-reason", "critical-reason", STEWARD, "/adoption/critical/reason/"),
        *(
            (f"critical-{verb}", f"critical-{verb}", STEWARD,
             f"/adoption/critical/contract-to-signature/{verb}/")
            for verb in ("rate", "mark", "release")
        ),
        ("commitments", "commitments", STEWARD, "/commitments/"),
        ("stream-brief", "stream-brief", STEWARD, stream),
        ("stream-support", "stream-support", SPONSOR, f"{stream}support/"),
        ("commitment-new", "commitment-new", SPONSOR, "/commitments/new/"),
        ("commitment-done", "commitment-done", SPONSOR, open_one),
        ("commitment-withdraw", "commitment-withdraw", SPONSOR,
         open_one.replace("done", "withdraw")),
    ]  # fmt: skip
