"""Pages of skills and of the workshop table, as ``screens.py`` takes pictures of them."""

from typing import Any

STEWARD = "sander"


def skill_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): coverage, an absence, one skill, a table of guesses."""
    draft = find.link(STEWARD, "/model/", r"/model/OM-\d+/discard/$").removesuffix("discard/")
    person = "/admin/people/tomas-rautio/skills/"
    return [
        ("skills", "skills", STEWARD, "/skills/"),
        ("skills", "skills-absence", STEWARD, "/skills/?person=tomas-rautio#away"),
        ("skill", "skill", STEWARD, "/skills/iso-risk/"),
        ("admin-skill-new", "admin-skill-new", STEWARD, person),
        ("admin-skill", "admin-skill", STEWARD, f"{person}iso-risk/"),
        ("model-canvas", "model-canvas", STEWARD, f"{draft}workflow/supplier-to-payment/canvas/"),
    ]
