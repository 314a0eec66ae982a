"""Pages of problems and opportunities, as ``screens.py`` takes pictures of them."""

from typing import Any

# Only acted on by POST.
IMPROVING = {"improvement-raise", "improvement-propose"}
FLOW_FILES = {f"flow-{one}-file" for one in ("question", "departments", "department", "value")}


def improving_shots(find: Any) -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address): problems and what their owners say, opportunities."""
    owner, steward = "ines", "sander"
    problem = find.link(owner, "/flow/problems/", r"/flow/problems/\d+/$")
    one = find.link(owner, "/improvements/", r"/improvements/\d+/$")
    return [
        ("flow-problems", "problems", "adaora", "/flow/problems/"),
        ("flow-problems", "problems-simpler", "adaora", "/flow/problems/?simpler=1"),
        ("flow-problem", "problem", owner, problem),
        ("flow-problem-confirm", "problem-confirm", owner, f"{problem}confirm/"),
        ("flow-problem-dispute", "problem-dispute", owner, f"{problem}dispute/"),
        ("flow-problem-settle", "problem-settle", steward, f"{problem}settle/"),
        ("improvements", "improvements", owner, "/improvements/"),
        ("improvement-new", "improvement-new", owner, "/improvements/new/"),
        ("improvement", "improvement", owner, one),
        ("improvement-judge", "improvement-judge", owner, f"{one}judge/"),
        ("improvement-move", "improvement-park", owner, f"{one}park/"),
    ]
