"""Pictures of the pages about decisions and rights, and of questions about value flow."""

from tests.browser.screens_flow import question_shots


def deciding_shots() -> list[tuple[str, str, str, str]]:
    """(URL name, file, username, address) of each."""
    return [
        ("decisions", "decisions", "adaora", "/decisions/"),
        ("decisions-several", "decisions-several", "adaora", "/decisions/several/"),
        ("who-decides", "who-decides", "mira", "/who-decides/"),
        ("rights", "rights", "mira", "/who-decides/all/"),
        ("separation", "separation", "adaora", "/who-decides/separation/"),
        ("flow-decisions", "flow-decisions", "adaora", "/flow/decisions/"),
        ("flow-decisions-list", "flow-decisions-list", "adaora", "/flow/decisions/list/"),
        ("role", "role", "mira", "/roles/contract-administrator/"),
        ("my-roles", "my-roles", "mira", "/roles/me/"),
        *question_shots(),
    ]
