"""Pages of what was promised and measured, as ``screens.py`` takes pictures of them."""

from typing import Any

OWNER, STEWARD = "adaora", "sander"


def outcome_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): promises kept and not, measures computed and counted."""
    counted = "/measures/asked-once/"
    wrong = find.link(OWNER, counted, r"/observations/\d+/correct/$")
    return [
        ("objectives", "objectives", "ines", "/objectives/"),
        ("measure", "measure", "ines", "/measures/signature-stay/"),
        ("measure", "measure-counted", OWNER, counted),
        ("observation-record", "observation-record", OWNER, f"{counted}record/"),
        ("observation-correct", "observation-correct", OWNER, wrong),
        ("technologies", "technologies", "ines", "/technology/"),
        ("technology", "technology", "ines", "/technology/sign-swift/"),
        ("technology", "technology-in-words", "ines", "/technology/space-sheet/"),
        ("technology", "technology-no-promise", "ines", "/technology/old-scan/"),
        ("technology-why", "technology-why", "ines",
         "/technology/sign-swift/why/signature-halved/"),
        ("benefit-decide", "benefit-decide", STEWARD, "/benefits/moves-without-worry/decide/"),
    ]  # fmt: skip
